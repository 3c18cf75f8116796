"""Labels of any kind as numbers of classes, and what are no classes."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from colab_magics.errors import BadOption
from colab_magics.train.own_classes import numbered


@pytest.mark.parametrize(
    ("labels", "numbers", "names"),
    [
        ([0, 1, 2, 1], [0, 1, 2, 1], ("0", "1", "2")),
        ([7, -3, 7, 5], [2, 0, 2, 1], ("-3", "5", "7")),
        (np.array([1.0, 2.0, 1.0]), [0, 1, 0], ("1", "2")),
        (["b", "a", "b"], [1, 0, 1], ("a", "b")),
        (np.array([b"b", b"a"]), [1, 0], ("a", "b")),
        ([True, False], [1, 0], ("False", "True")),
        (pd.Series(["x", "y"], dtype="category"), [0, 1], ("x", "y")),
        (pd.Series([3, 4], dtype="Int64"), [0, 1], ("3", "4")),
        (np.eye(3)[[2, 0, 1]], [2, 0, 1], ("0", "1", "2")),
        (pd.DataFrame({"no": [1, 0], "yes": [0, 1]}), [0, 1], ("no", "yes")),
        (np.array([[4], [5]]), [0, 1], ("4", "5")),
        (["<b>bold</b>", "\ud800"], [0, 1], ("<b>bold</b>", "\N{REPLACEMENT CHARACTER}")),
    ],
)
def test_labels(labels: Any, numbers: list[int], names: tuple[str, ...]) -> None:
    (found,), told = numbered([labels], "y")
    assert found.dtype == np.int64
    assert (found.tolist(), told) == (numbers, names)


def test_two_parts_have_the_same_classes() -> None:
    (train, test), names = numbered([["cat", "dog"], ["ant", "dog", "dog"]], "y")
    assert (train.tolist(), test.tolist(), names) == ([1, 2], [0, 2, 2], ("ant", "cat", "dog"))


def test_names_that_are_known() -> None:
    (found,), names = numbered([[0, 2]], "y", ("cat", "dog", "owl"))
    assert (found.tolist(), names) == ([0, 2], ("cat", "dog", "owl"))


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([1, 1, 1], "y holds a single class: a classifier needs samples of two or more"),
        ([1, None, 2], "1 label of y missing"),
        ([0.0, np.nan, np.nan], "2 labels of y missing"),
        ([0.5, 1.0], "y holds numbers such as 0.5, and a classifier learns classes"),
        ([np.inf, 1.0], "y holds numbers such as inf"),
        (np.array(["a", 1], dtype=object), "y holds int and str: labels are whole numbers, or texts, and not both"),
        (np.array(["2024-01-01", "2024-01-02"], "datetime64[D]"), r"y holds datetime64\[D\]"),
        ([{}, {}], "y holds dict"),
        ([[1, 0], [1, 1]], r"y has the shape \(2, 2\), and its rows are not one-hot"),
        ([[[1]]], r"y has the shape \(1, 1, 1\): give one label for each sample"),
        ([[1], [2, 3]], "y cannot be read as an array"),
        (range(100), "y holds 100 different labels in 100 samples, too many to be classes"),
        (np.arange(5_000) // 2, "y holds 2,500 different labels in 5,000 samples"),
    ],
)
def test_what_are_no_classes(labels: Any, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        numbered([labels], "y")


def test_numbers_here_and_texts_there() -> None:
    with pytest.raises(BadOption, match="The labels y are numbers in one part and texts in the other"):
        numbered([[0, 1], ["a", "b"]], "y")
