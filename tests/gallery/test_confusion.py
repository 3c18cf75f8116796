"""The confusion matrix as a table and as numbers."""

from typing import Any

import numpy as np
import pytest

from colab_magics.gallery.confusion import data, pairs, table
from colab_magics.gallery.images import read_arrays
from colab_magics.gallery.samples import Samples, check
from colab_magics.gallery.source import read


def many(classes: int) -> Samples:
    """Two pictures of each class, of which one is taken for the next class, and one more of class 5 for class 9."""
    labels = np.repeat(np.arange(classes), 2)
    predicted = labels.copy()
    predicted[::2] = (predicted[::2] + 1) % classes
    labels, predicted = np.append(labels, [5, 5]), np.append(predicted, [9, 9])
    return check("images", read_arrays(np.zeros((len(labels), 2, 2)), "images"), labels, predicted=predicted)


def test_few_classes_are_a_matrix(run: Any) -> None:
    found = table(read(run).samples)
    assert found is not None
    assert found.columns == ("", "zero", "one", "two", "three", "Precision", "Recall", "F1")
    assert found.rows[2] == ("two", "0", "0", "8", "2", "100.00 %", "80.00 %", "88.89 %")
    assert data(read(run).samples)["counts"][2] == [0, 0, 8, 2]


def test_what_cannot_be_divided_is_empty() -> None:
    samples = check("images", read_arrays(np.zeros((1, 2, 2)), "images"), [0], predicted=[0], class_names=["a", "b"])
    found = table(samples)
    assert found is not None
    assert found.rows[1] == ("b", "0", "0", "", "", "")
    assert data(samples)["scores"][1] == [None, None, None]


def test_many_classes_are_their_commonest_mistakes() -> None:
    samples = many(50)
    found = table(samples)
    assert found is not None
    assert (found.columns, found.rows[0], len(found.rows)) == (("true", "predicted", "count"), ("5", "9", "2"), 10)
    shown = data(samples)
    assert shown.keys() == {"pairs"}
    assert shown["pairs"][:2] == [(5, 9, 2), (0, 1, 1)]


def test_no_mistakes_are_no_pairs() -> None:
    assert pairs(np.diag([3, 4]), 10) == []


@pytest.mark.parametrize("labels", [None, [0, 1]])
def test_without_predictions_there_is_none(labels: list[int] | None) -> None:
    samples = check("images", read_arrays(np.zeros((2, 2, 2)), "images"), labels)
    assert table(samples) is None
    assert data(samples) == {}
