"""A lazy ``dask.dataframe.DataFrame`` of files of this machine, cut into blocks that tear no row."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BrokenFile
from colab_magics.ingest.engines.cuts import STRAY, Stray, cuts
from colab_magics.ingest.engines.groups import group_frame, row_groups
from colab_magics.ingest.engines.lazy import block_size
from colab_magics.ingest.engines.manner import manner
from colab_magics.ingest.engines.origin import Here, here
from colab_magics.ingest.engines.partitions import Block
from colab_magics.ingest.engines.plan import Text, header_of, text_frame, text_options
from colab_magics.ingest.formats import Format

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from colab_magics.ingest.engines.outline import Made
    from colab_magics.ingest.request import Request
    from colab_magics.ingest.task import Task

_SAMPLES = 64  # blocks of the sample, spread over all files
_SAMPLE = 256 << 10
_ONE_BLOCK = 64 << 20  # bytes of a file that may be read by one worker, where it cannot be cut


def make(request: Request, tasks: Sequence[Task]) -> Made:
    """Look through the files, and describe them to Dask. Raises `BadOption` or `BrokenFile`."""
    total = sum(task.path.stat().st_size for task in tasks)
    return of_files(tasks, block_size(total, os.cpu_count() or 1))


def of_files(tasks: Sequence[Task], size: int) -> Made:
    """Make the frame of files that every worker sees by their paths; ``size`` of a block in bytes."""
    if tasks[0].recognised.format is Format.PARQUET:
        origins = [here(task.path, task.name) for task in tasks]
        groups = [row_groups(task, origin, size) for task, origin in zip(tasks, origins, strict=True)]
        return group_frame(tasks, groups)
    first, texts = tasks[0], [_text(task, size, len(tasks)) for task in tasks]
    for text, task in zip(texts, tasks, strict=True):
        if text.header.rstrip() != texts[0].header.rstrip():
            raise BrokenFile(
                f"{task.name} and {first.name} do not begin with the same names of columns: read them apart."
            )
    return text_frame(first, texts, is_whole=all(text.is_sampled_whole for text in texts))


def _text(task: Task, size: int, files: int) -> Text:
    how = manner(task)
    origin = here(how.path, task.name)
    options = text_options(task, how)
    is_csv = task.recognised.format is not Format.JSONL
    has_quotes = is_csv and options.get("quoting") != 3
    header, start = header_of(how.path, options) if is_csv else (b"", 0)
    steps = max(1, _SAMPLES // files)
    bounds = _bounds(
        task, how.path, start, min(size, max(_SAMPLE, origin.size // steps)), how.sep, has_quotes=has_quotes
    )
    blocks = _merged(origin, bounds, size)
    is_whole = origin.size <= steps * _SAMPLE
    sample = origin.read(start, origin.size) if is_whole else b"".join(_samples(origin, bounds, has_quotes=has_quotes))
    return Text(blocks, header, sample, options, is_sampled_whole=is_whole)


def _bounds(task: Task, path: Path, start: int, step: int, sep: str, *, has_quotes: bool) -> list[int]:
    """Return where blocks of about ``step`` bytes begin and end; the last cut is near the end, to be sampled, too."""
    size = path.stat().st_size
    wanted = sorted({*range(start + step, size, step), max(start + 1, size - _SAMPLE)})
    try:
        found = cuts(path, wanted, sep.encode(), has_quotes=has_quotes)
    except Stray as stray:
        if size <= _ONE_BLOCK:
            return [start, size]
        raise BrokenFile(f"{task.name} {STRAY.format(place=f'{stray.place:,}')}") from None
    return sorted({start, *found, size})


def _merged(origin: Here, bounds: Sequence[int], size: int) -> list[Block]:
    """Put neighbours together up to the size of a block."""
    blocks: list[Block] = []
    for begin, end in pairwise(bounds):
        if blocks and end - blocks[-1].start <= size:
            blocks[-1] = replace(blocks[-1], end=end)
        else:
            blocks.append(Block(origin, begin, end))
    return blocks or [Block(origin, bounds[0], bounds[0])]


def _samples(origin: Here, bounds: Sequence[int], *, has_quotes: bool) -> Any:
    """Yield whole lines from the beginning of each stretch between bounds."""
    for begin, end in pairwise(bounds):
        content = origin.read(begin, min(end, begin + _SAMPLE))
        stop = len(content)
        while begin + stop < end and (stop := content.rfind(b"\n", 0, stop)) >= 0:
            if not has_quotes or content.count(b'"', 0, stop) % 2 == 0:
                stop += 1
                break
        yield content[:stop] if stop > 0 else b""
