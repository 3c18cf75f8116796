"""Class numbers, probabilities and names, and what is none of them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from colab_magics.errors import BadImages
from colab_magics.gallery.classes import (
    note_on_doubt,
    note_on_sums,
    read_classes,
    read_names,
    read_probabilities,
    short,
)
from colab_magics.gallery.images import read_arrays
from colab_magics.gallery.samples import check


@pytest.mark.parametrize(
    "values",
    [
        [0, 2, 1],
        (0, 2, 1),
        np.array([0, 2, 1], np.uint8),
        np.array([[0], [2], [1]]),
        pd.Series([0, 2, 1], index=[7, 8, 9]),
    ],
)
def test_class_numbers(values: object) -> None:
    found = read_classes(values, "labels", 3)
    assert found.dtype == np.int64
    assert found.tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([0, 1], "There are 3 images and 2 labels: they must be as many"),
        ([], "There are 3 images and 0 labels: they must be as many"),
        (["cat", "dog", "cat"], "type <U3, not whole class numbers: number the classes from 0, and pass class_names="),
        ([0.0, 1.0, 2.0], r"type float64, not whole class numbers: pass  np\.asarray\(labels, int\)\."),
        (
            [[0.2], [0.9], [0.4]],
            r"of probabilities of class 1 pass  np\.asarray\(np\.asarray\(labels\) > 0\.5, int\)\.",
        ),
        ([0.5, 1.5, 2.5], "type float64, not whole class numbers: number the classes from 0"),
        ([0.0, np.nan, 2.0], r"A class is missing at labels\[1\] \(nan\): leave such images out"),
        ([True, False, True], r"type bool, not whole class numbers: pass  np\.asarray\(labels, int\)\."),
        (["cat", "dog", None], r"A class is missing at labels\[2\] \(None\)"),
        (pd.Series(["cat", pd.NA, "dog"], dtype=object), r"A class is missing at labels\[1\] \(<NA>\)"),
        (np.array([0, "dog", 1], object), "type object, not whole"),
        (np.array(["2026-01-01"] * 3, "datetime64[D]"), r"type datetime64\[D\], not whole class numbers: number"),
        (np.eye(3), r"have the shape \(3, 3\).*try  np\.argmax\(labels, axis=1\)\.$"),
        ([[1, 1, 0], [0, 1, 0], [0, 0, 1]], r"several classes or none, look at one .* as at  labels\[:, 0\]\.$"),
        (5, "are no list but a int: pass one class number for each image"),
        ("label", "are no list but a str: pass one"),
        ({0, 1, 2}, "are no list but a set: pass one"),
        ([0, -1, 2], "the class number -1: classes are numbered from 0. Leave images without a class out, or number"),
        (
            np.array([b"a", b"b", b"c"]),
            r"type \|S1, not whole class numbers: pass  np\.char\.decode\(np\.asarray\(labels, bytes\)\)\.",
        ),
        (
            np.array([b"a", b"b", b"c"], object),
            r"type object.*: pass  np\.char\.decode\(np\.asarray\(labels, bytes\)\)\.",
        ),
        (
            np.array([2**64 - 1, 0, 1], np.uint64),
            "hold the class number 18446744073709551615: classes are numbered from 0",
        ),
        ([[0], [1, 2]], "cannot be read as an array"),
    ],
)
def test_what_is_no_class_number(values: object, sentence: str) -> None:
    with pytest.raises(BadImages, match=sentence):
        read_classes(values, "labels", 3)


def test_probabilities() -> None:
    found = read_probabilities([[0.25, 0.75], [1.0, 0.0]], 2)
    assert (found.dtype, found.tolist()) == (np.float32, [[0.25, 0.75], [1.0, 0.0]])
    column = pd.Series([np.array([0.25, 0.75]), [1.0, 0.0]])
    assert read_probabilities(column, 2).tolist() == found.tolist()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (np.zeros(2), r"shape \(2,\); 2 images need \(2, classes\)\. If .* pass  np\.column_stack\(\[1 - p, p\]\)\."),
        (np.zeros((3, 4)), r"shape \(3, 4\); 2 images need \(2, classes\)"),
        (np.zeros((2, 0)), r"shape \(2, 0\)"),
        (np.zeros((2, 2), int), "type int64, not numbers between 0 and 1"),
        (np.array([[0.5, np.nan], [0.5, 0.5]]), "NaN"),
        (np.array([[-3.0, 4.5], [0.5, 0.5]]), "go from -3 to 4.5, not from 0 to 1: apply softmax first"),
        (np.array([[2.0, 3.0], [3.0, 2.0]]), "go from 2 to 3, not from 0 to 1: apply softmax first"),
        (np.array([[97.0, 3.0], [50.0, 50.0]]), "go from 3 to 97, not from 0 to 1: divide percentages by 100"),
        (
            np.array([[0.2], [0.9]]),
            r"have one column, and not all are 1\. If .* pass  np\.column_stack\(\[1 - p, p\]\)\.",
        ),
    ],
)
def test_what_is_no_probability(values: object, sentence: str) -> None:
    with pytest.raises(BadImages, match=sentence):
        read_probabilities(values, 2)


def test_what_sums_to_one_is_not_told() -> None:
    shares = np.random.default_rng(3).dirichlet(np.ones(1_000), 50)
    for dtype in (np.float64, np.float32, np.float16):
        assert note_on_sums(read_probabilities(shares.astype(dtype), 50)) == ""
    assert note_on_sums(None) == ""
    assert note_on_sums(np.array([[0.5, 0.47], [0.9, 0.8]], np.float32)) == (
        "The probabilities of a picture sum to 0.97 to 1.7, not to 1: they are shown as they are."
    )


def test_predictions_that_are_not_the_most_probable_are_told() -> None:
    shares = np.array([[0.2, 0.8], [0.5, 0.5], [0.9, 0.1]], np.float32)
    assert note_on_doubt(np.array([1, 1, 0]), shares) == ""
    assert note_on_doubt(np.array([0, 1, 1]), shares).startswith(
        "Of 2 pictures the predicted class is not the most pro"
    )
    assert note_on_doubt(None, shares) == note_on_doubt(np.array([0, 1, 1]), None) == ""
    samples = check(
        "images", read_arrays(np.zeros((3, 2, 2)), "images"), predicted=[0, 1, 0], probabilities=shares * 0.9
    )
    assert "sum to 0.9, not to 1" in samples.note
    assert "Of 1 picture the predicted class" in samples.note


def tensor(values: Any) -> Any:
    return pytest.importorskip("tensorflow").constant(values)


@pytest.mark.parametrize("make", [np.array, np.ndarray.tolist, pd.DataFrame, tensor])
def test_what_is_advised_works_with_what_people_have(make: Any) -> None:
    labels = make(np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]))
    assert np.argmax(labels, axis=1).tolist() == [1, 0, 1]
    assert np.asarray(np.asarray(labels) > 0.5, int)[:, 1].tolist() == [1, 0, 1]
    texts = ["é".encode(), b"b"]
    for each in (np.array(texts), np.array(texts, object), *([tensor(texts)] if make is tensor else [])):
        assert np.char.decode(np.asarray(each, bytes)).tolist() == ["é", "b"]


def test_names_are_given_or_the_numbers() -> None:
    assert read_names(["a", "b", "c"], 1, 0) == ("a", "b", "c")
    assert read_names(pd.Series([10, 20]), 1, 2) == ("10", "20")
    assert read_names(None, 2, 0) == ("0", "1", "2")
    assert read_names(None, 2, 5) == ("0", "1", "2", "3", "4")
    assert read_names(None, -1, 0) == ()


@pytest.mark.parametrize(
    ("given", "highest", "columns", "sentence"),
    [
        (["a"], 9, 0, "The classes go up to number 9, and there are 1 class name"),
        (["a", "b"], 1, 3, "The classes go up to number 2, and there are 2 class names"),
        (None, 9, 5, "The class numbers go up to 9, and the probabilities have 5 columns"),
        (None, 1, 1, r"go up to 1, and the probabilities have 1 column\. If .* class 1, pass  np\.column_stack"),
        (None, 20_231_123, 0, "at most 1,000 classes, and here are 20,231,124: show some of them, or a list"),
        ([str(number) for number in range(1_001)], 0, 0, "at most 1,000 classes, and here are 1,001"),
        (["b", "a", "c", "a"], 1, 0, "Two classes have the same name, a, the numbers 1 and 3: give each its own"),
        ("abc", 1, 0, "not a list of names"),
        (7, 1, 0, "not a list of names"),
        ({"cat", "dog"}, 1, 0, "not a list of names: pass one text for each class, in their order"),
        ({0: "cat", 1: "dog"}, 1, 0, "not a list of names"),
    ],
)
def test_names_that_do_not_fit(given: object, highest: int, columns: int, sentence: str) -> None:
    with pytest.raises(BadImages, match=sentence):
        read_names(given, highest, columns)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cat", "cat"),
        (" a \n b\tc ", "a b c"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\u202egnp.exe", "gnp.exe"),
        ("مرحبا", "\N{LEFT-TO-RIGHT MARK}مرحبا\N{LEFT-TO-RIGHT MARK}"),
        ("שלום 7", "\N{LEFT-TO-RIGHT MARK}שלום 7\N{LEFT-TO-RIGHT MARK}"),
        ("日本語 😀", "日本語 😀"),
        ("\ud800cat", "\N{REPLACEMENT CHARACTER}cat"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 39 + "…"),
        ("", ""),
    ],
)
def test_names_are_shown_in_one_short_line(text: str, expected: str) -> None:
    assert short(text) == expected
