"""Data in memory as a dataset."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colab_magics.errors import BadOption, TooLarge
from colab_magics.machine import room
from colab_magics.train.given import Given
from colab_magics.train.own_data import read

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 4, 3), "uint8")
LABELS = np.arange(40) % 4


class Tensor:
    """Has its values only by ``__array__``, as those of PyTorch, JAX and TensorFlow do."""

    def __init__(self, values: np.ndarray) -> None:
        self.values, self.shape = values, values.shape

    def __len__(self) -> int:
        return len(self.values)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return self.values


def test_images_and_labels_are_divided() -> None:
    dataset = read(Given((IMAGES, LABELS), ("X", "y")), None, 0)
    assert (dataset.name, dataset.source, dataset.is_from_memory) == ("X,y", "memory (arrays)", True)
    assert (dataset.x_train.shape, dataset.x_test.shape) == ((32, 4, 3), (8, 4, 3))
    assert dataset.x_train.dtype == "uint8"
    assert np.bincount(dataset.y_test).tolist() == [2, 2, 2, 2]
    places = [int(np.flatnonzero((image == IMAGES).all(axis=(1, 2)))[0]) for image in dataset.x_test]
    assert LABELS[places].tolist() == dataset.y_test.tolist()
    assert dataset.class_names == ("0", "1", "2", "3")
    assert "8 samples, 20% of each class, set aside" in dataset.preparation[0]


@pytest.mark.parametrize("values", [(IMAGES.tolist(), LABELS.tolist()), [Tensor(IMAGES), Tensor(LABELS)]])
def test_lists_and_tensors(values: Any) -> None:
    dataset = read(Given(values), None, 0)
    np.testing.assert_array_equal(dataset.x_test, read(Given((IMAGES, LABELS)), None, 0).x_test)
    assert dataset.name == "arrays"


@pytest.mark.parametrize(
    "values",
    [
        (IMAGES, LABELS, IMAGES[:8], LABELS[:8]),
        ((IMAGES, LABELS), (IMAGES[:8], LABELS[:8])),
        (IMAGES, IMAGES[:8], LABELS, LABELS[:8]),
    ],
)
def test_training_and_test_data(values: Any) -> None:
    dataset = read(Given(values), None, 0)
    assert dataset.x_train is values[0] or dataset.x_train is values[0][0]
    assert (len(dataset.y_train), len(dataset.y_test)) == (40, 8)
    assert dataset.preparation == (
        ("Taken in the order of train_test_split: X_train, X_test, y_train, y_test.",) if len(values[1]) == 8 else ()
    )


def test_rows_of_numbers() -> None:
    dataset = read(Given((np.eye(40, 5), LABELS)), None, 0)
    assert dataset.noun == "row"
    assert repr(dataset) == "Dataset(arrays, 32 + 8 rows of 5)"


RAGGED = [[1, 2], [3]]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ((IMAGES, LABELS[:-1]), "X has 40 samples and y has 39 labels: there must be one label for each sample"),
        ((IMAGES[:0], LABELS[:0]), "X is empty"),
        ((RAGGED, [0, 1]), "X cannot be read as one array: its samples must all have the same shape"),
        ((np.array(RAGGED, dtype=object), [0, 1]), "X holds Python objects and no numbers"),
        ((np.array([["a"], ["b"]]), [0, 1]), "X holds texts and no numbers"),
        ((np.ones((4, 2), complex), [0, 1, 0, 1]), "X holds complex128 and no numbers"),
        ((np.full((4, 2), np.nan), [0, 1, 0, 1]), r"X holds values that are missing \(NaN\), infinite"),
        ((np.full((4, 2), 1e300), [0, 1, 0, 1]), "or beyond what 32 bits hold"),
        ((np.ma.masked_equal(IMAGES, 3), LABELS), "X has masked values"),
        ((LABELS, LABELS), r"X has the shape \(40,\), one number for each sample: give  X.reshape\(-1, 1\)"),
        ((np.ones((40, 0)), LABELS), r"X has the shape \(40, 0\): samples are rows"),
        ((np.ones((40, 3, 8, 8)), LABELS), r"with the channels first.*X.transpose\(0, 2, 3, 1\)"),
        ((IMAGES, LABELS, IMAGES[:, :2], LABELS), r"have the shape \(4, 3\) and the test samples \(2, 3\)"),
        ((IMAGES, np.zeros(40)), "y holds a single class"),
        (({}, LABELS), "X has the type dict and is no array: give  X,y"),
        ((IMAGES, LABELS, IMAGES), "arrays has the type tuple: give  X,y  or  X_train,y_train"),
        (IMAGES, "ndarray has the type ndarray: give  X,y"),
        (3, "int has the type int: give  X,y"),
    ],
)
def test_what_cannot_be_learnt_is_one_sentence(values: Any, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        read(Given(values), None, 0)


def test_a_target_of_what_is_no_table() -> None:
    with pytest.raises(BadOption, match="--target names a column of a DataFrame, and X,y is none: leave it out"):
        read(Given((IMAGES, LABELS), ("X", "y")), "class", 0)


def test_the_names_of_the_variables_are_in_the_sentence() -> None:
    with pytest.raises(BadOption, match="faces has 40 samples and who has 3 labels"):
        read(Given((IMAGES, [0, 1, 0]), ("faces", "who")), None, 0)


def test_what_does_not_fit_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "available", lambda root=Path("/"): 100)
    with pytest.raises(TooLarge, match="The samples of arrays, divided .* would take 480 bytes"):
        read(Given((IMAGES, LABELS)), None, 0)


def test_values_that_are_missing_anywhere() -> None:
    for bad in (np.nan, np.inf, -np.inf, -1e300):
        values = np.ones((4, 2))
        values[2, 1] = bad
        with pytest.raises(BadOption, match="X holds values that are missing"):
            read(Given((values, [0, 1, 0, 1])), None, 0)
