"""Pictures of a folder or an archive as a table: path, label, and size in pixels; only their headers are read."""

from __future__ import annotations

import os
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING

from colab_magics.errors import TooLarge, UnknownFormat
from colab_magics.format import number, plural
from colab_magics.ingest.archive import Archive, Member, opened
from colab_magics.ingest.formats import PICTURE_SUFFIXES
from colab_magics.ingest.names import listed
from colab_magics.ingest.packing import MOST_TIMES
from colab_magics.ingest.task import Reader, Task

if TYPE_CHECKING:
    import pandas as pd

_MOST = 200_000
_LARGE = 10 << 20
_MOST_LOOKED_AT = 2_000  # entries of a folder that are looked at to tell whether there are pictures in it


def holds_pictures(folder: Path) -> bool:
    """Are there pictures in a folder, or in the folders below it?"""
    return next(islice(_paths(folder, _MOST_LOOKED_AT), 1), None) is not None


def read_pictures(task: Task) -> pd.DataFrame:
    """Return a row for each picture: ``path`` below the folder or archive, ``label``, ``width`` and ``height``.

    The label is the name of the folder that a picture lies in; at the top there is none. The size is missing where a
    picture cannot be read.
    """
    import pandas as pd

    rows = sorted(_of_folder(task.path) if task.path.is_dir() else _of_archive(task.path, task.name))
    if not rows:
        raise UnknownFormat(f"{task.name} holds no pictures.")
    broken = [path for path, _, width, _ in rows if width is None]
    if broken:
        task.note(f"{plural(len(broken), 'picture')} of {number(len(rows))} cannot be read: {listed(broken[:5])}.")
    frame = pd.DataFrame(rows, columns=["path", "label", "width", "height"])
    return frame if broken else frame.astype({"width": "int64", "height": "int64"})


Row = tuple[str, str, int | None, int | None]


def _of_folder(folder: Path) -> Iterator[Row]:
    for count, path in enumerate(_paths(folder)):
        if count >= _MOST:
            raise TooLarge(f"{folder.name} holds more than {number(_MOST)} pictures: name a folder in it.")
        name = path.relative_to(folder)
        try:
            with path.open("rb") as file:
                yield name.as_posix(), _label(name), *_size(file)
        except OSError:
            yield name.as_posix(), _label(name), None, None


def _paths(folder: Path, most: int | None = None) -> Iterator[Path]:
    """Yield the pictures in a folder and below; links are not followed."""
    looked_at = 0
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in sorted(names):
            looked_at += 1
            if most is not None and looked_at > most:
                return
            path = Path(place, name)
            is_ours = PurePath(name).suffix.lower() in PICTURE_SUFFIXES and not name.startswith(".")
            if is_ours and path.is_file() and not path.is_symlink():
                yield path


def _of_archive(path: Path, name: str) -> Iterator[Row]:
    with opened(path, name) as archive:
        for member in archive.members:
            if member.is_picture:
                inside = PurePath(member.name.replace("\\", "/"))
                yield member.name, _label(inside), *_size_inside(archive, member)


def _size_inside(archive: Archive, member: Member) -> tuple[int | None, int | None]:
    packed = getattr(member.info, "compress_size", member.size)
    if member.size > max(_LARGE, MOST_TIMES * packed):  # a picture may make Pillow look for its header at its end
        return None, None
    try:
        with closing(archive.open(member)) as file:
            return _size(file)
    except (zipfile.BadZipFile, OSError, EOFError):
        return None, None


def _label(path: PurePath) -> str:
    return path.parent.name if path.parent.name not in (".", "..") else ""


def _size(file: IO[bytes]) -> tuple[int | None, int | None]:
    """Read width and height from the header; Pillow decodes no pixels before it is asked to."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pictures too large to be shown: their size is all we want
            Image.MAX_IMAGE_PIXELS, kept = None, Image.MAX_IMAGE_PIXELS
            try:
                with Image.open(file) as picture:
                    return picture.width, picture.height
            finally:
                Image.MAX_IMAGE_PIXELS = kept
    except Exception:  # noqa: BLE001 (Pillow raises as many kinds as it has formats; one picture spoils no table)
        return None, None


PICTURES = Reader(read_pictures, takes=frozenset({"reader"}))
