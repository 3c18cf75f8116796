"""A file of any other store to a whole local file, through the file system that fsspec has for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from colab_magics.errors import (
    ColabMagicsError,
    DownloadFailed,
    MissingExtra,
    SourceDenied,
    SourceError,
    SourceNotFound,
)
from colab_magics.redaction import Redactor
from colab_magics.transfer.remote import Changed, NotModified, Unranged, Version
from colab_magics.transfer.source import CloudObject

_BLOCK = 8 << 20
_MARKS = (
    "generation",
    "etag",
    "ETag",
    "md5Hash",
    "content_md5",
    "last_modified",
    "updated",
    "created",
    "mtime",
    "modify",
)
"""What file systems tell of a version; none tells all of it."""


class CloudFile:
    """The `Remote` of a file of another store: one stream, whose version is looked at before and after.

    Credentials are those that the store's library finds by itself.
    """

    def __init__(self, source: CloudObject) -> None:
        self.shown = source.shown
        self._source = source

    @contextmanager
    def open(
        self, start: int = 0, end: int | None = None, *, of: Version | None = None, unless: Version | None = None
    ) -> Iterator[CloudPiece]:
        """Ask for all bytes, as `Remote.open` says of them; parts are not given.

        Raises `MissingExtra`, `SourceNotFound`, `SourceDenied`, `SourceError` for a folder, `DownloadFailed`,
        `NotModified` or `Unranged`.
        """
        if start or end is not None:
            raise Unranged
        _need(self._source)
        with _faults_named(self._source):
            store, path = _store(self._source)
            facts = store.info(path)
            if facts.get("type") == "directory":
                raise SourceError(f"{self.shown} is a folder: name one file in it.")
            version = _version(facts)
            if unless is not None and version.etag and version == unless:
                raise NotModified
            with store.open(path, "rb", block_size=_BLOCK, cache_type="readahead") as file:
                yield CloudPiece(self._source, store, path, file, version)

    def close(self) -> None:
        """Nothing: each answer has a store of its own."""


class CloudPiece:
    """The bytes of a store's file; see `Piece`."""

    start, content_type, has_ranges = 0, "", False

    def __init__(self, source: CloudObject, store: Any, path: str, file: Any, version: Version) -> None:
        self._source, self._store, self._path, self._file = source, store, path, file
        self._is_over = threading.Event()
        self.version = version
        self.has_end = version.size is not None

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they arrive. Raises `Changed` where the file is another at the end, `DownloadFailed`."""
        with _faults_named(self._source):
            while not self._is_over.is_set() and (chunk := self._file.read(_BLOCK)):
                yield chunk
            self._store.invalidate_cache()
            if _version(self._store.info(self._path)) != self.version:
                raise Changed

    def abort(self) -> None:
        """End it after the block that is being read."""
        self._is_over.set()


def _version(facts: dict[str, Any]) -> Version:
    marks = [f"{mark}={facts[mark]}" for mark in _MARKS if facts.get(mark)]
    return Version(facts.get("size"), " ".join(marks))


def _need(source: CloudObject) -> None:
    if source.library and find_spec(source.library) is None:
        raise MissingExtra(
            f"{source.protocol}:// addresses need {source.library}, which is not installed here. Run  "
            f"%pip install {source.library}  and try again."
        )


def _store(source: CloudObject) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    store, path = url_to_fs(source.url, skip_instance_cache=True, use_listings_cache=False)
    return store, path


@contextmanager
def _faults_named(source: CloudObject) -> Iterator[None]:
    shown = source.shown
    try:
        yield
    except (ColabMagicsError, Changed, NotModified, GeneratorExit):
        raise
    except FileNotFoundError:
        raise SourceNotFound(f"There is no file {shown}: check the address.") from None
    except PermissionError:
        raise SourceDenied(f"{shown} may not be read with the credentials that were found.") from None
    except Exception as error:  # noqa: BLE001 (every store's library has a tree of errors of its own)
        reason = Redactor([source.url])(str(error).partition("\n")[0]) or type(error).__name__
        # Without the cause: it may hold the whole address.
        raise DownloadFailed(
            f"{shown} did not arrive ({reason}): check the address, credentials and network."
        ) from None
