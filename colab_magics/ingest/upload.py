"""A file that comes from the browser in pieces: each proven when it arrives, and written straight to the disk."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from colab_magics.errors import BadOption, ChecksumMismatch, DownloadFailed, OutputDenied, SourceError
from colab_magics.format import size as in_words
from colab_magics.format import size_of
from colab_magics.ingest.blocks import BLOCK, DIGEST, Blocks, digests_of
from colab_magics.ingest.offer import Offer, is_count
from colab_magics.transfer.journal import sweep
from colab_magics.transfer.landing import Landing, Shelf, Taken
from colab_magics.transfer.names import safe

LARGEST_PIECE = 4 << 20
"""Bytes of one message; Jupyter's server closes a connection that sends more than 10 MB at once."""
LIMIT_VARIABLE = "COLAB_MAGICS_UPLOAD_LIMIT"
UNFINISHED = ".colab_magics-uploads"
"""The folder, beside the files, of those that are not whole yet."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is whole: ``is_new`` is False where the same one lay there already."""

    path: Path
    size: int
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
        self._blocks = Blocks()
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
            or len(digests) != DIGEST * -(-size // BLOCK)
        ):
            raise BadOption("This piece belongs to no place in the file: choose the file again.")
        found = digests_of(piece)
        if found != digests:
            return False
        with self._lock:
            self._landing.write_at(position, piece)
            self._blocks.add(position, found)
        return True

    def finish(self, root: object) -> Arrived:
        """Give the file its name, a free one, if ``root`` is the sha256 of all its digests in hexadecimal."""
        with self._lock:
            if not self.is_whole:
                raise DownloadFailed(
                    f"{in_words(self.missing)} of {self.offer.name} have not arrived: choose it again to go on."
                )
            if not isinstance(root, str) or self._blocks.root(self._landing.path, self.offer.size) != root:
                self._end(is_kept=False)
                raise ChecksumMismatch(
                    f"What arrived of {self.offer.name} is not what the browser read: it was changed meanwhile, or "
                    "damaged on its way. Nothing was kept: choose it again."
                )
            if self._is_there(root):
                self._end(is_kept=False)
                return Arrived(self._landing.target, self.offer.size, is_new=False)
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
        return Arrived(target, self.offer.size)

    def _is_there(self, root: str) -> bool:
        """Has the file of that name the same bytes?"""
        path = self._landing.target
        try:
            is_like = not path.is_symlink() and path.is_file() and path.stat().st_size == self.offer.size
            return is_like and Blocks().root(path, self.offer.size) == root
        except OSError:
            return False

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
