"""What is selected of a gallery: checked, and as a frame."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from colab_magics.errors import BadOption
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.source import read


def test_selection(gallery: Gallery) -> None:
    gallery.selected = [10, np.int64(3), 10]
    assert gallery.selected == [10, 3]
    frame = gallery.selection()
    columns = ["index", "true", "predicted", "probability", "loss", "name", "probabilities"]
    assert list(frame.columns) == columns
    assert frame["index"].tolist() == [10, 3]
    assert frame["true"].tolist() == [2, 3]
    assert frame["predicted"].tolist() == [3, 3]
    assert frame["probability"].tolist() == pytest.approx([0.85, 0.85])
    assert frame["loss"].tolist() == pytest.approx([-np.log(0.05), -np.log(0.85)])
    assert frame["name"].tolist() == ["#10", "#3"]
    assert frame["probabilities"][1].tolist() == pytest.approx([0.05, 0.05, 0.05, 0.85])


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
    assert all(pd.isna(row[name]) for name in ("true", "predicted", "probability", "loss"))


def test_a_selection_of_files_has_their_paths(photos: Path) -> None:
    (photos / "dog" / "d.bmp").rename(photos / "dog" / "a.png")
    gallery = Gallery(read(photos))
    gallery.selected = [3, 0]
    frame = gallery.selection()
    assert frame["name"].tolist() == ["a.png", "a.png"]
    assert frame["path"].tolist() == [str(photos / "dog" / "a.png"), str(photos / "cat" / "a.png")]
    again = read(frame, "true").samples
    assert [again.images.picture(place, 64).size for place in (0, 1)] == [(9, 9), (64, 32)]


@pytest.mark.parametrize(
    ("indices", "sentence"),
    [
        ([40], "There is no image 40: the 40 images are numbered from 0"),
        ([-1], "There is no image -1"),
        ([1.5], "1.5 is not the index of an image"),
        (["1"], "'1' is not the index"),
        (5, "5 is not a list of indices"),
        (np.array(5), r"array\(5\) is not a list of indices"),
        (np.where(np.arange(40) < 3), r"as np\.where gives it: pass the list, which is its  \[0\]\."),
        (pd.DataFrame({"index": [1]}), r'A table is no list of indices: pass .* table\["index"\]\.'),
    ],
)
def test_what_cannot_be_selected(gallery: Gallery, indices: Any, sentence: str) -> None:
    gallery.selected = [1]
    with pytest.raises(BadOption, match=sentence):
        gallery.selected = indices
    assert gallery.selected == [1]


def test_a_mask_is_no_list_of_indices(gallery: Gallery) -> None:
    mask = np.arange(40) < 3
    for selected in (mask, mask.tolist(), pd.Series(mask)):
        with pytest.raises(
            BadOption, match=r"True is not the index of an image: of a mask pass  np\.flatnonzero\(mask\)"
        ):
            gallery.selected = selected
    assert gallery.selected == []
