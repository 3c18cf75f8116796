"""Arrays of anybody's as NumPy's, and datasets, which are refused before they are read."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NoReturn

import h5py
import numpy as np
import pytest

from colab_magics.errors import BadImages
from colab_magics.gallery.arrays import as_array, check_kind
from colab_magics.gallery.images import read_arrays


class Tensor:
    """As one of PyTorch that has a gradient and lies on a GPU."""

    requires_grad = True
    ndim = 3
    dtype = "torch.float32"

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def detach(self) -> "Detached":
        return Detached(self._array)

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


class Detached(Tensor):
    def cpu(self) -> np.ndarray:
        return self._array


def test_a_gradient_and_a_device_are_no_hindrance() -> None:
    pixels = np.arange(24).reshape(2, 3, 4)
    assert as_array(Tensor(pixels), "images").tolist() == pixels.tolist()
    assert as_array([Tensor(np.array(1)), Tensor(np.array(0))], "labels").tolist() == [1, 0]
    assert read_arrays([Tensor(each) for each in pixels], "images").values(1) == pixels[1].tolist()


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_tensors_of_pytorch(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    tensor = torch.linspace(0, 1, 2 * 3 * 4 * 5, dtype=getattr(torch, dtype)).reshape(2, 3, 4, 5).requires_grad_()
    images = read_arrays(tensor, "images")
    expected = np.rint(tensor.detach().float().numpy()[1].transpose(1, 2, 0) * 255)
    np.testing.assert_allclose(np.asarray(images.picture(1, 64)), expected, atol=1)


def test_half_of_a_float_is_one() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    halves = np.array([[[0, 0.5], [1, 0.25]]], ml_dtypes.bfloat16)
    assert read_arrays(halves, "images").values(0) == [[0, 0.5], [1, 0.25]]
    assert as_array(halves, "images").dtype == np.float32


class Untouched:
    """As the datasets of PyTorch: each picture is read when it is asked for."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> NoReturn:
        raise AssertionError("a picture was read")


class Loader:
    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        raise AssertionError("a batch was read")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            Untouched(),
            r"of type Untouched: take the pictures out of it first, as in  images, labels = zip\(\*dataset\)\.$",
        ),
        (Loader(), r"of type Loader: take a batch out of it first, as in  images, labels = next\(iter\(dataset\)\)\.$"),
        (SimpleNamespace(history={}), "pass images and their labels, and what the model predicts of them as probabili"),
        (SimpleNamespace(predict=None), "of type SimpleNamespace: pass images and their labels, and what the model"),
        ({"images": np.zeros((2, 3, 3))}, "of type dict: pass the array of images that it holds"),
        (iter([]), "of type list_iterator: pass an array, or a list of arrays or of picture files"),
        (b"", "of type bytes: pass an array"),
        ((np.zeros((2, 3, 3)), np.zeros(2)), r"are a pair, of images and labels: pass them apart, x\[0\] and x\[1\]"),
        ([np.zeros((2, 3, 3, 3)), np.zeros((2, 1))], "are a pair, of images and labels"),
        ([(np.zeros((2, 3, 3)), np.zeros(2))] * 2, r"are pairs.*: pass one, x\[0\]\[0\] and x\[0\]\[1\]\."),
        ([(np.zeros((3, 3)), 7)] * 4, r"pairs of a picture and its label: take them apart, as in  x, y = zip\(\*x\)\."),
        ([{"label": 7, "scan": np.zeros((3, 3))}] * 3, r"are dicts: .* as in  \[each\['scan'\] for each in x\]\."),
    ],
)
def test_what_holds_pictures_and_is_none(source: object, sentence: str) -> None:
    with pytest.raises(BadImages, match=sentence):
        check_kind(source, "x")


def test_a_dataset_of_tensorflow() -> None:
    tf = pytest.importorskip("tensorflow")
    with pytest.raises(
        BadImages, match=r"take a batch out of it first, as in  images, labels = next\(iter\(dataset\)\)"
    ):
        check_kind(tf.data.Dataset.from_tensors(np.zeros((2, 3, 3))), "x")


@pytest.mark.parametrize("source", [[np.zeros((8, 8, 3)), np.zeros((8, 8))], [np.zeros((8, 8))] * 2, [[[0, 1]]], ()])
def test_two_pictures_are_no_pair(source: object) -> None:
    check_kind(source, "x")


def test_what_lies_in_a_file_of_hdf5(tmp_path: Any) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x"] = np.arange(12).reshape(2, 2, 3)
        assert read_arrays(file["x"], "images").values(1) == [[6, 7, 8], [9, 10, 11]]
        with pytest.raises(BadImages, match="of type File: pass the array of images that it holds"):
            read_arrays(file, "images")
