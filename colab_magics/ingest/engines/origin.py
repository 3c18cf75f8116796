"""Bytes of one version of a file, read wherever a worker is: by path, or from a server or store.

What is told to a worker holds no secret: it finds credentials in its own environment, as this process does.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from colab_magics.errors import DownloadFailed, SourceError, SourceNotFound
from colab_magics.transfer.bucket import Access, BucketFile
from colab_magics.transfer.refusals import PATIENCE
from colab_magics.transfer.remote import Changed, Hiccup, NotModified, Remote, Unranged, Version
from colab_magics.transfer.source import BucketObject, WebAddress
from colab_magics.transfer.tries import Tries

_AHEAD = 1 << 20  # bytes that a reader of small pieces, as Parquet's, is given at once


@dataclass(frozen=True, slots=True)
class Here:
    """A file at a path that every worker sees; ``stamp`` tells one version from the next."""

    path: Path
    name: str
    size: int
    stamp: int

    def read(self, start: int, end: int) -> bytes:
        """Return bytes. Raises `SourceError` where the file is not the one that was looked at."""
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                content = file.read(end - start)
            found = self.path.stat()
        except OSError as error:
            raise SourceNotFound(f"{self.name} cannot be read by this worker ({error.strerror}).") from error
        if (found.st_size, found.st_mtime_ns) != (self.size, self.stamp):
            raise _changed(self.name)
        return content


def here(path: Path, name: str) -> Here:
    """Look at a file of this machine."""
    found = path.stat()
    return Here(path.absolute(), name, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Afar:
    """A file of a server or an S3 store, at the ``version`` that was looked at."""

    source: WebAddress | BucketObject
    access: Access
    version: Version

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def size(self) -> int:
        return self.version.size or 0

    def read(self, start: int, end: int) -> bytes:
        """Return bytes; a connection that breaks off goes on where it was. Raises as `fetch` does."""
        tries, content, pause = Tries(self.source.shown, PATIENCE), bytearray(), threading.Event()
        with self._opened() as remote:
            while len(content) < end - start:
                try:
                    with remote.open(start + len(content), end, of=self.version) as piece:
                        for chunk in piece.chunks():
                            content += chunk
                except Hiccup as hiccup:
                    pause.wait(tries.count(hiccup, len(content)))
                except Changed:
                    raise _changed(self.name) from None
                except (Unranged, NotModified):
                    raise DownloadFailed(f"{self.source.shown}: its server gives no parts of it any more.") from None
        return bytes(content[: end - start])

    @contextmanager
    def _opened(self) -> Iterator[Remote]:
        if isinstance(self.source, BucketObject):
            yield _bucket_file(self.source, self.access)
            return
        from colab_magics.transfer.delivery import opened

        with opened(self.source, self.access) as (remote, _):
            yield remote


@lru_cache(maxsize=16)
def _bucket_file(source: BucketObject, access: Access) -> BucketFile:
    """Log in once in each process: that takes longer than to read a block."""
    return BucketFile(source, access, PATIENCE)


Origin = Here | Afar


class Window(io.RawIOBase):
    """An origin as a file that can be sought in, for readers that ask for small pieces near each other."""

    def __init__(self, origin: Origin) -> None:
        super().__init__()
        self._origin, self._place = origin, 0
        self._start, self._content = 0, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._origin.size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def read(self, size: int = -1) -> bytes:
        end = self._origin.size if size is None or size < 0 else min(self._place + size, self._origin.size)
        if end <= self._place:
            return b""
        if not (self._start <= self._place and end <= self._start + len(self._content)):
            until = min(max(end, self._place + _AHEAD), self._origin.size)
            self._start, self._content = self._place, self._origin.read(self._place, until)
        found = self._content[self._place - self._start : end - self._start]
        self._place = end
        return found


def window(origin: Origin) -> BinaryIO:
    """Open an origin for a library that reads from files."""
    return Window(origin)  # type: ignore[return-value]  # as much of one as pyarrow asks for


def _changed(name: str) -> SourceError:
    return SourceError(f"{name} was changed since it was looked at: run the cell with %ingest again.")
