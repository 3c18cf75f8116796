"""What separates the columns: commas need no telling, all else is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colab_magics.ingest.dialect import Dialect, sniff


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "a\n1\n2\n",
        "a,b;c\n1,2;3\n",
        '"a;b",c\n1,2\n',
        "time\n12:30\n13:30\n",
        "a,b\n1,2,3\n1,2\n",
        "",
        "\n\n",
        "one line of plain words",
    ],
)
def test_commas_and_single_columns_are_left_to_pandas(text: str) -> None:
    assert sniff(text, is_whole=True) is None


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("a;b\n1;2\n", Dialect(";")),
        ("a;b\n1,5;2,5\n", Dialect(";", ",")),
        ("a;b\n1,5;2.5\n", Dialect(";")),
        ("name;price, net\nx;1,5\ny, z;2,25\n", Dialect(";", ",")),
        ("a|b|c\r\n1|2|3\r\n", Dialect("|")),
        ("a\tb\n1,5\t2\n", Dialect("\t", ",")),
        ("a^b\n1^2\n3^4\n", Dialect("^")),
        ("a:b\n1:2\n3:4\n", Dialect(":")),
        ("a;b\n1;2\n3;", Dialect(";")),
        ('a;b\n"x;y";2\n', Dialect(";")),
    ],
)
def test_other_marks_are_found(text: str, dialect: Dialect) -> None:
    assert sniff(text, is_whole=False) == dialect


def test_spaces_only_where_they_may_be() -> None:
    text = "x   y\n1.0 2\n 3  4.5\n"
    assert sniff(text, is_whole=True) is None
    assert sniff(text, is_whole=True, may_be_spaces=True) == Dialect(r"\s+")
    assert sniff("some words here\nand more words\nof three each\n", is_whole=True, may_be_spaces=True) is None


def test_it_is_told() -> None:
    assert Dialect(";", ",").note.startswith(
        "The columns are separated by semicolons, and numbers have a decimal comma"
    )
    assert Dialect("^").note.startswith("The columns are separated by '^': add  --sep ,")


@given(st.text(max_size=200), st.booleans())
def test_any_text_has_a_dialect_or_none(text: str, may_be_spaces: bool) -> None:
    found = sniff(text, is_whole=True, may_be_spaces=may_be_spaces)
    assert found is None or found.sep
