"""Conditions mean what pandas means by them, and nothing in them is run."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colab_magics.errors import BadOption, ColabMagicsError
from colab_magics.ingest.grammar import condition

FRAME = pd.DataFrame(
    {
        "age": [20, 35, 50, 65],
        "city": ["Oslo", "Rome", None, "Oslo"],
        "a b": [1.5, np.nan, -2.0, 0.0],
        "ok": [True, False, True, False],
        "limit": [30, 30, 60, 60],
        "when": pd.to_datetime(["2020-01-01", "2021-01-01", None, "2023-01-01"]),
    }
)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("age > 30", [1, 2, 3]),
        ("age >= 35 and age < 65", [1, 2]),
        ("30 < age <= 50", [1, 2]),
        ("50 == age", [2]),
        ("age != 20", [1, 2, 3]),
        ("city == 'Oslo'", [0, 3]),
        ('city in ("Rome", "Paris")', [1]),
        ("city not in ['Oslo']", [1, 2]),
        ("city is None", [2]),
        ("city is not None and not (city == 'Rome')", [0, 3]),
        ("`a b` < 0", [2]),
        ("not `a b` < 0", [0, 1, 3]),
        ("`a b` > -1e-3", [0, 3]),
        ("ok", [0, 2]),
        ("not ok or age == 20", [0, 1, 3]),
        ("(age > 30) & ok | (age == 20)", [0, 2]),
        ("age > limit", [1, 3]),
        ("when >= '2021-01-01'", [1, 3]),
        ("city == 'a`b`c'", []),
    ],
)
def test_rows_that_meet_it(text: str, rows: list[int]) -> None:
    mask = condition(text).mask(FRAME)
    assert mask.dtype == bool
    assert np.flatnonzero(mask).tolist() == rows


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_what_is_missing_does_not_meet_it(backend: str) -> None:
    if backend == "pyarrow":
        pytest.importorskip("pyarrow")
    frame = FRAME.convert_dtypes(dtype_backend=backend)
    assert np.flatnonzero(condition("`a b` < 1 and ok").mask(frame)).tolist() == [2]
    assert np.flatnonzero(condition("city in ('Oslo',)").mask(frame)).tolist() == [0, 3]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "age.__class__ == 1",
        "age > abs(1)",
        "age > (lambda: 1)()",
        "[x for x in age]",
        "age > 1 if ok else 2",
        "age := 3",
        "f'{age}' == 'x'",
        "age + 1 > 2",
        "age[0] == 1",
        "age > {'a': 1}",
        "age > [1]",
        "age in 3",
        "1 < 2",
        "age > 1; age",
        "age >",
        "",
        "'text'",
        "age > b'x'",
        "age is 3",
        "(" * 500,
        "age > 1 and " * 400 + "ok",
    ],
)
def test_what_is_no_comparison_is_refused(text: str) -> None:
    with pytest.raises(BadOption, match="--where"):
        condition(text)


def test_one_sign_for_two_is_told() -> None:
    with pytest.raises(BadOption, match=r"cannot be read \(age = 31\): == compares, and = does not; write"):
        condition("age = 31")
    with pytest.raises(BadOption, match=r"cannot be read \(age >= '='\?\): write"):
        condition("age >= '='?")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("agee > 1", "There is no column agee. Did you mean age?"),
        ("nothing > 1", "There is no column nothing. There are age, city, a b"),
        ("city > 3", "--where: city holds .* and cannot be compared by > with 3"),
        ("age", "--where: age is not true or false but int64"),
        ("city == None", "write  city is None"),
    ],
)
def test_what_cannot_be_compared_is_told(text: str, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        condition(text).mask(FRAME)


@given(st.text(max_size=40) | st.text("age ok()'`<>=!andornotin1., ", max_size=60))
def test_any_text_is_a_condition_or_a_sentence(text: str) -> None:
    try:
        assert condition(text).mask(FRAME).dtype == bool
    except ColabMagicsError as error:
        assert str(error)


def test_the_columns_that_it_needs() -> None:
    assert list(condition("a > 1 and (`b c` < d or not e)").columns()) == ["a", "b c", "d", "e"]
