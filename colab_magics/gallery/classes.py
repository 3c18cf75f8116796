"""Class numbers, probabilities and class names, read from whatever holds them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from colab_magics.errors import BadImages
from colab_magics.format import plural, printable, readable
from colab_magics.gallery.arrays import as_array, as_list

MOST_CLASSES = 1_000
"""As many as ImageNet has; a panel holds their names and counts."""

_OFF = 0.02
"""Probabilities in half precision, of a thousand classes, may sum to so much more or less than 1."""

_LEVEL = 1e-6
"""Probabilities that differ by less are as good as equal."""

Classes = NDArray[np.int64]

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Unicode's marks that override the direction of what follows, also of our own words."""


_LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
"""Around a name of Hebrew or Arabic: what follows, as a number, would else be shown before it."""


def read_classes(values: object, what: str, count: int) -> Classes:
    """Read ``count`` whole class numbers from 0. Raises `BadImages`."""
    array = _flat(as_array(values, what))
    if array.ndim == 0:
        raise BadImages(f"The {what} are no list but a {type(values).__name__}: pass one class number for each image.")
    if array.ndim != 1:
        raise BadImages(
            f"The {what} have the shape {array.shape}; a gallery takes one class number for each image. "
            f"{_of_rows(array, what)}"
        )
    if len(array) != count:
        raise BadImages(f"There are {plural(count, 'image')} and {len(array):,} {what}: they must be as many.")
    if array.dtype.kind not in "iu":
        _check_missing(array.tolist(), what)
        raise BadImages(
            f"The {what} hold values of type {array.dtype}, not whole class numbers: {_as_numbers(array, what)}."
        )
    if int(array.min()) < 0:
        raise BadImages(
            f"The {what} hold the class number {array.min()}: classes are numbered from 0. Leave images without a "
            "class out, or number the classes anew."
        )
    if int(array.max()) > np.iinfo(np.int64).max:  # of uint64, it would come out negative
        raise BadImages(f"The {what} hold the class number {array.max()}: classes are numbered from 0.")
    return array.astype(np.int64)


