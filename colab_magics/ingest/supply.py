"""The file that is asked for, as one of this machine: where it was, from the cache, or fetched."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from colab_magics.errors import BadOption
from colab_magics.transfer.local_paths import expand
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import DriveFile, DrivePath, DriveSheet, LocalPath, LocalPattern, Source

if TYPE_CHECKING:
    from colab_magics.ingest.request import Request
    from colab_magics.transfer.cache import Cache
    from colab_magics.transfer.events import Progress
    from colab_magics.transfer.local import LocalFile


def fetch(
    request: Request,
    folder: Path,
    on_progress: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
    *,
    most: int | None = None,
) -> tuple[LocalFile, ...]:
    """Bring the file that is asked for, or the files of a pattern, unless local already; safe to call in a thread.

    They come into the cache, or, where there can be none, into the existing ``folder``. ``most``: bytes that each of
    them may have. Raises as `to_local` does, and `Stopped`.
    """
    from colab_magics.ingest.pictures import holds_pictures
    from colab_magics.transfer.local import LocalFile, local_file

    if request.cluster is not None:
        return ()  # its workers read the source themselves
    source = resolve(request.source)
    if isinstance(source, LocalPath) and os.path.isdir(source.path) and holds_pictures(source.path):  # noqa: PTH112 (raises for no name)
        if request.sha256 is not None:
            raise BadOption(f"{source.shown} is a folder, which has no hash: leave --sha256 out.")
        return (LocalFile(source.path, source.name, source.shown, 0),)
    if isinstance(source, LocalPath | LocalPattern):
        found = expand(source) if isinstance(source, LocalPattern) else (source,)
        sha256 = _hash(request.sha256)
        return tuple(local_file(each, sha256) for each in found)
    return _brought(request, folder, on_progress, stop, most)


def _brought(
    request: Request,
    folder: Path,
    on_progress: Callable[[Progress], None],
    stop: threading.Event | None,
    most: int | None,
) -> tuple[LocalFile, ...]:
    from colab_magics.ingest.access import access_of
    from colab_magics.ingest.formats import Format
    from colab_magics.transfer import patterns
    from colab_magics.transfer.copies import Courier, Wish
    from colab_magics.transfer.delivery import to_local

    cache, notes = usable_cache()
    wish = Wish(
        _hash(request.sha256),
        refresh=request.refresh,
        offline=request.offline,
        trust=request.trust,
        takes_pages=request.forced in (Format.HTML, Format.XML) or request.reading.table is not None,
        most=most,
    )
    how = access_of(request)
    sources = patterns.expand(_with_sheets(resolve(request.source), request), how, stop=stop)
    files = []
    for number, source in enumerate(sources):
        on_file = _counted(on_progress, number, len(sources))
        files.append(to_local(source, Courier(folder, cache, wish, on_file, stop), access=how))
    return tuple(replace(file, notes=(*notes, *file.notes)) for file in files)


def _counted(on_progress: Callable[[Progress], None], number: int, count: int) -> Callable[[Progress], None]:
    """Let each progress tell which of several files it is of."""
    if count == 1:
        return on_progress
    return lambda progress: on_progress(replace(progress, file=number, files=count))


def _with_sheets(source: Source, request: Request) -> Source:
    """Ask for all tables of a Google sheet where one is chosen by --sheet, whichever was open in the link."""
    if request.reading.sheet is None:
        return source
    match source:
        case DriveSheet():
            return replace(source, gid="", is_workbook=True)
        case DriveFile() | DrivePath():
            return replace(source, is_workbook=True)
    return source


def usable_cache() -> tuple[Cache | None, tuple[str, ...]]:
    """Return the cache of files, or none and why."""
    from colab_magics.transfer.cache import default_cache

    try:
        return default_cache(), ()
    except OSError as error:
        return None, (f"The cache cannot be used ({error.strerror}): the next time it is fetched again.",)


def _hash(text: str | None) -> str | None:
    """Check a hash before anything is fetched for it."""
    if text is None:
        return None
    digits = text.strip().lower().removeprefix("sha256:")
    if len(digits) != 64 or set(digits) - set("0123456789abcdef"):
        raise BadOption("--sha256 takes a hash of 64 hexadecimal digits, as  sha256sum FILE  prints it.")
    return digits
