"""The space for files: where the person works, at home, for temporary files, and shared memory."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.reading import Missing, Reading


class Space(NamedTuple):
    """The file system of one folder, in bytes: ``free`` is what an ordinary user can still write.

    ``files_free`` is how many more files it can hold; ``is_shared`` is true where a folder named before it lies on
    the same file system.
    """

    name: str
    total: Reading[int]
    free: Reading[int]
    files_free: Reading[int]
    is_writable: bool
    is_shared: bool


class Disk(NamedTuple):
    """Bytes of the working folder's file system, and every place that a person writes to."""

    total: Reading[int]
    free: Reading[int]
    spaces: tuple[Space, ...] = ()


def read_disk(folder: Path, root: Path = Path("/")) -> Disk:
    """Ask for the space of the file system that ``folder`` is on, and of the others; their paths are not told."""
    places: dict[str, Reading[Path]] = {
        "working folder": folder,
        "home folder": Path(os.path.expanduser("~")),  # noqa: PTH111 (Path.home raises where there is none)
        "temporary files": _temporary_folder(),
        "shared memory": root / "dev/shm",
    }
    spaces: list[Space] = []
    known: set[int] = set()
    for name, place in places.items():
        if isinstance(place, Missing):
            spaces.append(_untold(name, place))
        elif name == "working folder" or os.path.isdir(place):  # noqa: PTH112 (Path.is_dir raises where a folder may not be searched)
            device = _device(place)
            spaces.append(_space(name, place, is_shared=device in known))
            known.add(device)
    return Disk(spaces[0].total, spaces[0].free, tuple(spaces))


def _space(name: str, folder: Path, *, is_shared: bool) -> Space:
    try:
        usage = shutil.disk_usage(folder)
    except OSError as error:
        return _untold(name, Missing(f"the {name} cannot be asked for its space ({error.strerror})"))
    return Space(name, usage.total, usage.free, _files_free(folder), os.access(folder, os.W_OK), is_shared)


def _untold(name: str, reason: Missing) -> Space:
    return Space(name, reason, reason, reason, is_writable=False, is_shared=False)


def _temporary_folder() -> Reading[Path]:
    """Find the folder as programs do: `tempfile` takes the first into which a file can be written."""
    try:
        return Path(tempfile.gettempdir())
    except OSError:
        return Missing("no folder for temporary files can be written to")


def _files_free(folder: Path) -> Reading[int]:
    if not hasattr(os, "statvfs"):
        return Missing("this system does not count files")
    counts = os.statvfs(folder)
    return counts.f_favail if counts.f_files else Missing("this file system sets no limit on the number of files")


def _device(folder: Path) -> int:
    try:
        return folder.stat().st_dev
    except OSError:
        return -1
