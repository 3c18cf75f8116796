"""A file that comes from the browser in pieces: each proven when it arrives, and written straight to the disk."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Self, TypeGuard

from colab_magics.errors import BadOption, ChecksumMismatch, DownloadFailed, OutputDenied, SourceError
from colab_magics.format import size as in_words
from colab_magics.format import size_of
from colab_magics.transfer.cache import key_of
from colab_magics.transfer.journal import sweep
from colab_magics.transfer.landing import Landing, Shelf, Taken
from colab_magics.transfer.names import safe
from colab_magics.transfer.remote import Version

BLOCK = 512 << 10
"""Bytes that have one sha256. The browser's own sha256 takes no file piece by piece, and one in JavaScript is slower
than a network: so what is compared at the end is the sha256 of the sha256s of all blocks, which is as strong."""
LARGEST_PIECE = 4 << 20
"""Bytes of one message; Jupyter's server closes a connection that sends more than 10 MB at once."""
LIMIT_VARIABLE = "COLAB_MAGICS_UPLOAD_LIMIT"
UNFINISHED = ".colab_magics-uploads"
"""The folder, beside the files, of those that are not whole yet."""

_DIGEST = hashlib.sha256().digest_size
_HEXADECIMAL = re.compile(r"[0-9a-f]{64}")
_LARGEST = 1 << 53  # bytes; a browser's numbers are exact up to here
_LONGEST_NAME = 1024  # characters


