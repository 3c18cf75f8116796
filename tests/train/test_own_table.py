"""Tables in memory as a dataset."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from colab_magics.errors import BadOption
from colab_magics.train.given import Given
from colab_magics.train.own_data import read

FRAME = pd.DataFrame({"x": np.arange(30.0), "c": ["u", "v"] * 15, "kind": ["<i>a</i>", "b", "c"] * 10})


def test_a_table_and_its_target() -> None:
    dataset = read(Given(FRAME, ("df",)), "kind", 0)
    assert (dataset.name, dataset.source, dataset.noun) == ("df", "memory (DataFrame)", "row")
    assert (dataset.x_train.shape, dataset.x_test.shape) == ((24, 3), (6, 3))
    assert dataset.class_names == ("<i>a</i>", "b", "c")
    assert abs(dataset.x_train[:, 0].mean()) < 1e-6 < abs(dataset.x_test[:, 0].mean())  # of the training rows alone
    assert dataset.columns is not None
    assert dataset.columns.names == ("x", "c = u", "c = v")
    assert [step.split(":")[0] for step in dataset.preparation] == [
        "No test data was given",
        "1 column of numbers, standardised by the training rows",
        "Categories as 2 columns of 0 and 1, one for each value",
    ]


@pytest.mark.parametrize(
    ("values", "target"),
    [
        ((FRAME, FRAME[:6]), "kind"),
        ((FRAME[["x"]], FRAME["kind"], FRAME[["x"]][:6], FRAME["kind"][:6]), None),
        ((FRAME[["x"]], FRAME[["x"]][:6], FRAME["kind"], FRAME["kind"][:6]), None),
    ],
)
def test_a_table_to_test_with(values: Any, target: str | None) -> None:
    dataset = read(Given(values), target, 0)
    assert (len(dataset.x_train), len(dataset.x_test)) == (30, 6)
    assert dataset.y_test.tolist() == [0, 1, 2, 0, 1, 2]


def test_columns_and_labels_apart() -> None:
    dataset = read(Given((FRAME[["x", "c"]], FRAME["kind"]), ("X", "y")), None, 0)
    assert dataset.columns is not None
    assert len(dataset.class_names) == 3


def test_rows_without_a_label_are_left_out_and_told() -> None:
    frame = FRAME.assign(kind=FRAME["kind"].where(FRAME["x"] > 2))
    dataset = read(Given(frame), "kind", 0)
    assert len(dataset.x_train) + len(dataset.x_test) == 27
    assert dataset.preparation[0] == "3 rows without a kind left out."


def test_what_can_be_made_a_table() -> None:
    class Frame:
        columns = ("x", "kind")

        def to_pandas(self) -> pd.DataFrame:
            return FRAME

    assert len(read(Given(Frame()), "kind", 0).x_train) == 24


class Dask:
    columns = ("x", "kind")

    def compute(self) -> None:
        raise AssertionError


@pytest.mark.parametrize(
    ("values", "target", "sentence"),
    [
        (FRAME, None, "Which column of DataFrame is to be learnt. Say {2}--target COLUMN, {2}one of x, c, kind"),
        (FRAME, "kin", "The table has no column kin: did you mean kind"),
        (FRAME, "x", r"x holds 30 different labels in 30 samples"),
        (FRAME[:0], "kind", "DataFrame has no rows"),
        (FRAME[["kind"]], "kind", "The table has no column to learn from beside the classes"),
        ((FRAME[["x"]], FRAME["kind"][:3]), None, "X has 30 rows and y has 3 labels: there must be one for each row"),
        (Dask(), "kind", r"The table is one of Dask, and may be larger than the memory: give {2}df.compute\(\)"),
    ],
)
def test_what_cannot_be_learnt_is_one_sentence(values: Any, target: str | None, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        read(Given(values), target, 0)
