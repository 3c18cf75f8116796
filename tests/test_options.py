"""A magic's line: any line is read, or refused in one sentence."""

import argparse
import keyword
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from colab_magics.errors import BadOption, UnknownVariable
from colab_magics.options import HelpAsked, LineParser, Whole, identifier, lookup, named_source, positive, split, whole


def fetch(source: str, *, n: int = 9, view: str = "first", name: str | None = None, deep: bool = False) -> None:
    """Stand for a public function: its signature is all that is read."""


@pytest.fixture
def parser() -> LineParser:
    return make()


def make() -> LineParser:
    parser = LineParser(fetch, description="Fetch something.", examples="%fetch data.csv --n 3")
    parser.add_argument("source", help="where it is")
    parser.add_argument("--n", type=positive, help="how many")
    parser.add_argument("--view", choices=("first", "wrong"), help="which ones")
    parser.add_argument("--as", dest="name", type=identifier, help="the variable")
    parser.add_argument("--deep", action="store_true", help="all of it")
    return parser


def test_defaults_are_those_of_the_function(parser: LineParser) -> None:
    assert parser.parse_line("data.csv") == {"source": "data.csv", "n": 9, "view": "first", "name": None, "deep": False}


def test_every_option(parser: LineParser) -> None:
    assert parser.parse_line("'my data.csv' --n 3 --view=wrong --as train --deep") == {
        "source": "my data.csv",
        "n": 3,
        "view": "wrong",
        "name": "train",
        "deep": True,
    }


def read(line: str) -> dict[str, Any] | Exception:
    try:
        return make().parse_line(line, {"x": 1})
    except (HelpAsked, BadOption, UnknownVariable) as error:
        return error


@given(line=st.text())
@example(line="it's")
@example(line="--n -1 x")
@example(line="-- -h")
@example(line="$x $y")
@example(line="\\")
@example(line="--view=")
@example(line="-9")
@example(line="@file")
def test_any_line_is_read_or_refused_in_one_sentence(line: str) -> None:
    outcome = read(line)
    if isinstance(outcome, HelpAsked):
        assert str(outcome).startswith("usage: %fetch")
    elif isinstance(outcome, Exception):
        assert str(outcome)
    else:
        assert set(outcome) == {"source", "n", "view", "name", "deep"}


@given(words=st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), max_size=4))
def test_quoted_words_come_back(words: list[str]) -> None:
    import shlex

    assert split(shlex.join(words)) == words


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "x --veiw wrong",
            r"^%fetch: unknown option: --veiw\. Did you mean --view\? %fetch -h shows what there is\.$",
        ),
        ("x --zzz", r"unknown option: --zzz\. %fetch -h"),
        ("x --dee", r"unknown option: --dee\. Did you mean --deep\?"),
        ("x --n 0", r"argument --n: 0 is not a whole number of 1 or more"),
        ("x --n three", r"argument --n: three is not a whole number"),
        ("x --n", r"argument --n: expected one argument"),
        ("x --view best", r"argument --view: invalid choice: 'best' \(choose from "),
        ("x --as class", r"argument --as: class cannot be the name of a variable"),
        ("x --as 1st", r"argument --as: 1st cannot be the name of a variable"),
        ("", r"the following arguments are required: source"),
        ("a b", r"there are too many words; what holds spaces needs quotation marks"),
        ("it's", r"A quotation mark is not closed: close it, or put a word with an apostrophe in double ones"),
        ("x --deep=yes", r"argument --deep: it takes no value\."),
    ],
)
def test_what_is_wrong_and_what_to_do(parser: LineParser, line: str, message: str) -> None:
    with pytest.raises(BadOption, match=message):
        parser.parse_line(line)


@pytest.mark.parametrize("line", ["-h", "--help", "x --n bad -h", "x y z --help"])
def test_help_comes_before_every_fault(parser: LineParser, line: str) -> None:
    with pytest.raises(HelpAsked, match=r"(?s)usage: %fetch.*Fetch something.*how many.*%fetch data\.csv --n 3"):
        parser.parse_line(line)


@pytest.mark.parametrize("line", ["-hh", "x -hh", "x -h -h", "$asked"])
def test_help_asked_in_other_ways(parser: LineParser, line: str) -> None:
    with pytest.raises(HelpAsked, match="usage: %fetch"):
        parser.parse_line(line, {"asked": "-h"})


