"""The gallery as a value: what is shown, what is selected, and who is told."""

import gc
import threading
import weakref
from typing import Any

import numpy as np
import pandas as pd
import pytest

from colab_magics.errors import BadOption
from colab_magics.gallery.images import Unreadable
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.source import read


class Watcher:
    def __init__(self) -> None:
        self.told = 0

    def refresh(self) -> None:
        self.told += 1


def test_it_opens_with_the_first_nine(gallery: Gallery) -> None:
    assert (gallery.view, gallery.page, len(gallery), gallery.n) == ("first", 0, 9, 9)
    assert gallery.indices.tolist() == list(range(9))
    assert gallery.indices.dtype == np.int64
    assert repr(gallery) == "Gallery(9 of 40 pictures, view 'first' of the images, 0 selected)"


def test_views_of_a_run(run: Any) -> None:
    gallery = Gallery(read(run))
    assert (gallery.shown.samples.kind, gallery.shown.total) == ("training images", 50)
    gallery.view = "wrong"
    assert (gallery.shown.samples.kind, gallery.indices.tolist()) == ("test images", [0, 10, 20, 30])
    gallery.view = "class two"
    assert (gallery.view, gallery.shown.total) == ("class two", 10)
    assert (gallery.counts.first, gallery.counts.correct, gallery.counts.wrong) == (50, 36, 4)


def test_pages(gallery: Gallery) -> None:
    gallery.page = 4
    assert gallery.indices.tolist() == [36, 37, 38, 39]
    gallery.page = 99
    assert gallery.page == 4
    gallery.page = -1
    assert gallery.page == 0
    gallery.turn("correct", 1)
    assert gallery.page == 1
    gallery.view = "wrong"
    assert gallery.page == 0


@pytest.mark.parametrize(
    ("n", "page", "title"),
    [
        (9, 0, "First 9 of 50 training images"),
        (9, 5, "46 to 50 of 50 training images"),
        (64, 0, "First 50 of 50 training images"),
    ],
)
def test_titles(run: Any, n: int, page: int, title: str) -> None:
    gallery = Gallery(read(run), n=n)
    gallery.page = page
    assert gallery.shown.title == title


def test_titles_of_other_views(run: Any) -> None:
    gallery = Gallery(read(run), view="wrong")
    assert gallery.shown.title == "4 of 4 wrong test images"
    gallery.turn("class three", 1)
    assert gallery.shown.title == "10 to 10 of 10 test images of class three"


def test_a_page_is_clipped(gallery: Gallery, predictions: Any) -> None:
    assert len(Gallery(read(predictions), n=1_000_000)) == 40
    many = Gallery(read(np.zeros((100, 8, 8))), n=100)
    assert (many.n, len(many), many.shown.pages) == (64, 64, 2)


@pytest.mark.parametrize("n", [0, -1, 2.5, "9", None])
def test_an_impossible_page(predictions: Any, n: Any) -> None:
    with pytest.raises(BadOption, match=r"n is .*: pass the number of pictures on a page"):
        Gallery(read(predictions), n=n)


@pytest.mark.parametrize(
    ("view", "predicted", "sentence"),
    [
        ("wrong", [0, 1], "Nothing to show: all 2 images were recognised."),
        ("correct", [1, 0], "Nothing to show: none of the 2 images was recognised."),
        ("class 2", [1, 0], "Nothing to show: none of the images is of this class."),
    ],
)
def test_nothing_to_show_is_said(view: str, predicted: list[int], sentence: str) -> None:
    source = read(np.zeros((2, 2, 2)), [0, 1], predicted=predicted, class_names=["0", "1", "2"])
    page = Gallery(source, view=view).shown
    assert (page.emptiness, page.total, page.pages) == (sentence, 0, 1)


def test_an_unknown_view_changes_nothing(gallery: Gallery) -> None:
    gallery.turn("wrong")
    with pytest.raises(BadOption, match="There is no view"):
        gallery.view = "nothing"
    assert gallery.view == "wrong"


def test_selection(gallery: Gallery) -> None:
    gallery.selected = [10, np.int64(3), 10]
    assert gallery.selected == [10, 3]
    frame = gallery.selection()
    assert list(frame.columns) == ["index", "true", "predicted", "probability"]
    assert frame["index"].tolist() == [10, 3]
    assert frame["true"].tolist() == [2, 3]
    assert frame["predicted"].tolist() == [3, 3]
    assert frame["probability"].tolist() == pytest.approx([0.85, 0.85])


def test_an_empty_selection_has_the_same_columns(gallery: Gallery) -> None:
    frame = gallery.selection()
    gallery.selected = [1]
    assert len(frame) == 0
    assert frame.dtypes.tolist() == gallery.selection().dtypes.tolist()


def test_a_selection_without_labels() -> None:
    gallery = Gallery(read(np.zeros((2, 2, 2))))
    gallery.selected = [1]
    row = gallery.selection().iloc[0]
    assert row["index"] == 1
    assert all(pd.isna(row[name]) for name in ("true", "predicted", "probability"))


def test_training_and_test_images_are_selected_apart(run: Any) -> None:
    gallery = Gallery(read(run))
    gallery.selected = [45]
    gallery.view = "wrong"
    assert gallery.selected == []
    gallery.selected = [10]
    gallery.view = "first"
    assert gallery.selected == [45]


@pytest.mark.parametrize(
    ("indices", "sentence"),
    [
        ([40], "There is no image 40: the 40 images are numbered from 0"),
        ([-1], "There is no image -1"),
        ([1.5], "1.5 is not the index of an image"),
        (["1"], "'1' is not the index"),
        (5, "5 is not a list of indices"),
    ],
)
def test_what_cannot_be_selected(gallery: Gallery, indices: Any, sentence: str) -> None:
    gallery.selected = [1]
    with pytest.raises(BadOption, match=sentence):
        gallery.selected = indices
    assert gallery.selected == [1]


def test_closer(gallery: Gallery) -> None:
    assert gallery.probabilities(0) == pytest.approx([0.05, 0.85, 0.05, 0.05])
    picture = gallery.picture(0, 256)
    assert not isinstance(picture, Unreadable)
    assert picture.size == (8, 8)
    with pytest.raises(BadOption, match="There is no image 40"):
        gallery.picture(40, 256)


def test_watchers_are_told_of_changes_only(gallery: Gallery) -> None:
    watcher = Watcher()
    gallery.watch(watcher)
    gallery.view = "wrong"
    gallery.selected = [10]
    gallery.selected = [10]
    assert watcher.told == 2


def test_watchers_are_not_kept_alive(gallery: Gallery) -> None:
    watcher = Watcher()
    gallery.watch(watcher)
    gone = weakref.ref(watcher)
    del watcher
    gc.collect()
    assert gone() is None
    gallery.view = "wrong"


def test_many_threads_turn_and_select(gallery: Gallery) -> None:
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        try:
            for _ in range(100):
                gallery.turn(str(rng.choice(["first", "wrong", "correct", "class one"])), int(rng.integers(5)))
                gallery.selected = rng.integers(0, 40, 3).tolist()
                page = gallery.shown
                assert set(page.indices) <= set(page.samples.members(page.view))
                gallery.watch(Watcher())
        except BaseException as error:  # noqa: BLE001 (shown by the assertion below)
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