@dataclass(frozen=True, slots=True)
class Offer:
    """What the browser says of a file; if all four are the same, it is taken for the same file.

    ``size`` is in bytes, ``modified`` in ms since 1970, ``head`` the sha256 of the first block in hexadecimal.
    """

    name: str
    size: int
    modified: int
    head: str

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Self:
        """Read it from a message. Raises `BadOption` for one that no panel of ours sends."""
        name, size, modified, head = (message.get(key) for key in ("name", "size", "modified", "head"))
        if (
            not isinstance(name, str)
            or len(name) > _LONGEST_NAME
            or not is_count(size)
            or not isinstance(modified, int)
            or not isinstance(head, str)
            or not _HEXADECIMAL.fullmatch(head)
        ):
            raise BadOption("This is no file that can be uploaded: choose it again.")
        return cls(name, size, modified, head)

    @property
    def key(self) -> str:
        """A name for it in `UNFINISHED`."""
        return key_of("upload", self.name, str(self.size), str(self.modified), self.head)

    @property
    def version(self) -> Version:
        return Version(self.size, validator=f"{self.modified} {self.head}")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is whole: ``is_new`` is False where the same one lay there already."""

    path: Path
    size: int
    sha256: str
    is_new: bool = True


class Upload:
    """One file on its way into ``folder``; what has arrived waits there if it is left, and goes if it is dropped.

    Every method raises a `SourceError`, or `OutputDenied`, with what to do. They may be called in any thread.
    """

    def __init__(self, offer: Offer, folder: Path, *, limit: int | None = None, promised: int = 0) -> None:
        """Begin, or go on with what is left of it.

        ``limit``: bytes that it may have. ``promised``: bytes of others that are to come to the same disk.
        """
        if limit is not None and offer.size > limit:
            raise SourceError(
                f"{offer.name} has {in_words(offer.size)}, and {in_words(limit)} may be uploaded here: choose a "
                f"smaller file, or set {LIMIT_VARIABLE}."
            )
        self.offer = offer
        self._lock = threading.Lock()
        self._digests: dict[int, bytes] = {}
        self._shelf = _made(folder / UNFINISHED)
        self._landing = Landing(folder / safe(offer.name), Shelf(self._shelf, offer.key))
        try:
            self._landing.take_up(offer.version)
            self._landing.expect(offer.size - self._landing.size + promised)
        except BaseException:
            self.leave()
            raise

    @property
    def front(self) -> int:
        """From where on bytes are wanted: the start of a block, or the end."""
        front = self._landing.arrived.front
        return front if front == self.offer.size else front - front % BLOCK

    @property
    def is_whole(self) -> bool:
        """Is every byte here?"""
        return self.front == self.offer.size

    @property
    def missing(self) -> int:
        """Bytes that are still to come."""
        return self.offer.size - self._landing.size

    def take(self, position: object, piece: bytes | memoryview, digests: bytes | memoryview) -> bool:
        """Write a piece where it belongs, if it is what its ``digests``, one of each block, say; else return False."""
        size, end = len(piece), self.offer.size
        if (
            not is_count(position)
            or position % BLOCK
            or not 0 < size <= LARGEST_PIECE
            or position + size > end
            or (size % BLOCK and position + size != end)
            or len(digests) != _DIGEST * -(-size // BLOCK)
        ):
            raise BadOption("This piece belongs to no place in the file: choose the file again.")
        found = [hashlib.sha256(piece[start : start + BLOCK]).digest() for start in range(0, size, BLOCK)]
        if b"".join(found) != digests:
            return False
        with self._lock:
            self._landing.write_at(position, piece)
            self._digests.update(zip(range(position, position + size, BLOCK), found, strict=True))
            self._landing.digest(LARGEST_PIECE)  # so that a large file need not be read again at its end
        return True

    def finish(self, root: object) -> Arrived:
        """Give the file its name, a free one, if ``root`` is the sha256 of all its digests in hexadecimal."""
        with self._lock:
            if not self.is_whole:
                raise DownloadFailed(
                    f"{in_words(self.missing)} of {self.offer.name} have not arrived: choose it again to go on."
                )
            self._landing.digest()
            if self._root() != root:
                self._end(is_kept=False)
                raise ChecksumMismatch(
                    f"What arrived of {self.offer.name} is not what the browser read: it was changed meanwhile, or "
                    "damaged on its way. Nothing was kept: choose it again."
                )
            same = self._same()
            if same is not None:
                self._end(is_kept=False)
                return Arrived(same, self.offer.size, self._landing.sha256, is_new=False)
            return self._publish()

    def leave(self) -> None:
        """Stop, and keep what has arrived for the next time."""
        with self._lock:
            self._end(is_kept=True)

    def drop(self) -> None:
        """Stop, and keep nothing."""
        with self._lock:
            self._end(is_kept=False)

    def _publish(self) -> Arrived:
        wanted = self._landing.target
        target = self._landing.target = _reserved(wanted)
        try:
            self._landing.publish(None)
        except Taken as error:
            target.unlink(missing_ok=True)
            raise DownloadFailed(f"Another program took {self.offer.name} away: choose it again.") from error
        except BaseException:
            target.unlink(missing_ok=True)
            self._end(is_kept=True)
            raise
        self._end(is_kept=False)
        return Arrived(target, self.offer.size, self._landing.sha256)

    def _root(self) -> str:
        """The sha256 of all digests; of blocks that came in an earlier process the disk is asked."""
        whole = hashlib.sha256()
        with self._landing.path.open("rb") as file:
            for position in range(0, self.offer.size, BLOCK):
                digest = self._digests.get(position)
                if digest is None:
                    file.seek(position)
                    digest = hashlib.sha256(file.read(BLOCK)).digest()
                whole.update(digest)
        return whole.hexdigest()

    def _same(self) -> Path | None:
        """The file of that name, if it has the same bytes."""
        path = self._landing.target
        try:
            if path.is_symlink() or not path.is_file() or path.stat().st_size != self.offer.size:
                return None
            with path.open("rb") as file:
                is_same = hashlib.file_digest(file, "sha256").hexdigest() == self._landing.sha256
        except OSError:
            return None
        return path if is_same else None

    def _end(self, *, is_kept: bool) -> None:
        if not is_kept:
            self._landing.drop()
        self._landing.__exit__(None, None, None)
        with contextlib.suppress(OSError):  # others are unfinished, too
            self._shelf.rmdir()


def limit_of(environ: Mapping[str, str] = os.environ) -> int | None:
    """Bytes that one file may have, if the environment says so. Raises `BadOption` for what is no size."""
    text = environ.get(LIMIT_VARIABLE)
    try:
        return size_of(text) if text else None
    except ValueError as error:
        raise BadOption(f"{LIMIT_VARIABLE} must be a size, such as 10GB: {error}.") from error


def is_count(value: object) -> TypeGuard[int]:
    """Is it a number of bytes?"""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        sweep(folder)
    except OSError as error:
        raise OutputDenied(
            f"Nothing can be uploaded to {folder.parent} ({error.strerror}): change to a folder of yours with %cd, and "
            "run the cell again."
        ) from error
    return folder


def _reserved(wanted: Path) -> Path:
    """Take the name, or the first free one like it: ``a.csv``, ``a-1.csv``, ``a-2.csv``."""
    start, dot, suffix = wanted.name.partition(".")
    for number in count():
        path = wanted.with_name(f"{start}-{number}{dot}{suffix}" if number else wanted.name)
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            continue
        except OSError as error:
            raise DownloadFailed(f"{path.name} cannot be written to {path.parent}: {error.strerror}.") from error
        return path
    raise AssertionError("there is always a next number")
