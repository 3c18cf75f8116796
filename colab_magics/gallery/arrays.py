"""Arrays of anybody's: lists, tensors, Series and pictures of Pillow as NumPy's, and what is none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colab_magics.errors import BadImages
from colab_magics.picture_files import DAMAGE, flat

Array = NDArray[np.generic]


def as_list(source: Any) -> Any:
    """Take the list out of a Series or an array that holds objects or texts; others stay as they are."""
    holds_objects = getattr(getattr(source, "dtype", None), "kind", "") in {"O", "U", "T"}
    return source.tolist() if holds_objects and getattr(source, "ndim", 0) == 1 else source


def is_picture(value: object) -> bool:
    """Whether it is an array or a tensor of two dimensions and more, or a picture of Pillow."""
    return isinstance(value, Image.Image) or getattr(value, "ndim", 0) > 1


def as_array(values: object, what: str) -> Array:
    """Take lists, Series, tensors and Pillow's pictures as arrays. Raises `BadImages`."""
    try:
        if isinstance(values, Image.Image) and not values.mode.startswith(("I", "F")):
            values = flat(values)
        array = np.asarray([*map(_plain, values)] if isinstance(values, (list, tuple)) else _plain(values))
    except (*DAMAGE, RuntimeError) as error:
        raise BadImages(f"The {what} cannot be read as an array ({error}); pass a NumPy array.") from error
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def check_kind(source: object, what: str) -> None:
    """Refuse what is no array before it is read: the pictures of a dataset may not fit the memory."""
    if isinstance(source, (list, tuple)):
        _check_list(source, what)
        return
    if not isinstance(source, Image.Image) and not hasattr(source, "__array__"):
        raise BadImages(f"A gallery cannot show what is of type {type(source).__name__}: {_way(source)}.")


def _check_list(source: Sequence[Any], what: str) -> None:
    """Refuse what holds more than pictures."""
    if len(source) == 2 and _is_pair(*source):
        raise BadImages(f"The {what} are a pair, of images and labels: pass them apart, {what}[0] and {what}[1].")
    first = source[0] if source else None
    if isinstance(first, (list, tuple)) and len(first) == 2:
        if _is_pair(*first):
            raise BadImages(
                f"The {what} are pairs, each of images and labels: pass one, {what}[0][0] and {what}[0][1]."
            )
        if is_picture(first[0]) and not is_picture(first[1]):
            raise BadImages(
                f"The {what} are pairs of a picture and its label: take them apart, as in  x, y = zip(*{what})."
            )
    if isinstance(first, dict):
        key = next((key for key, value in first.items() if is_picture(value)), "image")
        raise BadImages(f"The {what} are dicts: pass the pictures in them, as in  [each[{key!r}] for each in {what}].")


def _way(source: object) -> str:
    """Say how to come to the pictures of what is no array."""
    if any(hasattr(source, each) for each in ("predict", "parameters", "history")):  # a model, or a fit of one
        return "pass images and their labels, and what the model predicts of them as probabilities="
    if hasattr(source, "keys"):
        return "pass the array of images that it holds"
    if not isinstance(source, (str, bytes)) and not hasattr(source, "__next__"):
        if hasattr(source, "__getitem__") and hasattr(source, "__len__"):
            return "take the pictures out of it first, as in  images, labels = zip(*dataset)"
        if hasattr(source, "__iter__"):
            return "take a batch out of it first, as in  images, labels = next(iter(dataset))"
    return "pass an array, or a list of arrays or of picture files"


def _is_pair(images: object, labels: object) -> bool:
    """Whether the first are several pictures, and the second holds a number or a row of them for each."""
    return getattr(images, "ndim", 0) - 1 > getattr(labels, "ndim", 1) > 0


def _plain(value: Any) -> Any:
    """Take a tensor of PyTorch off its device and its gradient, which NumPy would refuse; others stay as they are."""
    if not hasattr(value, "requires_grad"):
        return value
    tensor = value.detach().cpu()
    return tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor
