"""Small words."""

import pytest

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.words import amount, cpus, share, size_of, told


@pytest.mark.parametrize(
    ("number", "words"),
    [(0.5, "0.5 CPUs"), (1, "1 CPU"), (2.0, "2 CPUs"), (1 / 3, "0.33 CPUs"), (0.0012, "0.001 CPUs"), (64, "64 CPUs")],
)
def test_cpus(number: float, words: str) -> None:
    assert cpus(number) == words


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (1.005, "1"), (1.5, "1.5"), (0.004, "0.004"), (128, "128")])
def test_amount(number: float, words: str) -> None:
    assert amount(number) == words


@pytest.mark.parametrize(
    ("ratio", "words"), [(0, "0 %"), (0.0099, "under 1 %"), (0.01, "1 %"), (0.12, "12 %"), (1, "100 %")]
)
def test_share(ratio: float, words: str) -> None:
    assert share(ratio) == words


def test_a_reading_or_its_reason() -> None:
    assert size_of(2**30) == "1.0 GB"
    assert size_of(Missing("it does not say")) == "unknown"
    assert told(Missing("it does not say"), cpus) == "it does not say"
    assert told(2, cpus) == "2 CPUs"
