"""What goes to a reader of pandas: literals it knows, and nothing that runs or leads elsewhere."""

import pandas as pd
import pytest

from colab_magics.errors import BadOption
from colab_magics.ingest.literals import options, pairs, refuse, typed


def test_words_become_literals_and_the_rest_is_text() -> None:
    words = ["skiprows=2", "na_values=['-', 'x']", "thousands=.", "comment=#", "header=None", "quotechar='", "names="]
    assert typed(words) == {
        "skiprows": 2,
        "na_values": ["-", "x"],
        "thousands": ".",
        "comment": "#",
        "header": None,
        "quotechar": "'",
        "names": "",
    }


@pytest.mark.parametrize("word", ["skiprows", "=2", "a b=2", "--x=2"])
def test_a_word_without_a_key(word: str) -> None:
    with pytest.raises(BadOption, match="must read  key=value"):
        typed([word])


def test_they_are_kept_so_that_they_can_be_compared() -> None:
    kept = pairs({"skiprows": [1, 2], "comment": "#"})
    assert kept == pairs({"comment": "#", "skiprows": [1, 2]})
    assert hash(kept)
    assert options(kept, pd.read_csv) == {"comment": "#", "skiprows": [1, 2]}


@pytest.mark.parametrize("value", [len, object(), lambda: 1, float("nan"), open])
def test_what_is_no_literal_is_refused(value: object) -> None:
    with pytest.raises(BadOption, match="skiprows must be a literal"):
        pairs({"skiprows": value})


@pytest.mark.parametrize(
    ("function", "key", "value", "sentence"),
    [
        (pd.read_csv, "converters", {"a": "int"}, "converters is not handed to pandas.read_csv: it would run code"),
        (pd.read_csv, "filepath_or_buffer", "/etc/passwd", "the source alone says what is read"),
        (pd.read_csv, "storage_options", {}, "fetching has its own options"),
        (pd.read_csv, "chunksize", 3, "it would give pieces"),
        (pd.read_csv, "compression", "gzip", "the content of the file tells it"),
        (pd.read_csv, "usecols", ["a"], "say --columns instead"),
        (pd.read_csv, "engine", "python-fwf", "engine must be one of c, python, pyarrow"),
        (pd.read_parquet, "engine", "fastparquet", "engine cannot be chosen here"),
        (pd.read_parquet, "path", "x", "the source alone"),
        (pd.read_xml, "stylesheet", "x.xsl", "it would run code"),
        (pd.read_csv, "skiprow", 3, "Neither %ingest nor pandas.read_csv has an option skiprow. Did you mean skiprows"),
        (pd.read_csv, "colums", "a", "has an option colums"),
    ],
)
def test_what_is_not_handed_on(function, key: str, value: object, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        options(pairs({key: value}), function)


def test_what_pandas_does_not_read_takes_none() -> None:
    refuse((), "NumPy")
    with pytest.raises(BadOption, match="NumPy is not read by pandas itself, and takes no skiprows"):
        refuse(pairs({"skiprows": 1}), "NumPy")


@pytest.mark.parametrize("text", ["(" * 9000, "9" * 9999, "{" * 200, "a" * 20_000])
def test_a_monstrous_value_is_text_or_a_sentence(text: str) -> None:
    try:
        assert typed([f"a={text}"])
    except BadOption as error:
        assert "too long" in str(error)
