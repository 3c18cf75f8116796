"""One source to one frame: resolve, fetch to a whole local file, recognise, read."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from colab_magics.errors import BadOption
from colab_magics.format import plural, size
from colab_magics.ingest.pace import Pace, Tell
from colab_magics.ingest.request import PANDAS, Ingested, Request
from colab_magics.ingest.supply import fetch
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import LocalPath, LocalPattern

if TYPE_CHECKING:
    from colab_magics.ingest.content import Content
    from colab_magics.ingest.formats import Recognised
    from colab_magics.ingest.task import Task
    from colab_magics.transfer.local import LocalFile

_BEAT = 0.1  # seconds between two phrases
_LARGE = 20 << 20  # bytes that take long enough to read to say so


def parse(request: Request, file: LocalFile, started: float) -> Ingested:
    """Read a local file, to be called in one thread at a time; ``started`` is when the work began (monotonic)."""
    from colab_magics.ingest.readers import read

    with private_folder() as folder:
        joined = _of_members(request, file, folder, started)
        if joined is not None:
            return joined
        task, packings = open_task(request, file, folder)
        frame = read(task)
    label = task.label + (f" ({', '.join(packings)})" if packings else "")
    notes = (*file.notes, *task.recognised.notes, *task.notes)
    return Ingested(frame, request.name, file.shown, label, file.size, time.monotonic() - started, notes)


def _of_members(request: Request, file: LocalFile, folder: Path, started: float) -> Ingested | None:
    """Read the members of an archive that --member is a pattern of to one frame; None where it names one or none."""
    from colab_magics.ingest.members import several
    from colab_magics.ingest.several import join

    one = replace(request, reading=replace(request.reading, member=None))
    parts = [parse(one, part, started) for part in several(request, file, _member(request, file), folder)]
    if not parts:
        return None
    joined = join(parts, request, started)
    source = f"{file.shown} ({plural(len(parts), 'file')} named {_member(request, file)})"
    return replace(joined, source=source, size=file.size, notes=(*file.notes, *joined.notes))


def open_task(request: Request, file: LocalFile, folder: Path) -> tuple[Task, tuple[str, ...]]:
    """Take a file out of what is around it, and recognise it; also return what was around it, from outside in."""
    from colab_magics.ingest.beginning import FORMATS
    from colab_magics.ingest.content import content
    from colab_magics.ingest.task import Task

    forced, wishes = request.forced, request.reading
    member = _member(request, file)
    is_start_enough = wishes.head is not None and wishes.where is None
    found = content(file, member, folder, forced, is_start_enough=is_start_enough)
    recognised = _recognised(found, request)
    if found.packed is not None and recognised.format not in FORMATS:
        for path in folder.iterdir():
            path.unlink()
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
    return recognise(found.path, found.name, request.forced, is_page=is_page, told=request.reading.encoding)


@contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder that nobody else may read, and that is gone in the end."""
    with tempfile.TemporaryDirectory(prefix="colab-magics-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def ingest_one(request: Request, tell: Tell) -> Ingested:
    """Do all of it for one source. ``tell`` hears of what takes long."""
    started = time.monotonic()
    _ = request.forced  # a format that does not exist is told before anything is fetched
    if request.cluster is not None:
        return load(request, (), started, tell)
    is_remote = not isinstance(resolve(request.source), LocalPath | LocalPattern)
    with private_folder() as folder:
        if is_remote and request.engine == PANDAS:
            from colab_magics.ingest.part import of_part

            tell("connecting", None)
            ingested = of_part(request, folder, tell, parse)
            if ingested is not None:
                return ingested
        return load(request, fetch(request, folder, Pace(tell)), started, tell)


def load(request: Request, files: tuple[LocalFile, ...], started: float, tell: Tell) -> Ingested:
    """Read a file, or several to one frame; ``started`` is when the work began (monotonic).

    The workers of a cluster read the source itself, and no ``files``.
    """
    from colab_magics.ingest.several import check, join

    if request.engine != PANDAS:
        from colab_magics.ingest.engines.values import made

        return made(request, files, started, tell)

    if len(files) == 1:
        return _load(request, files[0], started, tell)
    check(request, files)
    parts, told = [], float("-inf")
    for number, file in enumerate(files):
        if time.monotonic() - told > _BEAT:
            told = time.monotonic()
            tell(f"reading file {number + 1} of {len(files)}", number / len(files))
        parts.append(_load(request, file, started, lambda *_: None))
    return join(parts, request, started)


def _load(request: Request, file: LocalFile, started: float, tell: Tell) -> Ingested:
    """Take the frame from the cache of frames, or read the file, and keep its frame if that took long."""
    from colab_magics.ingest.kept import Keeper

    keeper = Keeper(request, file)
    kept = keeper.find(started)
    if kept is not None:
        return kept
    if file.size > _LARGE:
        tell(f"reading {size(file.size)}", None)
    begun = time.monotonic()
    return keeper.keep(parse(request, file, started), time.monotonic() - begun)


def _member(request: Request, file: LocalFile) -> str | None:
    asked = request.reading.member
    if asked is not None and file.member is not None:
        raise BadOption(f"The source names {file.member} already: leave --member out.")
    return asked or file.member
