"""A file of Google Drive, and a table of Google Sheets, as a download wants them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.errors import ChecksumMismatch
from colab_magics.transfer.drive import DriveClient
from colab_magics.transfer.drive_facts import DriveFacts, refuse_unread
from colab_magics.transfer.refusals import PATIENCE, Patience
from colab_magics.transfer.remote import Changed, NotModified, Unranged, Version
from colab_magics.transfer.web import WebPiece

if TYPE_CHECKING:
    from collections.abc import Callable

_SERVER = "Google Drive"


class DriveDownload:
    """The `Remote` of a file that has bytes. ``find`` tells what Drive knows of it, each time that it is begun."""

    def __init__(
        self, client: DriveClient, find: Callable[[], DriveFacts], shown: str, patience: Patience = PATIENCE
    ) -> None:
        self.shown = shown
        self._client, self._find, self._patience = client, find, patience
        self._facts: DriveFacts | None = None

    @contextmanager
    def open(
        self, start: int = 0, end: int | None = None, *, of: Version | None = None, unless: Version | None = None
    ) -> Iterator[DrivePiece]:
        """Ask for the bytes from ``start`` up to ``end``, as `Remote.open` says.

        Drive keeps no conditions for bytes: a part is known to be of the version by the size of the whole, and the
        whole by `verify`. Raises what `DriveClient` does, `Changed`, `NotModified` or `Unranged`.
        """
        facts = self._facts
        if of is None or facts is None:
            facts = self._facts = self._find()
            refuse_unread(facts, self.shown)
        version = facts.version
        if of is not None and of != version:
            raise Changed
        if unless is not None and version.etag and version.etag == unless.etag:
            raise NotModified
        span = f"bytes={start}-{'' if end is None else end - 1}" if facts.size else ""  # no byte, no first one
        with self._client.media(facts, self.shown, span) as response:
            piece = DrivePiece(response, version, self._patience)
            piece.check(start, end, version)
            yield piece

    def verify(self, path: Path, sha256: str) -> None:
        """Make sure that the file at ``path``, whose hash is known, is the one that Drive has.

        Raises `Changed` where Drive has another by now, `ChecksumMismatch` where its bytes came wrong.
        """
        facts = self._facts
        if facts is None or _is_same(facts, path, sha256):
            return
        if self._find().version != facts.version:
            raise Changed
        raise ChecksumMismatch(
            f"What arrived for {self.shown} is not the file that Drive has: their hashes differ. Nothing was kept; try "
            "again."
        )


class DriveSheetExport:
    """The `Remote` of a sheet in a form, or of its table ``gid``: one stream that Google writes when it is asked."""

    def __init__(
        self,
        client: DriveClient,
        find: Callable[[], DriveFacts],
        shown: str,
        gid: str = "",
        patience: Patience = PATIENCE,
        *,
        form: str = "csv",
    ) -> None:
        self.shown = shown
        self._client, self._find, self._gid, self._patience = client, find, gid, patience
        self._form = form

    @contextmanager
    def open(
        self, start: int = 0, end: int | None = None, *, of: Version | None = None, unless: Version | None = None
    ) -> Iterator[DrivePiece]:
        """Ask for all of it; parts are not given. Raises what `DriveClient` does, `NotModified` or `Unranged`."""
        if start or end is not None:
            raise Unranged
        facts = self._find()
        refuse_unread(facts, self.shown)
        version = Version(None, facts.version.etag, facts.modified)
        if unless is not None and version.etag and version.etag == unless.etag:
            raise NotModified
        with self._client.export(facts, self.shown, self._gid, self._form) as response:
            yield DrivePiece(response, version, self._patience)


class DrivePiece(WebPiece):
    """One answer with bytes; see `Piece`."""

    def __init__(self, response: Any, version: Version, patience: Patience) -> None:
        super().__init__(response, _SERVER, patience)
        self.total = self.version.size
        self.version = version
        self.has_ranges = response.status == 206 and bool(version.validator) and version.size is not None

    def check(self, start: int, end: int | None, of: Version) -> None:
        """Make sure that this is the part that was asked for, of a file of the size that was begun."""
        if self.total is not None and self.total != of.size:
            raise Changed
        if self.start != start or (end is not None and (self._response.status != 206 or self._last != end - 1)):
            raise Unranged


def _is_same(facts: DriveFacts, path: Path, sha256: str) -> bool:
    if facts.sha256:
        return facts.sha256 == sha256
    if not facts.md5:
        return True
    with path.open("rb") as file:
        return facts.md5 == hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
