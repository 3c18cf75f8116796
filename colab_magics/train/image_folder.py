"""A folder of pictures as a dataset: one subfolder for each class, all pictures made the same size."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from colab_magics.errors import BadImages
from colab_magics.format import plural, readable
from colab_magics.picture_files import DAMAGE, fault, flat, folders, opened, pictures
from colab_magics.train import division, space
from colab_magics.train.datasets import Dataset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_TRAIN = ("train", "training")
_TEST = ("test", "testing", "val", "valid", "validation")
"""Folders of the samples to test with, the first that is there."""

_LONGEST = 96
"""Pixels of the longer side, at most: beyond, a small model learns little more and takes much longer."""

_GREY = frozenset({"1", "L", "LA", "I", "I;16", "I;16B"})


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    label: str
    size: tuple[int, int]
    is_grey: bool


def holds_classes(folder: Path) -> bool:
    """Are there pictures in subfolders, or in those of a subfolder train?"""
    return any(_classes(place) for place in (folder, *_named(folder, _TRAIN)))


def read(folder: Path, seed: int) -> Dataset:
    """Read the pictures of a folder that `holds_classes`, as a dataset of (n, h, w) or (n, h, w, 3) uint8.

    The subfolders train and test (or val) hold the classes of each; without them ``seed`` sets a part aside to test
    with. Raises `BadImages`, `SourceDenied` and `TooLarge`.
    """
    steps, damages = list[str](), list[str]()
    train, test = _named(folder, _TRAIN), _named(folder, _TEST)
    if train and _classes(train[0]):
        parts = [_files(place, damages) for place in (train[0], *test[:1])]
        steps.append(f"Taken from the subfolders {' and '.join(place.name for place in (train[0], *test[:1]))}.")
        parts = [part for part in parts if part]
    else:
        parts = [_files(folder, damages)]
    names = sorted({file.label for part in parts for file in part})
    if len(names) < 2:
        raise BadImages(
            f"The folder {folder} has pictures of {plural(len(names), 'class', 'classes')} only: it must hold a "
            "subfolder with pictures for each class, two at least."
        )
    if len(parts) == 1:
        (files,) = parts
        learnt, tested, step = division.divided(_numbers(files, names), seed)
        steps.append(step)
        parts = [[files[place] for place in places] for places in (learnt, tested)]
    size = _size([file for part in parts for file in part])
    channels = () if all(file.is_grey for part in parts for file in part) else (3,)
    shape = (size[1], size[0], *channels)
    count = sum(map(len, parts))
    space.check(count * int(np.prod(shape)), f"{plural(count, 'picture')} of {'x'.join(map(str, shape))}")
    steps.append(_resizing([file.size for part in parts for file in part], size, "" if channels else "grey "))
    (x_train, y_train), (x_test, y_test) = (_read(part, names, shape, damages) for part in parts)
    if not len(x_train) or not len(x_test):
        raise BadImages(f"No picture of {folder} can be read whole: {damages[0]}.")
    notes = [f"{plural(len(damages), 'picture')} left out: {', '.join(damages[:3])}"] if damages else []
    return Dataset(
        name=readable(folder.resolve().name),
        source=str(folder),
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        class_names=tuple(names),
        notes=(*notes, *division.unlearnt(y_train, y_test, names)),
        preparation=tuple(steps),
    )


def _named(folder: Path, names: Sequence[str]) -> list[Path]:
    """The subfolders of these names, in their order."""
    found = {place.name.lower(): place for place in folders(folder)}
    return [found[name] for name in names if name in found]


def _classes(folder: Path) -> list[Path]:
    """The subfolders with pictures."""
    return [place for place in folders(folder) if next(pictures(place), None) is not None]


def _files(folder: Path, damages: list[str]) -> list[_File]:
    """The pictures of a folder's classes; those whose beginning is damaged are told."""
    found = []
    for place in _classes(folder):
        for path in pictures(place):
            try:
                with opened(path) as picture:
                    found.append(_File(path, readable(place.name), picture.size, picture.mode in _GREY))
            except (Image.DecompressionBombError, *DAMAGE) as error:
                damages.append(_damage(path, error))
    return found


def _damage(path: Path, error: Exception) -> str:
    return readable(f"{path.parent.name}/{path.name} ({fault(error)})")


def _numbers(files: Sequence[_File], names: Sequence[str]) -> NDArray[np.int64]:
    return np.array([names.index(file.label) for file in files], "int64")


def _size(files: Sequence[_File]) -> tuple[int, int]:
    """The width and height in the middle of all, made smaller where that is more than a small model takes."""
    width, height = (statistics.median_low(file.size[side] for file in files) for side in (0, 1))
    scale = min(1.0, _LONGEST / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _resizing(sizes: Sequence[tuple[int, int]], size: tuple[int, int], grey: str) -> str:
    told = f"{plural(len(sizes), f'{grey}picture')}, all {size[0]}x{size[1]}"
    smallest, largest = min(sizes), max(sizes)
    if smallest == largest == size:
        return f"{told}."
    were = f"{smallest[0]}x{smallest[1]}"
    return f"{told} now; they were {were}" + ("." if smallest == largest else f" to {largest[0]}x{largest[1]}.")


def _read(
    files: Sequence[_File], names: Sequence[str], shape: tuple[int, ...], damages: list[str]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The pixels and classes; a picture that is damaged further on is told and left out."""
    images, labels = np.empty((len(files), *shape), "uint8"), _numbers(files, names)
    is_whole = np.ones(len(files), bool)
    for place, file in enumerate(files):
        try:
            images[place] = _pixels(file.path, shape)
        except (Image.DecompressionBombError, *DAMAGE) as error:
            damages.append(_damage(file.path, error))
            is_whole[place] = False
    return (images, labels) if is_whole.all() else (images[is_whole], labels[is_whole])


def _pixels(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    size, mode = (shape[1], shape[0]), "L" if len(shape) == 2 else "RGB"
    with opened(path) as picture:
        if picture.mode == "F":
            raise ValueError("its pixels are floats of no known range")
        if picture.mode.startswith("I"):  # 16 bits
            picture = Image.fromarray((np.asarray(picture).clip(0, 65_535) // 257).astype("uint8"))  # noqa: PLW2901
        else:
            picture.draft(mode, size)
            ImageOps.exif_transpose(picture, in_place=True)
        return np.asarray(flat(picture).convert(mode).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))
