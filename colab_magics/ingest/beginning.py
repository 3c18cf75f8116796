"""The first rows of a packed text: no more of it is unpacked than they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from colab_magics.errors import ColabMagicsError
from colab_magics.ingest.formats import Format
from colab_magics.ingest.packing import damage_told, stream

if TYPE_CHECKING:
    import pandas as pd

    from colab_magics.ingest.task import Task

FORMATS = (Format.CSV, Format.TSV, Format.JSONL)
"""Formats that are read row by row from their start."""

_FIRST = 1 << 20  # bytes that are unpacked at first
_TIMES = 8  # how many times more, where they hold too few rows


def head(task: Task, rows: int, read: Callable[[Task, int], pd.DataFrame]) -> pd.DataFrame:
    """Return what ``read`` makes of the first rows of the task's file, which may still be packed."""
    if task.packed is None:
        return read(task, rows)
    size = _FIRST
    while True:
        is_whole = _unpack(task, size)
        try:
            frame = read(task, rows)
        except (ColabMagicsError, MemoryError):
            raise
        except Exception as error:
            is_unknown = isinstance(error, UnicodeDecodeError) and not (task.encoding or task.recognised.encoding)
            if is_whole or is_unknown:
                raise
        else:
            if is_whole or len(frame) >= rows:
                return frame
        size *= _TIMES


def _unpack(task: Task, size: int) -> bool:
    """Write the first bytes to the task's file, and say whether they are all there are."""
    assert task.packed is not None  # noqa: S101
    path, packing = task.packed
    with stream(path, task.name, packing, task.folder) as unpacked, damage_told(task.name, packing):
        start = unpacked.read(size)
        is_whole = not unpacked.read(1)
    task.path.write_bytes(start)
    return is_whole
