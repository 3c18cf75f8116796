"""The file that outlives a kernel: its last readings, in records of one size that are written over in turn.

A header says whose they are. Each record has a checksum of its own, so that one which was cut short by the end of the
kernel, or written by somebody else, is no record. It holds numbers only.
"""

import os
import stat
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from colab_magics.envinfo.reading import Missing, Reading

_MAGIC = b"CMRING1\n"
_CHECK = struct.Struct("<I")
_HEADER = struct.Struct("<8sQQQQQd")
_RECORD = struct.Struct("<Qdqqqq")
_HEADER_SIZE, _RECORD_SIZE, _RECORDS = 128, 64, 64
SIZE = _HEADER_SIZE + _RECORD_SIZE * _RECORDS
"""Bytes of a whole file."""
_UNKNOWN = -1
_AHEAD = 3600.0
"""Seconds by which the clocks of two machines with the same home folder may differ."""


class Owner(NamedTuple):
    """Whose file it is: a process of one notebook, on one machine between two starts of it.

    ``started`` tells the process from a later one of the same number, ``boot`` is the machine's start, ``session`` the
    notebook, ``counter`` the place where out-of-memory kills were counted: hashes, or times of the system's own.
    """

    process: int
    started: int
    boot: int
    session: int
    counter: int
    began: float


class Record(NamedTuple):
    """One reading: seconds since 1970, bytes, and how many out-of-memory kills there had been."""

    number: int
    at: float
    used: Reading[int]
    usable: Reading[int]
    process: Reading[int]
    kills: Reading[int]


class RingFile:
    """A new file for this process, readable and writable by its user only. Raises OSError where none can be made."""

    def __init__(self, path: Path, owner: Owner) -> None:
        self.path = path
        self._written = 0
        self._open: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600)
        _lock(self._open)
        header = _HEADER.pack(_MAGIC, *owner)
        # All of it at once: what comes later takes no more room on a disk that may be full by then.
        os.write(self._open, _checked(header).ljust(SIZE, b"\0"))

    def put(
        self, at: float, used: Reading[int], usable: Reading[int], process: Reading[int], kills: Reading[int]
    ) -> None:
        """Write a reading over the oldest one. Raises OSError."""
        if self._open is None:
            return
        numbers = (_UNKNOWN if isinstance(reading, Missing) else reading for reading in (used, usable, process, kills))
        self._written += 1
        slot = self._written % _RECORDS
        os.lseek(self._open, _HEADER_SIZE + slot * _RECORD_SIZE, os.SEEK_SET)
        os.write(self._open, _checked(_RECORD.pack(self._written, at, *numbers)))

    def remove(self) -> None:
        """Take the file away: this kernel ends well."""
        descriptor, self._open = self._open, None
        if descriptor is not None:
            os.close(descriptor)
            self.path.unlink(missing_ok=True)


class Found(NamedTuple):
    """What lies in a file of an earlier kernel; ``is_held`` while a process that lives has it open."""

    owner: Owner
    records: tuple[Record, ...]
    is_held: Reading[bool]


def read_ring(path: Path) -> Reading[Found]:
    """Read a file that may be anything: links are not followed, and others' files not read. Raises nothing."""
    try:
        descriptor = os.open(path, os.O_RDWR | _FLAGS | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        return Missing(f"it cannot be opened ({error.strerror})")
    try:
        is_ours = _is_plain_and_ours(os.fstat(descriptor))
        content = os.read(descriptor, SIZE) if is_ours else b""
        is_held = _is_held(descriptor)
    except OSError as error:
        return Missing(f"it cannot be read ({error.strerror})")
    finally:
        os.close(descriptor)
    head = _unchecked(content[:_HEADER_SIZE], _HEADER) if len(content) == SIZE else None
    if head is None or head[0] != _MAGIC or not _is_past(head[-1]):
        return Missing("it is not a record of readings")
    return Found(Owner(*head[1:]), tuple(sorted(_records(content), key=lambda record: record.number)), is_held)


def _records(content: bytes) -> Iterator[Record]:
    for at in range(_HEADER_SIZE, SIZE, _RECORD_SIZE):
        fields = _unchecked(content[at : at + _RECORD_SIZE], _RECORD)
        if fields is not None and _is_past(fields[1]):
            unknown = Missing("it was not known then")
            yield Record(fields[0], fields[1], *(unknown if number < 0 else number for number in fields[2:]))


def _is_past(at: float) -> bool:
    """Can it be the time of a reading? Infinity and NaN cannot, nor what lies ahead by more than a clock may be off."""
    return 0 <= at <= time.time() + _AHEAD


_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def _is_plain_and_ours(status: os.stat_result) -> bool:
    is_own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return is_own and stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_size == SIZE


def _checked(content: bytes) -> bytes:
    return _CHECK.pack(zlib.crc32(content)) + content


def _unchecked(block: bytes, form: struct.Struct) -> tuple[Any, ...] | None:
    """Unpack what `_checked` made; None where it is damaged, or was never written."""
    content = block[_CHECK.size : _CHECK.size + form.size]
    if len(content) < form.size or _CHECK.unpack_from(block)[0] != zlib.crc32(content):
        return None
    return form.unpack(content)


def _lock(descriptor: int) -> None:
    """Hold the file until this process ends. By record locks, which a forked child does not share; see fcntl(2)."""
    try:
        import fcntl

        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return  # Windows, or a drive without locks: then the number of the process must do


def _is_held(descriptor: int) -> Reading[bool]:
    try:
        import fcntl
    except ImportError:
        return Missing("this system has no such locks")
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return True
    except OSError as error:
        return Missing(f"this drive has no locks ({error.strerror})")
    return False
