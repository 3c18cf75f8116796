"""Wishes from a line and from Python are the same wishes."""

import numpy as np
import pytest

from colab_magics.errors import BadOption
from colab_magics.ingest.reading import Amount, Reading, reading


def test_without_wishes_all_is_left_to_pandas() -> None:
    assert reading() == Reading()
    assert Reading().needed == ()


def test_text_and_python_say_the_same() -> None:
    line = reading(columns="a, b", dtype="a=int8,b=datetime64[ns, UTC]", parse_dates="d", sample="20", table="2")
    python = reading(
        columns=["a", "b"], dtype={"a": np.int8, "b": "datetime64[ns, UTC]"}, parse_dates=["d"], sample=20, table=2
    )
    assert line == python
    assert hash(line) == hash(python)
    assert reading(dtype=str) == reading(dtype="str")


def test_what_chooses_rows_is_read_too() -> None:
    assert reading(columns="c,a", where="b > 1 and a < 2").needed == ("c", "a", "b")
    assert reading(where="b > 1").needed == ()


@pytest.mark.parametrize(
    ("text", "amount"),
    [("100", Amount(100)), (7, Amount(7)), ("5%", Amount(share=0.05)), ("0.5 %", Amount(share=0.005))],
)
def test_amounts(text: str | int, amount: Amount) -> None:
    assert reading(sample=text).sample == amount


def test_marks_that_are_hard_to_type() -> None:
    assert [reading(sep=sep).sep for sep in ("tab", "\\t", ";", "space")] == ["\t", "\t", ";", " "]


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"head": 3, "sample": 3}, "choose one of them"),
        ({"head": 0}, "head is 0, which is not a whole number of 1 or more"),
        ({"head": 2.5}, "head is 2.5, which is not a whole number"),
        ({"sample": 3, "seed": -1}, "seed is -1, which is not a whole number of 0 or more"),
        ({"sample": "0"}, "--sample takes a number of rows or a share such as 5%, and not 0"),
        ({"sample": "101%"}, "--sample takes"),
        ({"sample": "-3"}, "--sample takes"),
        ({"sample": "many"}, "--sample takes"),
        ({"columns": "a,,b"}, "one of them is empty"),
        ({"columns": 3}, "--columns takes names"),
        ({"dtype": "a=int,b"}, "--dtype takes  name=type"),
        ({"sep": ""}, "--sep takes"),
        ({"encoding": "klingon"}, "There is no encoding klingon"),
        ({"encoding": "base64"}, "There is no encoding base64"),
        ({"backend": "cuda"}, "There is no backend cuda: choose one of numpy, pyarrow"),
        ({"where": "import os"}, "--where cannot be read"),
        ({"reader": {"converters": len}}, "converters must be a literal"),
    ],
)
def test_what_cannot_be_wished(wishes: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        reading(**wishes)  # type: ignore[arg-type]
