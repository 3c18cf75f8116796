"""The lines of a cell."""

import pytest

from colab_magics.errors import BadOption
from colab_magics.ingest.cell import entries, joined


def test_lines_of_a_cell() -> None:
    text = """
# the parts
train = https://h/a.csv?x=1#top
 test="my file.csv" --format csv   # as sent

b=$path
"""
    assert list(entries(text)) == [
        (4, "train", "'https://h/a.csv?x=1#top'"),
        (5, "test", "'my file.csv' --format csv"),
        (7, "b", "'$path'"),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\n# nothing\n", "The cell names no source: write lines such as  name = source"),
        ("data.csv\n", r"Line 2 of the cell must read  name = source \[options\]"),
        ("a = x\n1b = y\n", "Line 3 of the cell must read"),
        ("a b = x\n", "Line 2 of the cell must read"),
        ("a =\n", "Line 2 of the cell must read"),
        ("a = x\na = y\n", "Line 3 of the cell gives the name a a second time"),
        ("class = x\n", "Line 2 of the cell: class cannot be the name of a variable"),
        ("a = 'x\n", "A quotation mark is not closed"),
    ],
)
def test_what_is_no_such_line(text: str, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        list(entries(text))


def test_options_of_the_first_line_hold_for_each() -> None:
    assert joined("--head 5 -- skiprows=1", "'a b.csv' --sep ;") == "--head 5 'a b.csv' --sep ';' -- skiprows=1"
    assert joined("-- a=1", "x.csv -- b=2") == "x.csv -- a=1 b=2"
    assert joined("", "x.csv") == "x.csv"
