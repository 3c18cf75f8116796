"""A frame in a few facts."""

import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from colab_magics.ingest.summary import MOST_COLUMNS, Column, restored, summarise, values


def test_columns_in_facts() -> None:
    frame = pd.DataFrame({"n": [1, 2, 2], "t": ["x", None, "y"], "b": [True, False, True], "e": [None] * 3})
    summary = summarise(frame)
    assert (summary.rows, summary.width, summary.is_weighed) == (3, 4, True)
    assert summary.memory == frame.memory_usage(deep=True).sum()
    assert summary.columns == (
        Column("n", "int64", 0, "2", "1 to 2", is_numeric=True, bars=(4, *[0] * 10, 8)),
        Column("t", str(frame["t"].dtype), 1, "2", "x, y", is_numeric=False),
        Column("b", "bool", 0, "2", "True 67 %, False 33 %", is_numeric=False),
        Column("e", "object", 3, "0", "", is_numeric=False),
    )
    assert summary.preview[0] == ("1", "x", "True", "None")
    assert summary.sampled is None
    assert restored(json.loads(json.dumps(asdict(summary)))) == summary


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame({"a": []}),
        pd.DataFrame(index=range(3)),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({"a": [[1], {"b": 2}]}),
        pd.DataFrame({("a", "b"): [1], None: [2], 3: [4]}),
        pd.DataFrame({"when": pd.to_datetime(["2026-01-01", None])}),
        pd.DataFrame({"many": pd.Series(["a", "b"], dtype="category"), "n": pd.array([1, None], dtype="Int64")}),
        pd.DataFrame({"z": [1 + 2j]}),
    ],
)
def test_odd_frames_have_facts_too(frame: pd.DataFrame) -> None:
    summary = summarise(frame)
    assert (summary.rows, summary.width) == frame.shape
    assert len(summary.columns) == frame.shape[1]
    assert all(len(row) == frame.shape[1] for row in summary.preview)


def test_what_cannot_be_shown_costs_nothing() -> None:
    summary = summarise(pd.DataFrame(np.zeros((3, 5000))))
    assert len(summary.columns) == MOST_COLUMNS
    summary = summarise(pd.DataFrame({"a": np.zeros(300_000)}))
    assert (summary.sampled, summary.columns[0].distinct) == (3000, "~1")
    summary = summarise(pd.DataFrame({"a": np.full(1_100_000, "x", dtype=object)}).astype(object))
    assert not summary.is_weighed


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array([[0, 255]], dtype=np.uint8), "uint8, 0 to 255"),
        (np.array([[0.5, 2.0]], dtype=np.float32), "float32, 0.5 to 2.0"),
        (np.zeros((0, 4)), "float64"),
        (np.array([["a", "b"]], dtype=object), "object"),
    ],
)
def test_values_of_an_array(array: np.ndarray, text: str) -> None:
    assert values(pd.DataFrame(array)) == text
