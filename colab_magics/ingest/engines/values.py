"""A request to the value of the engine that it names."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from colab_magics.errors import ColabMagicsError, SourceError
from colab_magics.format import plural, printable
from colab_magics.ingest.request import Ingested

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from colab_magics.ingest.engines.outline import Made
    from colab_magics.ingest.pace import Tell
    from colab_magics.ingest.request import Request
    from colab_magics.ingest.task import Task
    from colab_magics.transfer.local import LocalFile

_MODULES = {"polars": "polars_frame", "duckdb": "duckdb_relation", "dask": "dask_frame"}
_LAZY = ("duckdb", "dask")


def made(request: Request, files: Sequence[LocalFile], started: float, tell: Tell) -> Ingested:
    """Make the value, of one file or of all those of a pattern; ``started`` is when the work began (monotonic).

    Raises `BadOption` for what the engine cannot read, `BrokenFile`, or, with a cluster, as reading from afar does.
    """
    if len(files) > 1:
        from colab_magics.ingest.several import check

        check(request, files)
    if request.cluster is not None:
        from colab_magics.ingest.engines.afar import of_cluster

        return _told(request, of_cluster(request, tell), (), 0, started)
    with _folder(request) as folder:
        tasks = [_task(request, file, folder, number) for number, file in enumerate(files)]
        module = import_module(f"colab_magics.ingest.engines.{_MODULES[request.engine]}")
        result: Made = module.make(request, tasks)
    told = [*(file.notes for file in files), *(task.notes for task in tasks)]
    notes = dict.fromkeys(note for some in told for note in some)
    recognised = dict.fromkeys(note for task in tasks for note in task.recognised.notes)
    many = f" ({plural(len(files), 'file')})" if len(files) > 1 else ""
    shown = request.shown + many if many else files[0].shown
    size = sum(file.size for file in files)
    return _told(request, result, (*notes, *recognised), size, started, shown)


def _told(
    request: Request, made: Made, notes: Sequence[str], size: int, started: float, shown: str | None = None
) -> Ingested:
    return Ingested(
        made.value,
        request.name,
        shown or request.shown,
        made.label,
        size or made.outline.size,
        time.monotonic() - started,
        tuple(dict.fromkeys((*notes, *made.notes))),
        made.summary,
        outline=made.outline,
    )


def _task(request: Request, file: LocalFile, folder: Path, number: int) -> Task:
    """Open a file so that a lazy value finds it later."""
    from colab_magics.ingest.engine import open_task
    from colab_magics.ingest.engines.choice import refuse_format
    from colab_magics.ingest.engines.held import held

    own = folder / str(number)
    own.mkdir(mode=0o700)
    if request.engine in _LAZY:
        file = replace(file, path=held(file, own))
    plain = replace(request, reading=replace(request.reading, head=None))  # else only the start is unpacked
    task, _ = open_task(plain, file, own)
    task.reading = request.reading
    refuse_format(request.engine, task)
    return task


@contextmanager
def _folder(request: Request) -> Iterator[Path]:
    from colab_magics.ingest.engine import private_folder

    if request.engine in _LAZY:
        from colab_magics.ingest.engines.held import held_folder

        yield held_folder()
        return
    with private_folder() as folder:
        yield folder


@contextmanager
def faults_named(task: Task, *faults: type[Exception]) -> Iterator[None]:
    """Turn what a library raises over a file into a sentence."""
    try:
        yield
    except ColabMagicsError:
        raise
    except MemoryError as error:
        raise SourceError(f"{task.name} needs more memory than there is: restart the kernel, or read less.") from error
    except faults as error:
        from colab_magics.errors import BrokenFile

        first = next(iter(printable(str(error)).strip().splitlines()), "") or type(error).__name__
        reason = first.replace(str(task.path), task.name)[:200].rstrip(". ")
        raise BrokenFile(
            f"{task.name} cannot be read as {task.label} by this engine: {reason}. Leave --engine out for pandas."
        ) from error