def _flat(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """Make (n, 1), as Keras' CIFAR-10 has its labels, to (n,)."""
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


def _of_rows(array: NDArray[np.generic], what: str) -> str:
    if array.ndim == 2 and array.dtype.kind in "biuf" and np.isin(array, (0, 1)).all() and (array.sum(1) != 1).any():
        return f"Where images have several classes or none, look at one class at a time, as at  {what}[:, 0]."
    return f"If each row holds one number per class, try  np.argmax({what}, axis=1)."


def _check_missing(values: list[object], what: str) -> None:
    for place, value in enumerate(values):
        is_nan = isinstance(value, float) and math.isnan(value)
        if value is None or is_nan or type(value).__name__ in {"NAType", "NaTType"}:  # those of pandas
            raise BadImages(f"A class is missing at {what}[{place}] ({short(str(value))}): leave such images out.")


def _as_numbers(array: NDArray[np.generic], what: str) -> str:
    if array.dtype.kind == "b" or (array.dtype.kind == "f" and np.array_equal(array, np.rint(array))):
        return f"pass  np.asarray({what}, int)"
    if array.dtype.kind == "f" and array.min() >= 0 and array.max() <= 1:
        return f"of probabilities of class 1 pass  np.asarray(np.asarray({what}) > 0.5, int)"
    if all(isinstance(each, bytes) for each in array.tolist()):
        return f"pass  np.char.decode(np.asarray({what}, bytes))"
    return "number the classes from 0, and pass class_names= for their names"


def numbered(labels: object, predicted: object, class_names: object) -> tuple[object, object, object]:
    """Number classes that are given as texts by their names, or in the order of the alphabet. Raises `BadImages`."""
    texts = [each.tolist() for each in map(_as_texts, (labels, predicted)) if each is not None]
    if not texts:
        return labels, predicted, class_names
    names = sorted({text for each in texts for text in each}) if class_names is None else list(_texts(class_names))
    numbers = {name: number for number, name in enumerate(names)}

    def number(values: object) -> object:
        found = _as_texts(values)
        if found is None:
            return values
        strange = next((text for text in found.tolist() if text not in numbers), None)
        if strange is not None:
            raise BadImages(f"The class {short(strange)} is none of the class_names.")
        return np.array([numbers[text] for text in found.tolist()], dtype=np.int64)

    return number(labels), number(predicted), names


def note_on_order(labels: object, predicted: object, probabilities: object, class_names: object) -> str:
    """Say by which order `numbered` joins names with numbers of the person's own; nothing where it does not."""
    is_text = {_as_texts(each) is not None for each in (labels, predicted) if each is not None}
    has_numbers = False in is_text or probabilities is not None
    if class_names is not None or True not in is_text or not has_numbers:
        return ""
    return (
        "The names of the classes are numbered in the order of the alphabet: pass class_names= where the model "
        "numbers them otherwise."
    )


def _as_texts(values: object) -> NDArray[np.generic] | None:
    array = None if values is None else _flat(as_array(values, "labels"))
    if array is None or array.ndim != 1 or not len(array) or array.dtype.kind in "biuf":
        return None
    return array if all(isinstance(each, str) for each in array.tolist()) else None


def read_probabilities(values: object, count: int) -> NDArray[np.float32]:
    """Read (``count``, classes) numbers of 0 to 1. Raises `BadImages`."""
    array = as_array(as_list(values), "probabilities")
    if array.ndim != 2 or len(array) != count or not array.shape[1]:
        raise BadImages(
            f"The probabilities have the shape {array.shape}; {plural(count, 'image')} need ({count}, classes)."
            f"{_of_both(array.ndim)}"
        )
    if array.dtype.kind != "f":
        raise BadImages(f"The probabilities hold values of type {array.dtype}, not numbers between 0 and 1.")
    if np.isnan(array.min()):
        raise BadImages("The probabilities hold values that are not numbers (NaN): the model may have diverged.")
    if array.min() < -1e-6 or array.max() > 1 + 1e-6:
        raise BadImages(
            f"The probabilities go from {array.min():g} to {array.max():g}, not from 0 to 1: {_to_one(array)}."
        )
    if array.shape[1] == 1 and array.min() < 1 - _OFF:
        raise BadImages(f"The probabilities have one column, and not all are 1.{_of_both(1)}")
    return array.astype(np.float32, copy=False)


def _to_one(array: NDArray[np.generic]) -> str:
    is_percent = array.min() >= 0 and np.abs(array.sum(axis=1) - 100).max() <= 100 * _OFF
    return "divide percentages by 100" if is_percent else "apply softmax first"


def note_on_sums(probabilities: NDArray[np.float32] | None) -> str:
    """Say so where the probabilities of a picture do not sum to one, as those of several labels at once."""
    if probabilities is None:
        return ""
    sums = probabilities.sum(axis=1)
    if np.abs(sums - 1).max() <= _OFF:
        return ""
    low, high = f"{sums.min():.3g}", f"{sums.max():.3g}"
    span = low if low == high else f"{low} to {high}"
    return f"The probabilities of a picture sum to {span}, not to 1: they are shown as they are."


def note_on_doubt(predicted: Classes | None, probabilities: NDArray[np.float32] | None) -> str:
    """Say of how many pictures another class than the predicted one is more probable."""
    if predicted is None or probabilities is None:
        return ""
    given = probabilities[np.arange(len(predicted)), predicted]
    count = int((given < probabilities.max(axis=1) - _LEVEL).sum())
    if not count:
        return ""
    return (
        f"Of {plural(count, 'picture')} the predicted class is not the most probable one: are the classes in one order?"
    )


def _of_both(columns: int) -> str:
    return " If each is that of class 1, pass  np.column_stack([1 - p, p])." if columns == 1 else ""


def read_names(given: object, highest: int, columns: int) -> tuple[str, ...]:
    """Take the given names, or the class numbers; ``columns``: those of the probabilities. Raises `BadImages`."""
    if columns and highest >= columns:
        raise BadImages(
            f"The class numbers go up to {highest}, and the probabilities have {plural(columns, 'column')}."
            f"{_of_both(columns)}"
        )
    needed = max(highest + 1, columns)
    names = tuple(map(str, range(min(needed, MOST_CLASSES + 1)))) if given is None else _texts(given)
    if len(names) > MOST_CLASSES:
        raise BadImages(
            f"A gallery shows at most {MOST_CLASSES:,} classes, and here are {max(needed, len(names)):,}: show some of "
            "them, or a list of the pictures without labels."
        )
    if needed > len(names):
        raise BadImages(f"The classes go up to number {needed - 1}, and there are {plural(len(names), 'class name')}.")
    if len(set(names)) < len(names):
        name, first = next((name, names.index(name)) for place, name in enumerate(names) if names.index(name) < place)
        raise BadImages(
            f"Two classes have the same name, {short(name)}, the numbers {first} and {names.index(name, first + 1)}: "
            "give each its own."
        )
    return names


def read_picture_names(given: object, count: int) -> tuple[str, ...]:
    """Take a text for each of ``count`` pictures. Raises `BadImages`."""
    names = tuple(map(readable, _texts(given, "names", "image")))
    if len(names) != count:
        raise BadImages(f"There are {plural(count, 'image')} and {len(names):,} names: they must be as many.")
    return names


def _texts(given: object, what: str = "class_names", whose: str = "class") -> tuple[str, ...]:
    if isinstance(given, (str, Mapping, AbstractSet)) or not hasattr(given, "__iter__"):
        raise BadImages(f"The {what} are not a list of names: pass one text for each {whose}, in their order.")
    return tuple(str(name) for name in given)


def short(text: str, most: int = 40) -> str:
    """One line of at most ``most`` characters that does not turn the words and numbers around it."""
    line = " ".join(_TURNING.sub("", readable(printable(text[: 4 * most]))).split())
    line = line if len(line) <= most else f"{line[: most - 1]}…"
    is_turned = not line.isascii() and any(unicodedata.bidirectional(each) in {"R", "AL"} for each in line)
    return f"{_LEFT_TO_RIGHT}{line}{_LEFT_TO_RIGHT}" if is_turned else line
