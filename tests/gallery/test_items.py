"""The gallery as a value: what is shown, what is selected, and who is told."""

import copy
import gc
import pickle
import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from colab_magics.errors import BadOption
from colab_magics.gallery.card import state
from colab_magics.gallery.images import Unreadable
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.source import read


class Watcher:
    def __init__(self) -> None:
        self.told = 0

    def refresh(self) -> None:
        self.told += 1


def test_it_opens_with_the_first_nine_of_all(gallery: Gallery) -> None:
    assert (gallery.view, gallery.sort, len(gallery), gallery.n) == ("first", "index", 40, 9)
    assert gallery.indices.tolist() == list(range(40))
    assert gallery.indices.dtype == np.int64
    assert gallery.shown.indices.tolist() == list(range(9))
    assert repr(gallery) == "Gallery(40 pictures, view 'first' of the images, 0 selected)"


def test_views_of_a_run(run: Any) -> None:
    gallery = Gallery(read(run))
    assert (gallery.shown.samples.kind, gallery.shown.total) == ("training images", 50)
    gallery.view = "wrong"
    assert (gallery.shown.samples.kind, gallery.indices.tolist()) == ("test images", [0, 10, 20, 30])
    gallery.view = "class two"
    assert (gallery.view, gallery.shown.total) == ("class two", 10)
    assert (gallery.counts.first, gallery.counts.correct, gallery.counts.wrong) == (50, 36, 4)


def test_a_window(gallery: Gallery) -> None:
    gallery.view = "wrong"
    assert gallery.window(1, 2).indices.tolist() == [10, 20]
    assert gallery.window(3, 9).indices.tolist() == [30]
    assert gallery.window(99, 9).indices.tolist() == []


def test_each_choice_has_its_version(gallery: Gallery) -> None:
    before = gallery.shown.version
    gallery.selected = [1]
    assert gallery.shown.version == before
    gallery.sort = "loss"
    assert gallery.shown.version == before + 1


@pytest.mark.parametrize(
    ("view", "title"),
    [
        ("first", "50 training images"),
        ("wrong", "4 wrong test images"),
        ("class three", "10 test images of class three"),
        ("confusion", "40 test images"),
        ("confusion zero one", "2 test images of zero taken for one"),
        ("confusion * one, one one", "12 test images of any class taken for one, and of 1 more cell"),
    ],
)
def test_titles(run: Any, view: str, title: str) -> None:
    assert Gallery(read(run), view=view).shown.title == title


def test_one_picture_is_one() -> None:
    gallery = Gallery(read(np.zeros((1, 2, 2)), [1], predicted=[0]))
    assert gallery.shown.title == "1 image"
    gallery.view = "wrong"
    assert gallery.shown.title == "1 wrong image"
    assert state(gallery) == "0.00 % of 1 image is correct"


def test_the_order_and_the_filters(gallery: Gallery) -> None:
    gallery.sort = "loss"
    assert gallery.indices.tolist()[:5] == [0, 10, 20, 30, 1]
    gallery.reverse = True
    assert gallery.indices.tolist()[-1] == 0
    gallery.confidence = (0, 0.5)
    assert len(gallery) == 0
    assert gallery.shown.emptiness.startswith("Nothing to show: no picture is left.")
    gallery.confidence = (0, 1)
    gallery.search = "#3"
    assert sorted(gallery.indices.tolist()) == [3, *range(30, 40)]
    assert (gallery.sort, gallery.reverse, gallery.confidence, gallery.search) == ("loss", True, (0, 1), "#3")


def test_training_images_have_no_loss_so_that_test_images_are_shown(run: Any) -> None:
    gallery = Gallery(read(run), sort="loss")
    assert (gallery.view, gallery.shown.samples.kind) == ("confusion", "test images")


def test_who_comes_back_to_the_training_images_gives_up_the_order(run: Any) -> None:
    gallery = Gallery(read(run), view="wrong", sort="loss")
    gallery.confidence, gallery.reverse = (0.5, 1), True
    gallery.view = "first"
    assert (gallery.view, gallery.sort, gallery.confidence, len(gallery)) == ("first", "index", (0, 1), 50)
    assert gallery.indices[0] == 49
    gallery.sort = "loss"
    assert (gallery.view, len(gallery)) == ("confusion", 40)


