"""Samples: their views, counts and captions."""

import numpy as np
import pytest

from colab_magics.errors import BadImages, BadOption
from colab_magics.gallery.images import read_arrays
from colab_magics.gallery.part import part
from colab_magics.gallery.samples import Counts, Item, Samples, check
from colab_magics.gallery.views import View

IMAGES = read_arrays(np.zeros((4, 2, 2)), "images")
NAMES = ["cat", "dog"]


def samples(**given: object) -> Samples:
    return check("images", IMAGES, **given)


def test_views_are_indices() -> None:
    found = samples(labels=[0, 1, 1, 0], predicted=[0, 0, 1, 1], class_names=NAMES)
    assert found.members(View("first")).tolist() == [0, 1, 2, 3]
    assert found.members(View("correct")).tolist() == [0, 2]
    assert found.members(View("wrong")).tolist() == [1, 3]
    assert found.members(View("class", 1)).tolist() == [1, 2]
    assert {found.members(View(kind)).dtype for kind in ("first", "correct", "wrong")} == {np.dtype(np.int64)}
    assert found.counts == Counts(4, 2, 2, (2, 2))


def test_names_of_a_persons_own() -> None:
    assert samples().name(2) == "#2"
    found = samples(names=("x", "y", "bad\udcff", 4))
    assert [found.item(index).name for index in range(4)] == ["x", "y", "bad\N{REPLACEMENT CHARACTER}", "4"]
    assert [part(found, np.array([3, 0])).item(index).name for index in range(2)] == ["4", "x"]
    with pytest.raises(BadImages, match="names are not a list of names: pass one text for each image"):
        samples(names="xyzz")
    with pytest.raises(BadImages, match="4 images and 1 names"):
        samples(names=["x"])


def test_without_predictions() -> None:
    found = samples(labels=[0, 1, 1, 0])
    assert found.counts == Counts(4, None, None, (2, 2))
    with pytest.raises(BadOption, match=r"view wrong needs predictions: show a run, or pass predicted="):
        found.members(View("wrong"))


def test_without_labels() -> None:
    found = samples(predicted=[0, 1, 1, 0])
    assert found.counts == Counts(4, None, None, None)
    with pytest.raises(BadOption, match="view correct needs labels to compare with"):
        found.members(View("correct"))
    with pytest.raises(BadOption, match="view class needs labels"):
        found.members(View("class", 0))


def test_the_most_probable_is_predicted() -> None:
    found = samples(labels=[0, 1, 1, 0], probabilities=np.eye(2)[[0, 0, 1, 1]])
    assert found.predicted is not None
    assert found.predicted.tolist() == [0, 0, 1, 1]


def test_the_probability_is_that_of_the_predicted_class() -> None:
    probabilities = np.array([[0.9, 0.1]] * 4)
    found = samples(labels=[0] * 4, predicted=[1] * 4, probabilities=probabilities)
    assert found.item(2) == Item(2, "#2", 0, 1, pytest.approx(0.1), pytest.approx(-np.log(0.9)))


@pytest.mark.parametrize(
    ("item", "tone", "caption", "share"),
    [
        (Item(0, "#0", 1, 1, 0.991, None), "ok", "dog correct", "99.10 %"),
        (Item(0, "#0", 1, 1, None, None), "ok", "dog correct", ""),
        (Item(0, "#0", 1, 0, 0.8731, None), "wrong", "predicted cat, true dog", "87.31 %"),
        (Item(0, "#0", 1, None, None, None), "", "dog", ""),
        (Item(0, "#0", None, 1, 0.5, None), "", "predicted dog", "50.00 %"),
        (Item(0, "a.png", None, None, None, None), "", "a.png", ""),
    ],
)
def test_captions(item: Item, tone: str, caption: str, share: str) -> None:
    assert item.tone == tone
    assert item.caption(NAMES) == caption
    assert item.share == share


def test_no_images() -> None:
    empty = read_arrays(np.zeros((1, 2, 2)), "images")
    with pytest.raises(BadImages, match="There are no images to show"):
        check("images", type(empty)(empty.arrays[:0], empty.range, empty.side, empty.channels))
