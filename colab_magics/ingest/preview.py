"""The first rows of a source and what is in its columns, before it is loaded."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from colab_magics.errors import SourceError
from colab_magics.format import plural, size
from colab_magics.ingest.access import access_of
from colab_magics.ingest.engine import parse, private_folder
from colab_magics.ingest.formats import SUFFIXES
from colab_magics.ingest.pace import Pace, Tell
from colab_magics.ingest.part import of_part
from colab_magics.ingest.readers import reader_of
from colab_magics.ingest.request import Ingested, Request
from colab_magics.ingest.supply import fetch
from colab_magics.transfer import patterns
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import BucketObject, BucketPattern, LocalPath, LocalPattern

if TYPE_CHECKING:
    from colab_magics.transfer.local import LocalFile

ROWS = 1000
"""Rows that are looked at."""

_MOST = 32 << 20  # bytes that are fetched, or read whole, for it


def preview(request: Request, tell: Tell, stop: threading.Event) -> Ingested:
    """Read the first rows; of a pattern those of its first file.

    Of a far text only its start is fetched, all else up to `_MOST` bytes, to the cache. Raises as `ingest_one` does,
    `SourceError` for what is larger, and `Stopped`.
    """
    started = time.monotonic()
    request, note = _first(request, stop)
    reading = replace(request.reading, head=ROWS, sample=None, seed=None, where=None)
    request = replace(request, reading=reading)
    with private_folder() as folder:
        ingested = None if _is_local(request) else of_part(request, folder, tell, parse)
        if ingested is None:
            (file,) = fetch(request, folder, Pace(tell), stop, most=_MOST)
            _check(file)
            ingested = parse(request, file, started)
    return replace(ingested, notes=(*note, *ingested.notes))


def _is_local(request: Request) -> bool:
    return isinstance(resolve(request.source), LocalPath)


def _first(request: Request, stop: threading.Event) -> tuple[Request, tuple[str, ...]]:
    source = resolve(request.source)
    if not isinstance(source, LocalPattern | BucketPattern):
        return request, ()
    found = patterns.expand(source, access_of(request), stop=stop)
    match found[0]:
        case LocalPath(path):
            name = str(path)
        case BucketObject(url):
            name = url
        case _:
            name = request.source
    note = f"The first of {plural(len(found), 'file')}: {found[0].shown}."
    return replace(request, source=name), (note,) if len(found) > 1 else ()


def _check(file: LocalFile) -> None:
    """Refuse what would have to be read whole, and is large."""
    kind = SUFFIXES.get(Path(file.name.lower()).suffix)
    if file.size <= _MOST or kind is None:
        return
    reader = reader_of(kind)
    if reader.head is None and reader.pieces is None:
        raise SourceError(f"{file.name} has {size(file.size)}, and no part of it can be read alone: load it to see it.")
