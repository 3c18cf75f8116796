"""The pets: well-formed pictures, whose every shape can be drawn and swings around a point of the box."""

import re
from xml.etree import ElementTree as ET

import pytest

from colab_magics.fun.pets import PETS, Pet

_FILL = re.compile(r"coat|shade|#[0-9a-f]{6}")
_COMMANDS = {"M": 2, "m": 2, "L": 2, "l": 2, "h": 1, "H": 1, "v": 1, "V": 1, "Q": 4, "q": 4, "C": 6, "c": 6, "a": 7}
_COMMANDS |= {"T": 2, "t": 2, "S": 4, "s": 4, "z": 0, "A": 7}


@pytest.mark.parametrize("pet", PETS.values(), ids=PETS)
def test_a_pet_is_a_small_picture(pet: Pet) -> None:
    picture = ET.fromstring(pet.svg())
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(picture) == len(pet.shapes)
    assert {path.get("fill") for path in picture}.isdisjoint({"coat", "shade", None})
    assert len(pet.svg()) < 5000


@pytest.mark.parametrize("pet", PETS.values(), ids=PETS)
def test_every_shape_can_be_drawn(pet: Pet) -> None:
    for shape in pet.shapes:
        assert _FILL.fullmatch(shape.fill)
        assert shape.path[0] == "M"
        for command, numbers in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", shape.path):
            values = re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)
            assert "".join(values) == re.sub(r"[\s,]", "", numbers), shape.path
            assert len(values) % (_COMMANDS[command] or 1) == 0, shape.path
        assert 0 <= shape.x <= 64
        assert 0 <= shape.y <= 44
    assert any(shape.swing > 0 for shape in pet.shapes)
    assert any(shape.swing < 0 for shape in pet.shapes)
