"""A lazy frame of Dask, and what its card tells of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from colab_magics.extras import need
from colab_magics.format import number
from colab_magics.ingest.engines.outline import Made, Outline, first_look
from colab_magics.ingest.profile import short
from colab_magics.ingest.summary import MOST_COLUMNS, PREVIEW_ROWS, Column
from colab_magics.machine.room import available

if TYPE_CHECKING:
    import pandas as pd

    from colab_magics.ingest.task import Task

_LEAST, _MOST = 4 << 20, 64 << 20  # bytes of a block
_TIMES = 16  # what a worker needs at most of memory for one byte of a block: text, frame, copies
_BASE = 192 << 20  # bytes that the libraries of a worker take before it has read anything
_SHARES = 4  # blocks for each thread


def block_size(total: int, threads: int, memory: int | None = None, workers: int = 1) -> int:
    """Choose the size of a block of ``total`` bytes, for workers of so many threads and so much memory.

    By default it is for this process. Each thread gets some blocks, if they are not tiny then.
    """
    room = available() if memory is None else memory - _BASE
    fitting = _MOST if room is None else room // (_TIMES * threads)
    return max(_LEAST, min(_MOST, fitting, total // (_SHARES * threads * workers)))


def lazy_frame(
    task: Task,
    reader: Any,
    blocks: Sequence[Any],
    first: pd.DataFrame,
    rows: str,
    what: str,
    meta: pd.DataFrame | None = None,
) -> Made:
    """Have Dask make each partition of one of the ``blocks`` by ``reader``.

    ``first``: rows to show, of the types that ``meta`` or, without it, they themselves have; ``rows``: how many, in
    words; ``what`` a partition is.
    """
    dask: Any = need("dask", by="%ingest --engine dask", extra="big")
    frames = need("dask.dataframe", by="%ingest --engine dask", extra="big")
    clear: Any = import_module("dask.dataframe.utils").clear_known_categories

    # Dask would turn texts into those of pyarrow, which pandas did not make of them.
    with dask.config.set({"dataframe.convert-string": False}):
        value = frames.from_map(reader, blocks, meta=clear(first.iloc[:0] if meta is None else meta), label="ingest")
    columns = [_column(first, label) for label in first.columns[:MOST_COLUMNS]]
    outline = Outline(
        f"dask.dataframe.DataFrame (Dask {dask.__version__}), lazy",
        rows,
        len(first.columns),
        (("Partitions", f"{number(len(blocks))}, each {what}"), ("Computed by", _computer())),
        is_lazy=True,
    )
    look = first_look(columns, first.head(PREVIEW_ROWS).itertuples(index=False, name=None))
    return Made(value, task.label, outline, replace(look, width=len(first.columns)))


def _computer() -> str:
    """Say who works when a result is asked for."""
    distributed = sys.modules.get("distributed")
    if distributed is not None:
        try:
            return f"the Dask client at {distributed.get_client().scheduler.address}"
        except ValueError:
            pass
    return "the threads of this kernel, or a Dask client once there is one"


def _column(sample: pd.DataFrame, label: Any) -> Column:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    column = sample[label]
    known = column.dropna()
    example = short(known.iloc[0]) if len(known) else ""
    is_numeric = is_numeric_dtype(column.dtype) and not is_bool_dtype(column.dtype)
    return Column(short(label), str(column.dtype), None, "", example, is_numeric)
