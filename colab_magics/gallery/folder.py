"""A folder of picture files, one subfolder for each class, read one at a time and only when shown."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from colab_magics.errors import BadImages, SourceNotFound
from colab_magics.format import plural, readable
from colab_magics.gallery.images import Picture, Range, Unreadable, fitted
from colab_magics.picture_files import DAMAGE, SUFFIXES, fault, folders, opened, pictures
from colab_magics.transfer import paths

_ARCHIVES = frozenset({".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"})

_THUMBNAIL = 64
"""Pixels: larger pictures are not kept."""


@dataclass(frozen=True, eq=False, slots=True)
class FileImages:
    """Picture files, in the order of their classes and names."""

    paths: tuple[Path, ...]
    note: str = ""
    side: int = 4096
    channels: int = 3

    def __len__(self) -> int:
        return len(self.paths)

    def name(self, index: int) -> str:
        return readable(self.paths[index].name)

    def picture(self, index: int, side: int) -> Picture | Unreadable:
        """Read picture ``index`` with sides of at most ``side`` pixels; one that cannot be read says why."""
        path = self.paths[index]
        try:
            if side > _THUMBNAIL:
                return _read(path, side)
            found = path.stat()
            return _thumbnail(path, side, found.st_mtime_ns, found.st_size).copy()
        except (Image.DecompressionBombError, *DAMAGE) as error:
            return Unreadable(fault(error))

    def values(self, index: int) -> None:
        """Nothing: a file holds colours, and no values of its own."""


@dataclass(frozen=True, eq=False, slots=True)
class Folder:
    """What a folder holds: the files, and their classes (n,) int64 where it has subfolders."""

    images: FileImages
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...] | None


def open_folder(path: Path) -> Folder:
    """List the pictures of a folder. Raises `SourceNotFound`, `SourceDenied`, `BadImages`."""
    path = paths.expanded(path)
    found = paths.state(path, missing=f"There is no folder {path}: {_way(path)}.")
    if not stat.S_ISDIR(found.st_mode):
        hint = "unpack it first" if path.suffix.lower() in _ARCHIVES else "name the folder that it lies in"
        raise SourceNotFound(f"There is no folder {path}: it is a file; {hint}.")
    beside = tuple(pictures(path))
    classes = {folder.name: files for folder in folders(path) if (files := tuple(pictures(folder)))}
    if classes:
        sizes = [len(files) for files in classes.values()]
        labels = np.repeat(np.arange(len(classes)), sizes).astype(np.int64)
        images = FileImages(tuple(file for files in classes.values() for file in files), _beside(len(beside)))
        return Folder(images, labels, tuple(readable(name) for name in classes))
    if not beside:
        raise BadImages(
            f"The folder {path} holds no pictures (jpg, png, gif, bmp, webp), and neither do the folders in it."
            f"{_deeper(path)}"
        )
    return Folder(FileImages(beside), None, None)


def _way(path: Path) -> str:
    if any(mark in path.name for mark in "*?["):
        return f'pass a list of files, as in  sorted(Path("{path.parent}").glob("{path.name}"))'
    return "check the spelling"


def _deeper(path: Path) -> str:
    """Name the folders that hold classes, as where training and test images lie apart."""
    held = [folder for folder in folders(path) if any(any(pictures(each)) for each in folders(folder))]
    if not held:
        return ""
    named = " or ".join(readable(str(folder)) for folder in held[:3])
    return f" Deeper ones do: name  {named}."


def is_file_name(value: object) -> TypeGuard[str | Path]:
    """Whether it may name a file."""
    return isinstance(value, (str, Path))


def listed(files: Sequence[object]) -> FileImages:
    """Take picture files by name; each is read when it is shown, and says then what is wrong with it.

    Raises `BadImages` for what is no name.
    """
    named = [paths.expanded(Path(file)) for file in files if is_file_name(file)]
    if len(named) < len(files):
        place = next(place for place, file in enumerate(files) if not is_file_name(file))
        raise BadImages(
            f"At images[{place}] there is no name of a file, as there is before it: leave it out, and its label."
        )
    remote = [place for place, file in enumerate(files) if str(file).startswith(("http://", "https://"))]
    if remote:
        raise BadImages(
            f"At images[{remote[0]}] there is an address on the web: a gallery shows files: download them first."
        )
    if not any(file.suffix.lower() in SUFFIXES for file in named) and not any(map(paths.is_there, named[:10])):
        raise BadImages(
            f"The images are texts, and {readable(str(named[0]))} is no file: pass arrays, or names of picture files."
        )
    return FileImages(tuple(named))


def _beside(count: int) -> str:
    return f"{plural(count, 'picture')} beside the class folders left out." if count else ""


def _read(path: Path, side: int) -> Picture:
    with opened(path) as picture:
        if picture.mode == "F" or picture.mode.startswith("I"):
            return fitted(_stretched(picture), side)
        picture.draft("RGB", (side, side))
        ImageOps.exif_transpose(picture, in_place=True)
        return fitted(picture, side)


@lru_cache(maxsize=64)
def _thumbnail(path: Path, side: int, changed: int, size: int) -> Picture:
    """Read it once for the panel and the static form, until it is ``changed`` (ns) or of another ``size`` (bytes)."""
    return _read(path, side)


def _stretched(picture: Image.Image) -> Picture:
    """16-bit and floating pictures: their own darkest and brightest become black and white."""
    pixels = np.asarray(picture)
    return Image.fromarray(Range(float(pixels.min()), float(pixels.max())).as_bytes(pixels))
