"""Numbers and text as a person reads them."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colab_magics.format import duration, number, percent, plural, printable, readable, size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1.0 kB"),
        (1536, "1.5 kB"),
        (102_300, "99.9 kB"),
        (102_400, "100 kB"),
        (2**20 - 1, "1.0 MB"),
        (4.2 * 2**30, "4.2 GB"),
        (24 * 2**30, "24.0 GB"),
        (2**40 - 1, "1.0 TB"),
        (5000 * 2**40, "5000.0 TB"),
    ],
)
def test_size(count: float, text: str) -> None:
    assert size(count) == text


@given(st.floats(min_value=1, max_value=2**50))
def test_size_says_the_right_amount(count: float) -> None:
    amount, unit = size(count).split()
    factor = {"bytes": 1, "kB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}[unit]
    assert float(amount) * factor == pytest.approx(count, rel=0.051, abs=0.5)
    assert unit == "TB" or float(amount) < 1024


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (0.0002, "1 ms"),
        (0.0123, "12 ms"),
        (0.0994, "99 ms"),
        (0.0996, "0.1 s"),
        (0.84, "0.8 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (185, "3 min 05 s"),
        (3599.7, "1 h 00 min"),
        (7380, "2 h 03 min"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_counts_and_ratios() -> None:
    assert percent(0.98314) == "98.31 %"
    assert number(60_000) == "60,000"
    assert plural(1, "image") == "1 image"
    assert plural(60_000, "image") == "60,000 images"
    assert plural(0, "class", "classes") == "0 classes"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\nin lines", "plain\ttext\nin lines"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;a title\x07kept", "kept"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("bell\x07 and back\x08", "bell and back"),
        ("\x9b31m", "31m"),
        ("äöü 漢字 ✓", "äöü 漢字 ✓"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_nothing_that_acts_on_a_terminal_is_left(text: str) -> None:
    assert all(character in "\t\n" or character.isprintable() or ord(character) > 0x9F for character in printable(text))


def test_a_name_that_is_no_utf8_is_readable() -> None:
    name = os.fsdecode(b"caf\xe9.png")
    assert readable(name) == "caf\N{REPLACEMENT CHARACTER}.png"
    readable(name).encode()
    assert readable("café.png") == "café.png"
