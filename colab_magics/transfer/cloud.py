"""A file of any other store to a whole local file, through the file system that fsspec has for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
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
from colab_magics.transfer.events import Downloaded, Progress, Stopped
from colab_magics.transfer.landing import Landing
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


def copy_cloud(
    source: CloudObject,
    target: Path,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Downloaded:
    """Copy the file into the file ``target``, replacing it only when all has arrived, and all of it of one version.

    Credentials are those that the store's library finds by itself. Raises `MissingExtra`, `SourceNotFound`,
    `SourceDenied` or `DownloadFailed`; then, and on an interrupt, ``target`` is what it was before.
    """
    started = time.monotonic()
    report = on_progress or (lambda _: None)
    halt = stop or threading.Event()
    _need(source)
    with _faults_named(source), Landing(target) as place:
        store, path = _store(source)
        before = store.info(path)
        if before.get("type") == "directory":
            raise SourceError(f"{source.shown} is a folder: name one file in it.")
        total = before.get("size")
        if total is not None:
            place.expect(total)
        with store.open(path, "rb", block_size=_BLOCK, cache_type="readahead") as remote:
            while chunk := remote.read(_BLOCK):
                if halt.is_set():
                    raise Stopped
                place.write(chunk)
                report(Progress(place.size, total))
        _check(source, before, _fresh(store, path), place.size)
        place.publish(None)
        seconds = time.monotonic() - started
        return Downloaded(target, place.size, place.sha256, source.shown, seconds, is_proven_whole=total is not None)


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


def _fresh(store: Any, path: str) -> dict[str, Any]:
    store.invalidate_cache()
    return dict(store.info(path))


def _check(source: CloudObject, before: dict[str, Any], after: dict[str, Any], size: int) -> None:
    if any(before.get(mark) != after.get(mark) for mark in ("size", *_MARKS)):
        raise DownloadFailed(f"{source.shown} was changed while it was fetched: try again.")
    if before.get("size") not in (None, size):
        raise DownloadFailed(f"{source.shown} did not arrive whole: try again.")


@contextmanager
def _faults_named(source: CloudObject) -> Iterator[None]:
    shown = source.shown
    try:
        yield
    except (ColabMagicsError, Stopped):
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
