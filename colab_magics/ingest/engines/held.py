"""Files that a lazy value reads later: they stay until this kernel ends, whatever is cleared from the cache."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from colab_magics.transfer.locking import is_held, try_lock

if TYPE_CHECKING:
    from colab_magics.transfer.local import LocalFile

_LOCK = "lock"
_PREFIX = "colab-magics-held-"
_folders: list[Path] = []


def held_folder() -> Path:
    """Make a private folder that is gone when this process ends; one of a process that was killed goes now."""
    if not _folders or not _folders[0].exists():
        _folders.insert(0, _new_root())
    return Path(tempfile.mkdtemp(dir=_folders[0]))


def held(file: LocalFile, folder: Path) -> Path:
    """Give a file of the cache another name in ``folder``, by which it stays; the person's own file stays where it is.

    The name tells the format as that of the source does, and has nothing in it that an engine takes for a pattern.
    """
    if not file.sha256:
        return file.path.absolute()
    target = folder / ("source" + "".join(Path(file.name).suffixes[-2:]))
    try:
        target.hardlink_to(file.path)
    except OSError:  # another drive, or one without links
        shutil.copyfile(file.path, target)
    return target


def _new_root() -> Path:
    parent = _parent()
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in parent.glob(f"{_PREFIX}*"):
        if not is_held(old / _LOCK):
            shutil.rmtree(old, ignore_errors=True)
    root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    try_lock(os.open(root / _LOCK, os.O_RDWR | os.O_CREAT, 0o600))  # open, and so locked, until the process ends
    atexit.register(_remove, root, os.getpid())
    return root


def _parent() -> Path:
    """Choose the drive of the cache, where a second name costs nothing."""
    from colab_magics.ingest.supply import usable_cache

    cache, _ = usable_cache()
    return Path(tempfile.gettempdir()) if cache is None else cache.folder.with_name("held")


def _remove(root: Path, process: int) -> None:
    if os.getpid() == process:  # not in a child that was forked
        with suppress(OSError):
            shutil.rmtree(root)
