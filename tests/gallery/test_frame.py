"""DataFrames: which column holds the pictures, and which the labels."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

from colab_magics.errors import BadImages
from colab_magics.gallery.card import card
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.source import read


@pytest.fixture
def table(photos: Path) -> pd.DataFrame:
    files = sorted(photos.rglob("*.*"))
    return pd.DataFrame(
        {"size": range(5), "file": [str(file) for file in files], "kind": [file.parent.name for file in files]}
    )


def test_a_column_of_files_and_one_of_classes(table: pd.DataFrame) -> None:
    samples = read(table, "kind").samples
    assert samples.class_names == ("cat", "dog")
    assert samples.labels is not None
    assert samples.labels.tolist() == [0, 0, 0, 1, 1]
    assert samples.item(3).name == "d.bmp"


def test_a_column_of_arrays(predictions: Any) -> None:
    table = pd.DataFrame(
        {"picture": list(predictions.images), "true": predictions.labels, "guess": predictions.predicted}
    )
    samples = read(table, "true", predicted="guess").samples
    assert samples.counts.wrong == 4
    assert samples.images.values(7) == predictions.images[7].tolist()


def test_a_column_of_pictures_of_pillow() -> None:
    table = pd.DataFrame({"picture": [Image.new("RGB", (4, 3), "red"), Image.new("L", (2, 2))], "kind": ["a", "b"]})
    samples = read(table, "kind").samples
    assert [samples.images.picture(index, 64).size for index in (0, 1)] == [(4, 3), (2, 2)]


def test_what_was_selected_is_a_source_again(table: pd.DataFrame) -> None:
    shares = np.random.default_rng(4).dirichlet([1, 1], 5).astype(np.float32)
    gallery = Gallery(read(table, "kind", probabilities=shares))
    gallery.selected = [4, 1]
    chosen = gallery.selection().assign(file=table["file"][[4, 1]].tolist())
    again = read(chosen, "true", probabilities="probabilities").samples
    np.testing.assert_array_equal(again.probabilities, shares[[4, 1]])


def test_labels_need_not_be_a_column(table: pd.DataFrame) -> None:
    assert read(table, [0, 1, 2, 0, 1]).samples.class_names == ("0", "1", "2")


@pytest.mark.parametrize(
    ("change", "labels", "sentence"),
    [
        (lambda table: table, "species", "has no column species: it has size, file, kind"),
        (lambda table: table[["size", "kind"]], None, r"No column of the DataFrame holds pictures: .*\.png"),
        (lambda table: table.iloc[:0], None, "the DataFrame has no rows"),
        (lambda table: table.replace({"file": {table["file"][2]: None}}), None, "file names no file in row 2"),
        (lambda table: table.replace({"file": {table["file"][0]: None}}), None, "file names no file in row 0"),
        (lambda table: table.assign(file=[None, *np.zeros((4, 3, 3))]), None, "file holds no picture in row 0"),
    ],
)
def test_what_is_no_gallery(table: pd.DataFrame, change: Any, labels: Any, sentence: str) -> None:
    with pytest.raises(BadImages, match=sentence):
        read(change(table), labels)


@pytest.mark.parametrize(("columns", "named"), [(784, r"table"), (785, r"table\.iloc\[:, 1:\]")])
def test_a_column_for_each_pixel(columns: int, named: str) -> None:
    pixels = pd.DataFrame(np.zeros((3, columns), np.uint8))
    with pytest.raises(BadImages, match=rf"one picture, pass  {named}\.to_numpy\(\)\.reshape\(-1, 28, 28\)\.$"):
        read(pixels)


@pytest.mark.parametrize("columns", [1, 5, 786])
def test_other_columns_are_no_pixels(columns: int) -> None:
    with pytest.raises(BadImages, match=r"\(height, width, channels\)\.$"):
        read(pd.DataFrame(np.zeros((3, columns))))


def test_a_series_in_another_order_is_ambiguous(table: pd.DataFrame) -> None:
    kinds = table["kind"][::-1]
    with pytest.raises(
        BadImages, match=r"in another order: pass  labels\.reindex\(table\.index\)  to join .*labels\.to_numpy"
    ):
        read(table, kinds)
    by_index, as_they_stand = read(table, kinds.reindex(table.index)).samples, read(table, kinds.to_numpy()).samples
    own = read(table, "kind").samples
    assert by_index.labels is not None
    assert as_they_stand.labels is not None
    assert own.labels is not None
    assert by_index.labels.tolist() == own.labels.tolist() == as_they_stand.labels.tolist()[::-1]


def test_a_series_with_an_index_of_its_own_is_taken_as_it_stands(table: pd.DataFrame) -> None:
    predicted = read(table[1:], "kind", predicted=pd.Series([0, 1, 1, 0])).samples.predicted
    assert predicted is not None
    assert predicted.tolist() == [0, 1, 1, 0]


def test_a_frame_of_another_library(table: pd.DataFrame) -> None:
    with pytest.raises(BadImages, match=r"no DataFrame of another library: pass what its \.to_pandas\(\) gives"):
        read(pl.DataFrame(table.to_dict("list")), "kind")


def test_texts_are_numbered_alike(predictions: Any) -> None:
    names = np.array(predictions.class_names)
    samples = read(predictions.images, names[predictions.labels], predicted=list(names[predictions.predicted])).samples
    assert samples.class_names == ("one", "three", "two", "zero")
    assert samples.counts.wrong == 4


def test_an_array_that_could_be_a_frame_is_an_array() -> None:
    class Labelled(np.ndarray):
        """As `xarray.DataArray` in this."""

        def to_pandas(self) -> None: ...

    assert len(read(np.zeros((2, 3, 3)).view(Labelled)).samples) == 2


def test_the_order_of_the_alphabet_is_told_where_it_joins_names_with_numbers(predictions: Any) -> None:
    names = np.array(predictions.class_names)[predictions.labels]
    sure = {"probabilities": predictions.probabilities}
    for more in ({"predicted": predictions.predicted}, sure):
        gallery = Gallery(read(predictions.images, names, **more))
        assert "are numbered in the order of the alphabet: pass class_names=" in card(gallery).html()
    for silent in ({"predicted": names}, {"class_names": predictions.class_names, **sure}, {}):
        assert "alphabet" not in card(Gallery(read(predictions.images, names, **silent))).html()
    assert "alphabet" not in card(Gallery(read(predictions))).html()


@pytest.mark.parametrize("column", [np.array([["cat"], ["dog"]]), pd.DataFrame({"kind": ["cat", "dog"]})])
def test_texts_in_a_column_of_their_own(column: Any) -> None:
    assert read(np.zeros((2, 3, 3)), column).samples.class_names == ("cat", "dog")


def test_texts_among_class_names(predictions: Any) -> None:
    names = ("zero", "one", "two", "three", "four")
    samples = read(predictions.images, np.array(names)[predictions.labels], class_names=names).samples
    assert samples.class_names == names
    with pytest.raises(BadImages, match="The class ten is none of the class_names"):
        read(predictions.images, ["ten"] * 40, class_names=names)
