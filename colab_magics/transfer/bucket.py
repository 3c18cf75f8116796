"""An object of an S3 store, through s3fs and the credentials that it finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from colab_magics.errors import DownloadFailed
from colab_magics.format import duration
from colab_magics.transfer.bucket_store import AMAZON, Access, BucketStore, status_of
from colab_magics.transfer.refusals import PATIENCE, Patience
from colab_magics.transfer.remote import Changed, Hiccup, NotModified, Unranged, Version
from colab_magics.transfer.source import BucketObject

__all__ = ["AMAZON", "Access", "BucketFile", "BucketPiece"]

_CHUNK = 1 << 20
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18})")


class BucketFile:
    """The `Remote` of an object. Where no credentials are found it is read anonymously: then ``is_anonymous``."""

    def __init__(self, source: BucketObject, access: Access = AMAZON, patience: Patience = PATIENCE) -> None:
        self.shown = source.shown
        self._store = BucketStore(source.url, source.shown, access, patience)
        self._patience = patience

    @property
    def is_anonymous(self) -> bool:
        return self._store.is_anonymous

    @contextmanager
    def open(
        self, start: int = 0, end: int | None = None, *, of: Version | None = None, unless: Version | None = None
    ) -> Iterator[BucketPiece]:
        """Ask for the bytes from ``start`` up to ``end``, as `Remote.open` says.

        Raises `SourceNotFound`, `SourceDenied`, `SourceError` for a folder, `BadOption` for an impossible endpoint or
        profile, `DownloadFailed`, `Changed`, `NotModified`, `Unranged` or `Hiccup`.
        """
        conditions = {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        if of is not None:
            conditions["IfMatch"] = of.validator
        if unless is not None and unless.etag:
            conditions["IfNoneMatch"] = unless.etag
        with self._store.faults_named():
            system, answer = self._sent(conditions)
            piece = BucketPiece(system.loop, answer, start, self.shown, self._patience)
        try:
            if of is not None and piece.version != of:
                raise Changed
            if piece.start != start:
                raise Unranged
            yield piece
        finally:
            piece.abort()

    def _sent(self, conditions: dict[str, str]) -> tuple[Any, dict[str, Any]]:
        bucket, _, key = self._store.url.partition("://")[2].partition("/")
        try:
            return self._store.call("get_object", Bucket=bucket, Key=key, **conditions)
        except OSError as error:
            status = status_of(error)
            if status == 416 and "IfMatch" not in conditions and "Range" in conditions:
                # Only an empty object has no first byte; asked without a range, it says so itself.
                return self._sent({name: value for name, value in conditions.items() if name != "Range"})
            meaning = {304: NotModified, 412: Changed, 416: Changed, 501: Unranged}.get(status)
            if meaning is not None:
                raise meaning from None
            raise


class BucketPiece:
    """One answer of an S3 store; see `Piece`."""

    def __init__(self, loop: Any, answer: dict[str, Any], start: int, shown: str, patience: Patience) -> None:
        self._loop, self._body, self._shown, self._patience = loop, answer["Body"], shown, patience
        self.content_type = str(answer.get("ContentType", ""))
        self.has_end = True
        found = _CONTENT_RANGE.fullmatch(answer.get("ContentRange", ""))
        self.start, size = (int(found[1]), int(found[2])) if found else (0, int(answer["ContentLength"]))
        etag = str(answer.get("ETag", ""))
        self.version = Version(size, etag, "", etag)
        self.has_ranges = found is not None and bool(etag)

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives. Raises `Hiccup` when it is cut, `DownloadFailed` when it stalls."""
        from fsspec.asyn import sync

        try:
            while chunk := sync(self._loop, _gathered, self._body):
                yield chunk
        except TimeoutError:
            silence = duration(self._patience.stall)
            raise DownloadFailed(f"{self._shown}: the store sent no data for {silence}. Try again later.") from None
        except Exception:  # noqa: BLE001 (the HTTP library below aiobotocore has a tree of errors of its own)
            raise Hiccup("the connection broke off") from None

    def abort(self) -> None:
        """End the answer, from any thread."""
        self._loop.call_soon_threadsafe(self._body.close)


async def _gathered(body: Any) -> bytes:
    """Read so much at once that going to the thread of the loop and back costs little."""
    blocks, size = [], 0
    while size < _CHUNK and (block := await body.read(_CHUNK)):
        blocks.append(block)
        size += len(block)
    return b"".join(blocks)