@pytest.mark.parametrize(
    "line",
    [
        "x --foo https://user:hunter2@h/x.csv",
        "x --foo=hunter2",
        "x --foo hunter2 --bar hunter2",
        "https://user:hunter2@h/x.csv 'abc",
        "https://user:hunter2@h/x.csv https://user:hunter2@h/y.csv",
        "x --deep=hunter2",
        "x --n https://user:hunter2@h/x.csv",
        "x --view https://user:hunter2@h/x.csv",
    ],
)
def test_no_password_is_repeated(parser: LineParser, line: str) -> None:
    with pytest.raises(BadOption) as caught:
        parser.parse_line(line)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("data.csv", "data.csv"),
        (Path("a") / "b", str(Path("a") / "b")),
        (3, "3"),
        (0.5, "0.5"),
        ([1], "here"),
        (None, "here"),
    ],
)
def test_a_variable_stands_for_its_text_or_for_its_name(parser: LineParser, value: Any, word: str) -> None:
    assert parser.parse_line("$here", {"here": value})["source"] == word


def test_a_variable_stands_for_an_options_value(parser: LineParser) -> None:
    assert parser.parse_line("x --view=$which --as=$name", {"which": "wrong", "name": "n"})["view"] == "wrong"
    with pytest.raises(UnknownVariable, match="no variable named which"):
        parser.parse_line("x --view=$which")


def test_a_bare_name_stands_for_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    known = {"here": "data.csv", "there": Path("b"), "many": [1]}
    assert named_source("here", known) == "data.csv"
    assert named_source("there", known) == "b"
    assert named_source("many", known) == "many"
    assert named_source("other", known) == "other"
    (tmp_path / "here").touch()
    assert named_source("here", known) == "here"


def test_nothing_is_evaluated(parser: LineParser) -> None:
    for word in ("{1+1}", "$here.name", "${here}", "`ls`", "$(ls)", "~", "*", "%HOME%"):
        assert parser.parse_line(f"'{word}'", {"here": "x"})["source"] == word


def test_lookup_follows_no_attribute() -> None:
    assert lookup("x", {"x": 1}) == 1
    with pytest.raises(UnknownVariable, match=r"x\.real is not the name of a variable, .* as in  values = x\.real"):
        lookup("x.real", {"x": 1})
    with pytest.raises(UnknownVariable, match=r"no variable named rnu in this notebook\. Did you mean run\?"):
        lookup("rnu", {"run": 1, "_rn": 2})
    with pytest.raises(UnknownVariable, match="Run the cell that makes it first"):
        lookup("rnu", {})


@pytest.mark.parametrize(
    ("before", "word", "expected"),
    [
        ("", "--", ["--as", "--deep", "--help", "--n", "--view"]),
        ("x ", "--v", ["--view"]),
        ("x --view ", "", ["first", "wrong"]),
        ("x --view ", "w", ["wrong"]),
        ("x --n ", "", []),
        ("", "da", []),
    ],
)
def test_completions(parser: LineParser, before: str, word: str, expected: list[str]) -> None:
    assert parser.completions(before, word) == expected


@given(number=st.integers())
def test_positive(number: int) -> None:
    if number >= 1:
        assert positive(str(number)) == number
    else:
        with pytest.raises(argparse.ArgumentTypeError, match="is not a whole number of 1 or more"):
            positive(str(number))


@pytest.mark.parametrize("number", [0, 65535])
def test_a_whole_number_between_two(number: int) -> None:
    assert Whole(0, 65535)(str(number)) == number
    Whole(0, 65535).check("port", number)


@pytest.mark.parametrize("number", [-1, 65536, 1.5, "one", None])
def test_a_whole_number_that_is_none(number: Any) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a whole number from 0 to 65535"):
        Whole(0, 65535)(str(number))
    with pytest.raises(BadOption, match="^port is .*, which is not a whole number from 0 to 65535"):
        Whole(0, 65535).check("port", number)


@given(text=st.text())
def test_identifier(text: str) -> None:
    if text.isidentifier() and not keyword.iskeyword(text):
        assert identifier(text) == text
    else:
        with pytest.raises(argparse.ArgumentTypeError, match="cannot be the name of a variable"):
            identifier(text)


def test_what_follows_a_lone_dash_is_left_as_it_is(parser: LineParser) -> None:
    parser.add_rest("reader", metavar="KEY=VALUE", help="for the reader")
    options = parser.parse_line('a.csv --n 3 -- skip=2 --n=4 \'na=["-", "x"]\' -h -- $x', {"x": 1})
    assert options["n"] == 3
    assert options["reader"] == ["skip=2", "--n=4", 'na=["-", "x"]', "-h", "--", "$x"]
    assert parser.parse_line("a.csv")["reader"] == []
    with pytest.raises(HelpAsked, match=r"-- KEY=VALUE \.\.\. +for the reader"):
        parser.parse_line("-h")


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("007", 7), ("-1", None), ("1.5", None), ("x", None), ("²", None)]
)
def test_whole(text: str, number: int | None) -> None:
    if number is not None:
        assert whole(text) == number
    else:
        with pytest.raises(argparse.ArgumentTypeError, match="is not a whole number of 0 or more"):
            whole(text)
