"""What has arrived of a file that is on its way, written down so that a later process can go on with it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.transfer.locking import is_held, try_lock
from colab_magics.transfer.ranges import Ranges

if TYPE_CHECKING:
    from colab_magics.transfer.remote import Version

_FORM = 1
_LARGEST = 16 << 20  # bytes; a line is written for each MiB that arrives
_PART, _JOURNAL = ".part", ".journal"
_IDLE = 3600  # seconds
LIFE = 7 * 24 * 3600
"""Seconds since its last byte for which an unfinished file waits to be gone on with."""


@dataclass(frozen=True, slots=True)
class Remains:
    """A file that another process left unfinished, ours now: its path, and what has arrived of it."""

    path: Path
    arrived: Ranges


class Journal:
    """Lies beside the unfinished file: first what that will be, then a line for each range that has arrived.

    A line is written after its bytes, so that a process killed at any moment leaves no journal that promises more
    than is there. That holds while the machine runs: after a restart of it, a journal is not believed. Its lock
    tells others that its process lives; where locks do not work, two may fill in the same bytes of the same version.
    """

    def __init__(self, part: Path, key: str, version: Version, arrived: Ranges) -> None:
        self._path = part.with_suffix(_JOURNAL)
        head = {"form": _FORM, "key": key, "version": asdict(version), "boot": _boot()}
        lines = [json.dumps(head), *(f"{start} {end}" for start, end in arrived)]
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try_lock(self._file)
        os.write(self._file, ("\n".join(lines) + "\n").encode())

    def add(self, start: int, end: int) -> None:
        """Note that the bytes from ``start`` to ``end`` have been written."""
        os.write(self._file, f"{start} {end}\n".encode())

    def close(self, *, is_kept: bool) -> None:
        """Let others go on with the file, or take the journal away."""
        if not is_kept:
            _remove(self._path)
        os.close(self._file)


def new_part(folder: Path, key: str) -> Path:
    """A name in ``folder`` that nobody else has, for the unfinished file ``key``."""
    return folder / f"{key}.{secrets.token_hex(8)}{_PART}"


def claim(folder: Path, key: str, version: Version) -> Remains | None:
    """Take over what an ended process left in ``folder`` of this very version of the file ``key``.

    Taking over is a rename, so that of several processes one gets it. What is left of other versions is removed.
    """
    for journal in sorted(folder.glob(f"{key}.*{_JOURNAL}")):
        if is_held(journal):
            continue
        head, arrived = _read(journal)
        is_same = head == {"form": _FORM, "key": key, "version": asdict(version), "boot": _boot()}
        left, mine = journal.with_suffix(_PART), new_part(folder, key)
        try:
            left.rename(mine)
            length = mine.stat().st_size
        except OSError:  # another was faster, or still has it open on Windows
            continue
        _remove(journal)
        if is_same and length >= max((end for _, end in arrived), default=0):
            return Remains(mine, arrived)
        _remove(mine)
    return None


def clear(folder: Path) -> int:
    """Remove what ended processes left unfinished in ``folder``; return its bytes."""
    freed = sum(_drop(journal) for journal in folder.glob(f"*{_JOURNAL}"))
    sweep(folder)
    return freed


def waiting(folder: Path) -> int:
    """The bytes of what waits in ``folder`` for somebody to go on with it, as the disk counts them."""
    return sum(_size(journal.with_suffix(_PART)) for journal in folder.glob(f"*{_JOURNAL}"))


def sweep(folder: Path) -> None:
    """Remove what nobody has gone on with for `LIFE`, and files without a journal, with which nobody can go on.

    The latter when nobody has written to them for an hour.
    """
    now = time.time()
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if path.suffix == _JOURNAL:
                if path.stat().st_mtime < now - LIFE:
                    _drop(path)
            elif not path.with_suffix(_JOURNAL).exists() and path.stat().st_mtime < now - _IDLE:
                path.unlink()


def _drop(journal: Path) -> int:
    """Remove a journal and its file, unless their process lives; return the bytes of the file."""
    if is_held(journal):
        return 0
    part = journal.with_suffix(_PART)
    size = _size(part)
    _remove(part)
    _remove(journal)
    return size


def _size(part: Path) -> int:
    with contextlib.suppress(OSError):
        found = part.stat()
        return min(found.st_size, 512 * getattr(found, "st_blocks", found.st_size))
    return 0


def _read(path: Path) -> tuple[Any, Ranges]:
    """Return the head and the ranges of a journal; a last line that was cut off is not believed."""
    try:
        with path.open("rb") as file:
            first, *lines = file.read(_LARGEST).decode("ascii").split("\n")[:-1]
        ranges = ((int(start), int(end)) for start, end in (line.split(" ") for line in lines))
        return json.loads(first), Ranges(ranges)
    except (OSError, ValueError, RecursionError):
        return None, Ranges()


def _boot() -> str:
    """A mark of this start of this machine, as proc(5) has it; elsewhere when it started, in minutes."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    import psutil

    return str(round(psutil.boot_time() / 60))


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
