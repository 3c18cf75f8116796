"""The static forms: a still picture with its words, and a line for a terminal that it can print."""

import pytest

from colab_magics.fun import card as cards
from colab_magics.fun.pets import CORGI, PETS, Pet


@pytest.mark.parametrize("pet", PETS.values(), ids=PETS)
def test_a_still_pet(pet: Pet) -> None:
    html = cards.still(pet, power=False).html()
    assert 'src="data:image/svg+xml;base64,' in html
    assert f'alt="A {pet.name}, standing still"' in html
    assert "<svg" not in html
    assert len(html) < 8_000


def test_the_words_are_enough_without_the_picture() -> None:
    assert cards.still(CORGI, power=False).text() == "A corgi · walked here"
    assert cards.still(None, power=True).text().startswith("%fun\n  Sparks fly at an epoch's end")


@pytest.mark.parametrize("pet", PETS.values(), ids=PETS)
def test_a_line_for_any_terminal(pet: Pet) -> None:
    line = cards.in_a_terminal(pet, power=False).text()
    assert len(line) < 80
    assert line.replace(" · ", "").isascii()