def test_a_first_screen_is_clipped(predictions: Any) -> None:
    assert len(Gallery(read(predictions), n=1_000_000).shown.indices) == 40
    many = Gallery(read(np.zeros((100, 8, 8))), n=100)
    assert (many.n, len(many), len(many.shown.indices)) == (64, 100, 64)


def test_a_first_screen_has_room_for_no_more_than_there_are(run: Any) -> None:
    assert Gallery(read(np.zeros((2, 2, 2)))).n == 2
    assert Gallery(read(run), n=64).n == 50  # images to train on
    assert Gallery(read(run.predictions), view="wrong").n == 9


@pytest.mark.parametrize("n", [0, -1, 2.5, "9", None])
def test_an_impossible_page(predictions: Any, n: Any) -> None:
    with pytest.raises(BadOption, match=r"n is .*: pass the number of pictures to begin with"):
        Gallery(read(predictions), n=n)


@pytest.mark.parametrize(
    ("view", "predicted", "sentence"),
    [
        ("wrong", [0, 1], "Nothing to show: of 2 images, none was taken for another class."),
        ("correct", [1, 0], "Nothing to show: of 2 images, none was recognised."),
        ("class 2", [1, 0], "Nothing to show: there are no images of class 2."),
    ],
)
def test_nothing_to_show_is_said(view: str, predicted: list[int], sentence: str) -> None:
    source = read(np.zeros((2, 2, 2)), [0, 1], predicted=predicted, class_names=["0", "1", "2"])
    gallery = Gallery(source, view=view)
    assert (gallery.shown.emptiness, len(gallery)) == (sentence, 0)
    gallery.reverse = True  # an order leaves nothing out
    assert gallery.shown.emptiness == sentence
    gallery.search = "#"
    assert gallery.shown.emptiness == (
        "Nothing to show: no picture is left. Widen the search or the range of probabilities."
    )


def test_an_unknown_view_changes_nothing(gallery: Gallery) -> None:
    gallery.view = "wrong"
    with pytest.raises(BadOption, match="There is no view"):
        gallery.view = "nothing"
    with pytest.raises(BadOption, match="There is no view 'None'"):
        gallery.view = None  # type: ignore[assignment]
    assert gallery.view == "wrong"


@pytest.mark.parametrize("double", [copy.copy, copy.deepcopy, pickle.dumps])
def test_there_are_no_doubles(gallery: Gallery, double: Callable[[Gallery], object]) -> None:
    with pytest.raises(TypeError, match=r"neither copied nor pickled: .* keep its pictures with \.export"):
        double(gallery)


@pytest.mark.parametrize("name", ["veiw", "sorted"])
def test_a_misspelt_attribute_is_an_error(gallery: Gallery, name: str) -> None:
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
        setattr(gallery, name, "wrong")


def test_training_and_test_images_are_selected_apart(run: Any) -> None:
    gallery = Gallery(read(run))
    gallery.selected = [45]
    gallery.view = "wrong"
    assert gallery.selected == []
    gallery.selected = [10]
    gallery.view = "first"
    assert gallery.selected == [45]


def test_a_search_for_nothing_ends_the_search(gallery: Gallery) -> None:
    gallery.search = "#1"
    gallery.search = None  # type: ignore[assignment]
    assert (gallery.search, len(gallery)) == ("", 40)


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
                gallery.view = str(rng.choice(["first", "wrong", "correct", "class one", "confusion zero one"]))
                gallery.sort = str(rng.choice(["index", "loss", "margin"]))
                gallery.selected = rng.integers(0, 40, 3).tolist()
                page = gallery.shown
                assert set(page.indices) <= set(page.query.members(page.samples))
                gallery.watch(Watcher())
        except BaseException as error:  # noqa: BLE001 (shown by the assertion below)
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
