"""Columns of a table as numbers."""

import json

import numpy as np
import pandas as pd
import pytest

from colab_magics.errors import BadOption
from colab_magics.train.columns import Columns, fitted

FRAME = pd.DataFrame(
    {
        "age": [1.0, np.nan, 3.0, 5.0],
        "sex": ["m", "f", None, "f"],
        "alive": [True, False, True, True],
        "size": pd.Categorical(["S", "L", "M", "S"], categories=["S", "M", "L"], ordered=True),
        "port": pd.Categorical([2, 1, 2, 2]),
        "same": "x",
        "none": np.nan,
        "Many": pd.array([7, None, 7, 9], dtype="Int64"),
    }
)


def test_every_kind_of_column() -> None:
    found = fitted(FRAME)
    names = ("age", "sex = (missing)", "sex = f", "sex = m", "alive", "size", "port = 1", "port = 2", "Many")
    assert found.columns.names == names
    encoded = found.columns.encode(FRAME)
    assert (encoded.dtype, encoded.shape) == (np.float32, (4, 9))
    age = np.array([-2, 0, 0, 2]) / np.std([1, 3, 5])
    np.testing.assert_allclose(encoded[:, 0], age, rtol=1e-6)
    assert encoded[:, 1:4].tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 1, 0]]
    assert np.argsort(encoded[:, 5], kind="stable").tolist() == [0, 3, 2, 1]
    assert found.steps == (
        "3 columns of numbers, standardised by the training rows: age, alive, Many.",
        "Ordered categories as their places, standardised: size.",
        "Categories as 5 columns of 0 and 1, one for each value: sex, port.",
        (
            "Missing in the training rows: age 1, sex 1, Many 1. A missing number is taken as the mean, "
            "a missing text as a value of its own."
        ),
        "Left out: same (always the same), none (empty).",
    )


def test_other_rows_are_taken_as_the_training_rows_were() -> None:
    columns = fitted(FRAME).columns
    other = pd.DataFrame({**{name: FRAME[name][:1] for name in FRAME}, "sex": ["never seen"], "age": [3.0]})
    (row,) = columns.encode(other)
    assert row[:4].tolist() == [0, 0, 0, 0]
    with pytest.raises(BadOption, match="The table has no column age: did you mean ages"):
        columns.encode(other.rename(columns={"age": "ages"}))


def test_they_come_back_from_json() -> None:
    columns = fitted(FRAME).columns
    assert Columns.read(json.loads(json.dumps(columns.as_json()))) == columns


def test_texts_that_differ_are_left_out() -> None:
    frame = pd.DataFrame({"name": [f"n{number}" for number in range(40)], "x": range(40)})
    assert fitted(frame).steps[-1] == "Left out: name (40 different texts in 40 rows)."


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (pd.date_range("2024", periods=3), r"The column x holds dates: .*df\['month'\] = df\['x'\].dt.month"),
        (pd.period_range("2024", periods=3, freq="M"), "The column x holds dates"),
        (pd.to_timedelta([1, 2, 3], "s"), r"holds durations: give them as numbers, df\['x'\].dt.total_seconds"),
        ([[1], [2], [3]], "The column x holds list, neither numbers nor texts"),
        ([1, "a", 2.5], "The column x holds float and int and str, neither numbers nor texts"),
        ([1j, 2, 3], "The column x holds complex"),
        ([1, np.inf, 2], "The column x holds infinite values"),
        ([1, 1, 1], r"no column to learn from beside the classes. Left out: x \(always the same\)"),
    ],
)
def test_what_cannot_be_learnt_is_one_sentence(values: object, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        fitted(pd.DataFrame({"x": values}))


def test_two_columns_of_one_name() -> None:
    with pytest.raises(BadOption, match="The table has 2 columns named x: give each a name of its own"):
        fitted(pd.DataFrame([[1, 2], [3, 4]], columns=["x", "x"]))
