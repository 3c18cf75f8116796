"""Compressed files: told by how they start, and unpacked to a plain file within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from colab_magics.errors import BrokenFile, ColabMagicsError, TooLarge
from colab_magics.extras import need
from colab_magics.format import size

HEAD = 1 << 16
"""Bytes at the start of a file that tell what it is."""

MOST_TIMES = 200
"""How many times larger than its packed form a file may be, above `_FREE_OF_RATIO` bytes."""

_FREE_OF_RATIO = 10 << 20
_KEPT_FREE = 256 << 20  # bytes of the disk that are left alone
_CHUNK = 1 << 20
_STARTS = {
    "gzip": re.compile(rb"\x1f\x8b"),
    "bzip2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    "xz": re.compile(rb"\xfd7zXZ\0"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
}


class Gauge:
    """Counts what comes out of one packed file, and raises `TooLarge` where that is no honest file any more."""

    def __init__(self, name: str, packed: int, folder: Path) -> None:
        self._name = name
        self._most = max(_FREE_OF_RATIO, MOST_TIMES * packed)
        self._room = shutil.disk_usage(folder).free - _KEPT_FREE
        self._count = 0

    def add(self, count: int) -> None:
        self._count += count
        if self._count > self._most:
            raise TooLarge(
                f"{self._name} unpacks to more than {MOST_TIMES} times its size, as files do that are made to fill a "
                "disk: nothing of it was kept. If you trust it, unpack it yourself."
            )
        if self._count > self._room:
            raise TooLarge(
                f"{self._name} unpacks to more than the {size(max(self._room, 0))} that the disk has for temporary "
                "files: free some, or set TMPDIR to a folder on another disk."
            )


class Unpacked(Protocol):
    """A stream that fills what it is given."""

    def readinto(self, buffer: Any, /) -> int: ...
    def close(self) -> None: ...


class Gauged(io.RawIOBase):
    """A packed file as a stream of what is in it, never more than a `Gauge` admits."""

    def __init__(self, unpacked: Unpacked, gauge: Gauge) -> None:
        super().__init__()
        self._unpacked, self._gauge = unpacked, gauge

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # Not read(): the one of pyarrow never gives back the memory of a chunk that it could not unpack.
        count = self._unpacked.readinto(buffer)
        self._gauge.add(count)
        return count

    def close(self) -> None:
        self._unpacked.close()
        super().close()


def packing_of(head: bytes) -> str | None:
    """Tell how a file is compressed by its first bytes; None where it is not."""
    return next((packing for packing, start in _STARTS.items() if start.match(head)), None)


def unpack(path: Path, name: str, packing: str, target: Path, weight: int | None = None) -> None:
    """Write what is in the packed file to ``target``; ``weight`` as `stream` has it.

    Raises `BrokenFile`, `TooLarge`, `MissingExtra`.
    """
    with (
        stream(path, name, packing, target.parent, weight) as unpacked,
        target.open("xb") as file,
        damage_told(name, packing),
    ):
        copy(unpacked, file)


class Readable(Protocol):
    """What bytes can be taken from."""

    def read(self, count: int, /) -> bytes: ...


def copy(source: Readable, target: BinaryIO) -> None:
    """Copy all of a stream."""
    while chunk := source.read(_CHUNK):
        target.write(chunk)


@contextmanager
def stream(path: Path, name: str, packing: str, folder: Path, weight: int | None = None) -> Iterator[BinaryIO]:
    """Open a packed file to be read from its start; ``folder`` is where its content may come to lie.

    ``weight``: bytes of the file that it was in, where it was packed more than once; else its own count.
    """
    gauge = Gauge(name, path.stat().st_size if weight is None else weight, folder)
    with damage_told(name, packing):
        unpacked = _open(path, packing)
    with Gauged(unpacked, gauge) as gauged, io.BufferedReader(gauged, _CHUNK) as buffered:
        yield cast("BinaryIO", buffered)


@contextmanager
def damage_told(name: str, packing: str) -> Iterator[None]:
    """Turn what the unpackers raise into a sentence."""
    try:
        yield
    except ColabMagicsError:
        raise
    except MemoryError as error:
        raise TooLarge(f"{name} takes more memory to unpack than there is: unpack it elsewhere.") from error
    except Exception as error:  # each unpacker has errors of its own
        if isinstance(error, OSError) and error.errno:
            raise TooLarge(f"{name} could not be unpacked: {error.strerror}.") from error
        raise BrokenFile(f"{name} is damaged: it does not unpack as {packing}. Get the file again.") from error


def _open(path: Path, packing: str) -> Unpacked:
    match packing:
        case "gzip":
            return _open_gzip(path)
        case "bzip2":
            return cast("Unpacked", bz2.open(path))
        case "xz":
            return cast("Unpacked", lzma.open(path))
    arrow = need("pyarrow", by="%ingest of a file compressed with zstd", extra="formats")
    return cast("Unpacked", arrow.input_stream(str(path), compression="zstd"))


def _open_gzip(path: Path) -> Unpacked:
    """Open with isal where it is, which is two to three times as fast as Python's own."""
    try:
        from isal import igzip
    except ImportError:
        return cast("Unpacked", gzip.open(path))
    open_file: Any = igzip.open
    return cast("Unpacked", open_file(path))
