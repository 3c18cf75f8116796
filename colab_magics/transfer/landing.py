"""Bytes that arrive land under a name of their own and get their final name only when they are whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from colab_magics.errors import ChecksumMismatch, DownloadFailed
from colab_magics.transfer.disk import expect_room, expect_spare, write_all
from colab_magics.transfer.ranges import Ranges

if TYPE_CHECKING:
    from colab_magics.transfer.journal import Journal
    from colab_magics.transfer.remote import Version

_NOTED = 128 << 10  # bytes that may arrive at one place before the journal hears of them
_KEPT = 1 << 20  # bytes from which on it is worth to go on later
_HASHED = 1 << 20  # bytes that are hashed in one go
_LOOKED = 64 << 20  # bytes of a file of unknown length that may arrive between two looks at the disk
_BINARY = getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where an unfinished file waits for the next try: an existing folder, and the name of its source there."""

    folder: Path
    key: str


class Taken(Exception):
    """Another process took up the file as if nobody had it any more; where locks work, none does."""


class Landing:
    """A temporary file for ``target``; `publish` gives it its name, the end of the ``with`` removes what is left.

    With a ``shelf``, what has arrived of a version that can be told from others stays there. ``name`` is what errors
    call it: every method raises `DownloadFailed` on trouble with the disk. `write_at` and `note` may be called in
    several threads, the others in one.
    """

    def __init__(self, target: Path, shelf: Shelf | None = None, name: str = "") -> None:
        self.target = target
        self._name = name or target.name
        self.arrived = Ranges()
        self._shelf = shelf
        self._lock = threading.Lock()
        self._journal: Journal | None = None
        self._unnoted: dict[int, int] = {}
        self._descriptor: int | None = None
        self._hashed = self._looked = 0
        with self._faults_named():
            self._begin(*self._new_file(), Ranges())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._end(is_kept=self._is_worth_keeping)

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        return self.arrived.size

    @property
    def path(self) -> Path:
        """The temporary file."""
        return self._path

    @property
    def sha256(self) -> str:
        """The hash in hexadecimal of what `digest` has read."""
        return self._hash.hexdigest()

    def restart(self, *, is_alone: bool = False) -> None:
        """Begin a new file; what has arrived is left to `take_up`, if it is worth that.

        ``is_alone``: keep away from the shelf from now on.
        """
        self._end(is_kept=self._is_worth_keeping)
        if is_alone:
            self._shelf = None
        with self._faults_named():
            self._begin(*self._new_file(), Ranges())

    def drop(self) -> None:
        """End it, and keep nothing for a next try."""
        self._end(is_kept=False)

    def take_up(self, version: Version) -> None:
        """Go on with what an ended process left of ``version``, if it did, and leave the same to the next."""
        from colab_magics.transfer import journal

        if self._shelf is None or not version.validator or version.size is None:
            return
        with self._faults_named():
            remains = journal.claim(self._shelf.folder, self._shelf.key, version)
            if remains is not None:
                self._end(is_kept=False)
                self._begin(os.open(remains.path, os.O_RDWR | _BINARY), remains.path, remains.arrived)
            self._journal = journal.Journal(self._path, self._shelf.key, version, self.arrived)

    def write(self, chunk: bytes | memoryview) -> None:
        """Write behind the last byte of a file that arrives from front to end."""
        self.write_at(self.arrived.front, chunk)

    def write_at(self, position: int, chunk: bytes | memoryview) -> None:
        """Write bytes where they belong."""
        with self._faults_named(), self._lock:
            if self._descriptor is None:
                return  # it has ended while this thread was waiting for its bytes
            write_all(self._descriptor, position, chunk)
            end = position + len(chunk)
            self.arrived.add(position, end)
            self._note(position, end)

    def note(self, end: int) -> None:
        """Have the journal hear now of what arrived up to ``end``, for nothing more follows there."""
        with self._faults_named(), self._lock:
            start = self._unnoted.pop(end, None)
            if self._journal is not None and start is not None:
                self._journal.add(start, end)

    def expect(self, count: int) -> None:
        """Find out before the first byte whether the disk has room for ``count`` bytes more."""
        with self._faults_named():
            expect_room(self.target.parent, count)

    def watch_room(self) -> None:
        """Find out, while a file of unknown length arrives, whether it is about to fill the disk."""
        if self.size >= self._looked + _LOOKED:
            self._looked = self.size
            with self._faults_named():
                expect_spare(self.target.parent, self._name, self.size)

    def digest(self, most: int | None = None) -> None:
        """Hash up to ``most`` bytes, or all, of those that have arrived without a gap and were not hashed yet."""
        with self._faults_named():
            until = self.arrived.front if most is None else min(self.arrived.front, self._hashed + most)
            while self._hashed < until:
                block = self._reader.read(min(_HASHED, until - self._hashed))
                self._hash.update(block)
                self._hashed += len(block)
                if not block:
                    raise DownloadFailed(f"{self._name} was cut short on the disk: try again.")

    def publish(self, sha256: str | None) -> None:
        """Make the bytes durable, then give them their name in one step.

        Raises `ChecksumMismatch` if ``sha256`` is another than theirs, and `Taken`.
        """
        if sha256 is not None:
            self._compare(sha256.lower())
        with self._faults_named():
            if self._descriptor is not None:
                if os.fstat(self._descriptor).st_size < self.arrived.front:
                    raise DownloadFailed(f"{self._name} was cut short on the disk: try again.")
                os.fsync(self._descriptor)
            self._close()
            try:
                self._path.replace(self.target)
            except FileNotFoundError:
                if self._shelf is None or not self.target.parent.is_dir():
                    raise
                raise Taken from None
        self._end(is_kept=False)

    @property
    def _is_worth_keeping(self) -> bool:
        return self._journal is not None and self.arrived.size >= _KEPT

    def _compare(self, sha256: str) -> None:
        self.digest()
        if self.sha256 != sha256:
            self._end(is_kept=False)
            raise ChecksumMismatch(
                f"What arrived for {self._name} is not the file that was promised: its sha256 is {self.sha256}, "
                f"expected was {sha256}. Ask its owner which is right; nothing was kept."
            )

    def _new_file(self) -> tuple[int, Path]:
        if self._shelf is None:
            descriptor, name = tempfile.mkstemp(dir=self.target.parent, prefix=".landing-", suffix=".part")
            return descriptor, Path(name)
        from colab_magics.transfer.journal import new_part

        path = new_part(self._shelf.folder, self._shelf.key)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o600), path

    def _begin(self, descriptor: int, path: Path, arrived: Ranges) -> None:
        self._descriptor = descriptor
        self._path = path
        self._reader = path.open("rb", buffering=0)  # a buffer would hold bytes that are not there yet
        self.arrived = arrived
        self._hash = hashlib.sha256()
        self._hashed = self._looked = 0

    def _note(self, start: int, end: int) -> None:
        """Tell the journal of a range once it is worth a line; ``_unnoted`` has each range's start by its end."""
        if self._journal is None:
            return
        start = self._unnoted.pop(start, start)
        if end - start >= _NOTED:
            self._journal.add(start, end)
        else:
            self._unnoted[end] = start

    def _end(self, *, is_kept: bool) -> None:
        with self._lock:
            if self._journal is not None:
                with contextlib.suppress(OSError):  # a full disk: then the journal ends before its last lines
                    for end, start in self._unnoted.items() if is_kept else ():
                        self._journal.add(start, end)
                self._journal.close(is_kept=is_kept)
            self._journal = None
            self._unnoted = {}
        self._close()
        if not is_kept:
            with contextlib.suppress(OSError):  # it has its final name, or another program has removed the folder
                self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        self._reader.close()
        with self._lock:
            descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with contextlib.suppress(OSError):  # a full disk may tell of itself once more
                os.close(descriptor)

    @contextlib.contextmanager
    def _faults_named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if isinstance(error, DownloadFailed):
                raise
            folder = self.target.parent
            raise DownloadFailed(f"{self._name} cannot be written to {folder}: {error.strerror or error}.") from error
