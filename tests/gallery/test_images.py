"""What counts as pictures, their range, and their 8-bit form."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from colab_magics.errors import BadImages
from colab_magics.gallery.images import Range, fitted, read_arrays

GREY = np.arange(2 * 4 * 4).reshape(2, 4, 4)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, (0, 1)),
        (0, 0, (0, 1)),
        (0.2, 0.9, (0, 1)),
        (0, 255, (0, 255)),
        (3, 128, (0, 255)),
        (0, 16, (0, 16)),
        (0, 65535, (0, 65535)),
        (-1, 1, (-1, 1)),
        (5, 5, (5, 5)),
    ],
)
def test_range_follows_the_values(low: float, high: float, expected: tuple[float, float]) -> None:
    found = Range.spanning(low, high)
    assert (found.low, found.high) == expected


def test_range_is_told() -> None:
    assert read_arrays(np.array([[[0.0, 16.0]]]), "images").note == (
        "Pixel values from 0 to 16 are shown from black to white."
    )


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (np.array([[0.0, 0.5, 1.0]]), [0, 128, 255]),
        (np.array([[0.0, 128.0, 255.0]]), [0, 128, 255]),
        (np.array([[-1.0, 0.0, 1.0]], np.float16), [0, 128, 255]),
        (np.array([[0, 8, 16]], np.uint8), [0, 128, 255]),
        (np.array([[0, 7, 255]], np.uint8), [0, 7, 255]),
        (np.array([[0, 32768, 65535]], np.uint16), [0, 128, 255]),
        (np.array([[False, True, True]]), [0, 255, 255]),
        (np.array([[7, 7, 7]]), [0, 0, 0]),
        (np.array([[-(2**62), 0, 2**62]]), [0, 128, 255]),
    ],
)
def test_values_become_bytes(pixels: np.ndarray, expected: list[int]) -> None:
    picture = read_arrays(pixels[None], "images").picture(0, 64)
    assert np.asarray(picture).tolist() == [expected]


@pytest.mark.parametrize(
    ("shape", "mode", "channels"),
    [
        ((2, 6, 4), "L", 1),
        ((2, 6, 4, 1), "L", 1),
        ((2, 6, 4, 3), "RGB", 3),
        ((2, 6, 4, 4), "RGB", 3),
    ],
)
def test_shapes(shape: tuple[int, ...], mode: str, channels: int) -> None:
    images = read_arrays(np.full(shape, 200, np.uint8), "images")
    picture = images.picture(1, 64)
    assert (len(images), images.side, images.channels) == (2, 6, channels)
    assert (picture.mode, picture.size) == (mode, (4, 6))


def test_transparency_is_white() -> None:
    clear = np.zeros((1, 2, 2, 4), np.uint8)
    clear[0, 0, 0] = (255, 0, 0, 255)
    pixels = np.asarray(read_arrays(clear, "images").picture(0, 64))
    assert pixels[0, 0].tolist() == [255, 0, 0]
    assert pixels[1, 1].tolist() == [255, 255, 255]


def test_pictures_of_different_sizes_in_a_list() -> None:
    images = read_arrays([np.zeros((4, 5)), np.ones((20, 3, 3)), np.ones((2, 2, 1))], "images")
    assert [images.picture(index, 64).size for index in range(3)] == [(5, 4), (3, 20), (2, 2)]
    assert (images.side, images.channels) == (20, 3)


def test_pictures_of_pillow() -> None:
    palette = Image.new("RGB", (4, 3), "red").quantize(2)
    images = read_arrays([palette, Image.new("1", (2, 5), 1), Image.new("RGBA", (6, 6))], "images")
    assert [images.picture(index, 64).getpixel((0, 0)) for index in range(3)] == [(255, 0, 0), 255, (255, 255, 255)]


def test_a_damaged_picture_of_pillow(tmp_path: Path) -> None:
    Image.effect_noise((40, 40), 50).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:600])
    truncated = pytest.raises(BadImages, match=r"images\[0\] cannot be read as an array \(.*truncated")
    with Image.open(tmp_path / "b.png") as picture, truncated:
        read_arrays([picture], "images")


def test_true_and_false_are_one_and_zero() -> None:
    images = read_arrays(np.array([[[True, False]]]), "images")
    assert images.values(0) == [[1, 0]]
    assert [type(value) for value in images.values(0)[0]] == [int, int]


def test_nested_lists_are_pictures() -> None:
    assert len(read_arrays([[[0, 1], [1, 0]]], "images")) == 1


@pytest.mark.parametrize("shape", [(3000, 1000), (1, 5000), (1000, 3000, 3)])
def test_large_pictures_become_thumbnails(shape: tuple[int, ...]) -> None:
    picture = read_arrays([np.zeros(shape, np.float32)], "images").picture(0, 64)
    assert max(picture.size) == 64
    assert min(picture.size) >= 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "HSV"])
def test_every_mode_becomes_grey_or_colour(mode: str) -> None:
    picture = fitted(Image.new(mode, (100, 10)), 50)
    assert picture.mode in {"L", "RGB"}
    assert picture.size == (50, 5)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (np.zeros(5), r"images have the shape \(5,\); a gallery takes \(n, height, width\)"),
        (np.zeros((2, 784)), r"If each row is one picture, try  images\.reshape\(-1, 28, 28\)"),
        (np.zeros((2, 3)), r"have the shape \(2, 3\).* If this is one picture, pass a list of it,  \[images\]\.$"),
        (np.zeros((48, 64, 3)), r"\(48, 64, 3\) of one coloured picture: pass a list of it,  \[images\]"),
        (Image.new("RGB", (64, 48)), r"\(48, 64, 3\) of one coloured picture: pass a list of it"),
        (np.zeros((2, 8, 8, 5)), r"width, 1, 3 or 4\)\. To see one channel of each, pass  images\[\.\.\., 0\]\.$"),
        (np.zeros((2, 5, 8, 8)), r"To see one channel of each, pass  images\[:, 0\]\.$"),
        (np.zeros((2, 2, 8, 8, 3)), r"have the shape \(2, 2, 8, 8, 3\)"),
        (3.0, "cannot show what is of type float"),
        (np.zeros((0, 8, 8)), "There are no images to show"),
        ([], "There are no images to show"),
        (np.zeros((2, 0, 8)), "have no pixels"),
        ([np.zeros((0, 3))], r"images\[0\] have no pixels"),
        ([np.zeros((3, 3)), np.zeros(3)], r"images\[1\] have the shape \(3,\)"),
        ([np.zeros((3, 3)), "a.png"], r"images\[1\] hold values of type <U5, not pixels"),
        (np.array([[["a"]]]), "not pixels: pass arrays of numbers"),
        (np.zeros((1, 2, 2), complex), "type complex128, not pixels"),
        (np.array([[[0.0, np.nan]]]), r"not numbers \(NaN or infinite\): replace them first"),
        ([np.zeros((2, 2)), np.array([[np.inf]])], "NaN or infinite"),
        ([[[1, 2], [3]]], "cannot be read as an array"),
        (object(), "cannot show what is of type object: pass an array, or a list of arrays or of picture files"),
        (Path().glob("*.png"), "cannot show what is of type (generator|map): pass an array, or a list"),
    ],
)
def test_what_is_no_picture_is_told(source: object, sentence: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(BadImages, match=sentence) as caught:
            read_arrays(source, "images")
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize(
    "source",
    [
        np.arange(2 * 3 * 8 * 9).reshape(2, 3, 8, 9),
        list(np.arange(2 * 3 * 8 * 9).reshape(2, 3, 8, 9)),
        np.arange(2 * 8 * 9).reshape(2, 1, 8, 9),
    ],
)
def test_channels_that_come_first_are_recognised_and_told(source: Any) -> None:
    images = read_arrays(source, "images")
    assert "The channels came first." in images.note
    picture = images.picture(1, 64)
    assert (picture.width, picture.height) == (9, 8)
    values = images.values(1)
    assert values is not None
    assert np.asarray(values)[2, 5].tolist() == np.asarray(source[1])[..., 2, 5].squeeze().tolist()


def test_channels_that_may_be_either_are_taken_to_come_last() -> None:
    images = read_arrays(np.zeros((2, 3, 8, 3)), "images")
    assert "channels" not in images.note
    assert (images.picture(0, 64).width, images.picture(0, 64).height) == (8, 3)


def test_the_range_is_that_of_all_pictures_of_a_large_array(tmp_path: Path) -> None:
    np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.uint16, (300, 256, 256))[[0, 299], 3, 5] = 7, 4_000
    lies = np.load(tmp_path / "x.npy", mmap_mode="r")
    images = read_arrays(lies, "images")  # 39 MB, more than is read at once
    assert (images.range.low, images.range.high) == (0, 4_000)
    assert np.shares_memory(np.asarray(images.arrays), lies)
