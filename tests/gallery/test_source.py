"""Every kind of source becomes samples, or one sentence."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from colab_magics.errors import BadImages, BadOption, SourceNotFound
from colab_magics.gallery.source import read
from colab_magics.predictions import Predictions


def test_a_run_has_training_and_test_images(run: Any) -> None:
    source = read(run)
    assert source.training is not None
    assert (source.training.kind, len(source.training)) == ("training images", 50)
    assert (source.samples.kind, len(source.samples)) == ("test images", 40)
    assert source.dataset == "shades"
    assert source.samples.class_names == source.training.class_names == ("zero", "one", "two", "three")


def test_a_run_without_a_dataset(predictions: Predictions) -> None:
    source = read(SimpleNamespace(predictions=predictions))
    assert (source.training, source.samples.kind) == (None, "test images")


def test_a_run_that_was_stopped_shows_its_training_images(run: Any) -> None:
    source = read(replace(run, predictions=None))
    assert (source.training, source.samples.kind) == (None, "training images")


def test_a_run_without_anything() -> None:
    with pytest.raises(BadImages, match="predictions of this SimpleNamespace are NoneType, not Predictions"):
        read(SimpleNamespace(predictions=None))


def test_predictions(predictions: Predictions) -> None:
    source = read(predictions)
    assert source.samples.kind == "images"
    assert source.samples.probabilities is not None


def test_predictions_for_rows(predictions: Predictions) -> None:
    with pytest.raises(BadImages, match=r"trained on rows of numbers, and a gallery shows images: run\.report\(\)"):
        read(predictions.with_images(np.zeros((40, 5))))


def test_predictions_that_do_not_fit(predictions: Predictions) -> None:
    with pytest.raises(BadImages, match="There are 40 images and 39 labels"):
        read(replace(predictions, labels=predictions.labels[:-1]))
    with pytest.raises(BadImages, match=r"The predicted have the shape \(40, 4\)"):
        read(replace(predictions, predicted=predictions.probabilities))


@pytest.mark.parametrize("name", ["labels", "predicted", "probabilities"])
def test_a_source_with_its_own_labels_takes_no_others(run: Any, name: str) -> None:
    with pytest.raises(BadOption, match=f"A run brings its own {name}: leave {name} out"):
        read(run, **{name: [1]})
    with pytest.raises(BadOption, match=f"redictions bring their own {name}"):
        read(run.predictions, **{name: [1]})


def test_class_names_may_be_given_anew(run: Any) -> None:
    assert read(run, class_names=list("abcd")).samples.class_names == ("a", "b", "c", "d")


def test_arrays() -> None:
    source = read(np.zeros((3, 2, 2)), [0, 1, 2], predicted=[0, 1, 1])
    assert source.samples.counts.wrong == 1


@pytest.mark.parametrize("make", [list, pd.Series, lambda files: np.array(list(map(str, files)))])
def test_names_of_files_in_whatever_holds_them(photos: Path, make: Any) -> None:
    samples = read(make(sorted(photos.rglob("*.*")))).samples
    assert [samples.name(index) for index in range(5)] == ["a.png", "b.JPG", "c.gif", "d.bmp", "e.webp"]


def test_a_name_that_is_missing_among_files(photos: Path) -> None:
    with pytest.raises(BadImages, match=r"At images\[1\] there is no name of a file, as there is before it"):
        read([photos / "cat" / "a.png", None])


def test_arrays_of_different_sizes_in_whatever_holds_them() -> None:
    arrays = [np.zeros((3, 3)), np.zeros((2, 5))]
    ragged = np.empty(2, object)
    ragged[:] = arrays
    for source in (arrays, tuple(arrays), pd.Series(arrays), ragged):
        assert [read(source).samples.images.picture(index, 64).size for index in (0, 1)] == [(3, 3), (5, 2)]


def test_a_folder(photos: Path) -> None:
    assert read(photos).samples.class_names == ("cat", "dog")
    assert read(str(photos), predicted=[0, 0, 1, 1, 1]).samples.counts.wrong == 1


def test_a_folder_takes_labels_where_it_has_no_classes(photos: Path) -> None:
    assert read(photos / "cat", [0, 1, 1], class_names=["a", "b"]).samples.counts.classes == (1, 2)
    with pytest.raises(BadOption, match="has its classes in subfolders: leave the labels out"):
        read(photos, [0, 1, 1, 0, 0])


def test_a_missing_folder() -> None:
    with pytest.raises(SourceNotFound, match="There is no folder nowhere"):
        read("nowhere")


def test_what_came_of_a_training_in_the_background(run: Any) -> None:
    source = read(SimpleNamespace(run=run, status="finished"))
    assert source.training is not None
    assert len(source.samples) == 40
