"""What a download asks of a store: a file, or a part of the version of it that was begun."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


class Changed(Exception):
    """The store has another version of the file now: what was begun cannot be finished."""


class NotModified(Exception):
    """The store has the version still that is here already."""


class Unranged(Exception):
    """The store does not give parts of a file, whatever it said before."""


class Hiccup(Exception):
    """A fault that may be gone on the next try; ``wait`` is the pause in seconds that the server asked for."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Version:
    """What a store says of a file: ``size`` in bytes or None, and by what it tells one version from the next.

    ``etag`` and ``modified`` are as they were sent. ``validator`` is the one of them that no two versions share, byte
    for byte (RFC 9110, 8.8.1 and 8.8.2.2), and empty where neither can promise that.
    """

    size: int | None = None
    etag: str = ""
    modified: str = ""
    validator: str = ""


NOTHING_SAID = Version()


class Piece(Protocol):
    """One answer: the bytes from ``start`` on, up to the ``end`` that was asked for or the end of the file."""

    start: int
    version: Version
    content_type: str
    has_end: bool
    """Does the answer tell where it ends, so that a cut is noticed?"""
    has_ranges: bool
    """Does the store give parts of this version?"""

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they arrive. Raises `Hiccup` when they are cut, `DownloadFailed` when they stall."""

    def abort(self) -> None:
        """End it, from any thread: a `chunks` that waits elsewhere ends at once."""


class Remote(Protocol):
    """A file of a store; safe to use in several threads."""

    shown: str
    """The source without its secrets."""

    def open(
        self, start: int = 0, end: int | None = None, *, of: Version | None = None, unless: Version | None = None
    ) -> AbstractContextManager[Piece]:
        """Ask for the bytes from ``start`` up to ``end``.

        ``of``: the version of which they must be. ``unless``: the version that is here already.

        Raises `Changed`, `NotModified`, `Unranged`, `Hiccup` where another try may help, or a `SourceError`.
        """
