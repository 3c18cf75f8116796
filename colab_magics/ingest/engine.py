"""One source to one frame: resolve, fetch to a whole local file, recognise, read."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from colab_magics.errors import BadOption
from colab_magics.format import size
from colab_magics.ingest.formats import Format
from colab_magics.ingest.pace import Pace, Tell
from colab_magics.ingest.reading import WITHOUT_WISHES, Reading
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import LocalPath, LocalPattern, redacted

if TYPE_CHECKING:
    import pandas as pd

    from colab_magics.ingest.content import Content
    from colab_magics.ingest.formats import Recognised
    from colab_magics.ingest.task import Task
    from colab_magics.transfer.events import Progress
    from colab_magics.transfer.local import LocalFile

_LARGE = 20 << 20  # bytes that take long enough to read to say so


@dataclass(frozen=True, slots=True)
class Request:
    """What the person asked for; the fields are the arguments of the public function."""

    source: str
    name: str | None = None
    format: str | None = None
    reading: Reading = WITHOUT_WISHES
    endpoint: str | None = None
    profile: str | None = None
    anon: bool = False
    requester_pays: bool = False
    sha256: str | None = None
    refresh: bool = False
    offline: bool = False
    trust: bool = False

    @property
    def shown(self) -> str:
        """The source without its secrets."""
        return redacted(self.source)


@dataclass(frozen=True, eq=False, slots=True)
class Ingested:
    """A frame and where it came from; ``size`` in bytes, ``seconds`` for all of it, ``source`` as it may be shown."""

    frame: pd.DataFrame
    name: str | None
    source: str
    format: str
    size: int
    seconds: float
    notes: tuple[str, ...]


def fetch(
    request: Request,
    folder: Path,
    on_progress: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> LocalFile:
    """Bring the file that is asked for, unless it is local already; safe to call in a thread.

    It comes into the cache, or, where there can be none, into the existing ``folder``.
    """
    from colab_magics.ingest.pictures import holds_pictures
    from colab_magics.transfer.bucket import Access
    from colab_magics.transfer.cache import default_cache
    from colab_magics.transfer.copies import Courier, Wish
    from colab_magics.transfer.local import LocalFile, to_local

    source = resolve(request.source)
    if isinstance(source, LocalPath) and os.path.isdir(source.path) and holds_pictures(source.path):  # noqa: PTH112 (raises for no name)
        return LocalFile(source.path, source.name, source.shown, 0)
    cache, notes = None, list[str]()
    if not isinstance(source, LocalPath):
        try:
            cache = default_cache()
        except OSError as error:
            notes.append(f"The cache cannot be used ({error.strerror}): the next time it is fetched again.")
    wish = Wish(request.sha256, refresh=request.refresh, offline=request.offline, trust=request.trust)
    courier = Courier(folder, cache, wish, on_progress, stop)
    access = Access(request.endpoint, request.profile, request.anon, request.requester_pays)
    file = to_local(source, courier, access=access)
    return replace(file, notes=(*notes, *file.notes))


def parse(request: Request, file: LocalFile, started: float) -> Ingested:
    """Read a local file, to be called in one thread at a time; ``started`` is when the work began (monotonic)."""
    from colab_magics.ingest.readers import read

    with private_folder() as folder:
        task, packings = open_task(request, file, folder)
        frame = read(task)
    label = task.label + (f" ({', '.join(packings)})" if packings else "")
    notes = (*file.notes, *task.recognised.notes, *task.notes)
    return Ingested(frame, request.name, file.shown, label, file.size, time.monotonic() - started, notes)


def open_task(request: Request, file: LocalFile, folder: Path) -> tuple[Task, tuple[str, ...]]:
    """Take a file out of what is around it, and recognise it; also return what was around it, from outside in."""
    from colab_magics.ingest.beginning import FORMATS
    from colab_magics.ingest.content import content
    from colab_magics.ingest.task import Task

    forced, wishes = forced_format(request), request.reading
    member = _member(request, file)
    is_start_enough = wishes.head is not None and wishes.where is None
    found = content(file, member, folder, forced, is_start_enough=is_start_enough)
    recognised = _recognised(found, request)
    if found.packed is not None and recognised.format not in FORMATS:
        found.path.unlink()
        found = content(file, member, folder, forced)
        recognised = _recognised(found, request)
    task = Task(
        path=found.path,
        name=found.name,
        recognised=recognised,
        reading=wishes,
        folder=folder,
        member=found.member,
        packed=found.packed,
        encoding=wishes.encoding,
        notes=list(found.notes),
    )
    return task, found.packings


def _recognised(found: Content, request: Request) -> Recognised:
    from colab_magics.ingest.formats import Recognised
    from colab_magics.ingest.recognition import recognise

    if found.format is not None:
        return Recognised(found.format)
    is_page = request.reading.table is not None
    return recognise(found.path, found.name, forced_format(request), is_page=is_page)


@contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder that nobody else may read, and that is gone in the end."""
    with tempfile.TemporaryDirectory(prefix="colab-magics-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def ingest_one(request: Request, tell: Tell) -> Ingested:
    """Do all of it for one source; what was fetched is removed once it is read. ``tell`` hears of what takes long."""
    started = time.monotonic()
    forced_format(request)
    if not isinstance(resolve(request.source), LocalPath | LocalPattern):
        tell("connecting", None)
    with private_folder() as folder:
        file = fetch(request, folder, Pace(tell))
        if file.size > _LARGE:
            tell(f"reading {size(file.size)}", None)
        return parse(request, file, started)


def _member(request: Request, file: LocalFile) -> str | None:
    asked = request.reading.member
    if asked is not None and file.member is not None:
        raise BadOption(f"The source names {file.member} already: leave --member out.")
    return asked or file.member


def forced_format(request: Request) -> Format | None:
    """Return the format that the person insists on. Raises `BadOption` for one that does not exist."""
    if request.format is None:
        return None
    try:
        return Format(request.format)
    except ValueError as error:
        raise BadOption(f"There is no format {request.format}: choose one of {', '.join(Format)}.") from error
