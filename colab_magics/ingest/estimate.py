"""How much memory a frame will take, told before it is read: by its first rows, or by what the file says of itself."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from colab_magics.errors import TooLarge
from colab_magics.format import size
from colab_magics.ingest.formats import Format
from colab_magics.ingest.packing import HEAD
from colab_magics.machine.room import available

if TYPE_CHECKING:
    from colab_magics.ingest.task import Reader, Task

_HARMLESS = 40  # times its size that no text takes in memory
_WHILE_READING = 1.25  # times the frame, while it is made
_TIMES = {Format.EXCEL: 20.0, Format.ODS: 20.0, Format.JSON: 8.0, Format.XML: 10.0, Format.HTML: 10.0}
"""Times their size that other formats take, roughly; 1 where nothing is said."""
_TEXT_OBJECT = 57  # bytes of a short text in Python, as pandas before version 3 holds it
_WORD = 8


def check_room(task: Task, reader: Reader) -> None:
    """Raise `TooLarge` where what is to be read does not fit into the memory that is left."""
    weight = 0 if task.path.is_dir() else task.path.stat().st_size
    room = available()
    is_part = task.reading.head is not None and (reader.head is not None or reader.pieces is not None)
    is_dense = task.recognised.format in (Format.PARQUET, Format.ARROW, Format.ORC)
    if room is None or is_part or (weight * _HARMLESS < room and not is_dense):
        return
    needed = estimate(task, reader, weight) * _WHILE_READING
    if needed > room:
        lazily = task.recognised.format in (Format.CSV, Format.TSV, Format.JSONL, Format.PARQUET)
        dask = ", or a lazy frame of all with --engine dask" if lazily else ""
        raise TooLarge(
            f"{task.name} needs about {size(needed)} of memory, and {size(room)} are left here: take some columns with "
            f"--columns, random rows with --sample 100000, the first with --head 100000{dask}."
        )


def estimate(task: Task, reader: Reader, weight: int) -> float:
    """Say how many bytes the frame takes; it may take more, but hardly less."""
    match task.recognised.format:
        case Format.CSV | Format.TSV | Format.JSONL:
            whole = _density(task) * weight
        case Format.PARQUET:
            whole = _parquet(task)
        case other:
            whole = _TIMES.get(other, 1.0) * weight
    amount = task.reading.sample
    if amount is None or reader.pieces is None:
        return whole
    return whole * amount.share if amount.share is not None else 0.0


def _density(task: Task) -> float:
    """Say how many bytes of a frame one byte of a text makes, by its first lines."""
    import pandas as pd

    from colab_magics.ingest.text import csv_options, json_options

    with task.path.open("rb") as file:
        head = file.read(4 * HEAD)
    head = head[: head.rfind(b"\n") + 1] or head
    try:
        if task.recognised.format is Format.JSONL:
            frame = pd.read_json(io.BytesIO(head), **json_options(task))
        else:
            frame = pd.read_csv(io.BytesIO(head), **csv_options(task))
    except UnicodeDecodeError:
        raise
    except Exception:  # noqa: BLE001 (whatever is wrong with it, its reader will say it)
        return 1.0
    return float(frame.memory_usage(deep=True).sum()) / max(len(head), 1)


def _parquet(task: Task) -> float:
    """Add up what the columns that are wanted take, by their types and what the file says of its size.

    The facts of single columns are not asked for: pyarrow ends the whole process where those are damaged.
    """
    import pandas as pd

    from colab_magics.ingest.columnar import need_arrow

    arrow = need_arrow(task)
    from pyarrow.parquet import ParquetFile

    per_text = _WORD if int(pd.__version__.partition(".")[0]) >= 3 else _WORD + _TEXT_OBJECT
    with ParquetFile(task.path) as file:
        facts, schema = file.metadata, file.schema_arrow
        unpacked = sum(facts.row_group(place).total_byte_size for place in range(facts.num_row_groups))
        wanted = [field.type for field in schema if not task.reading.needed or field.name in task.reading.needed]
        texts = [kind for kind in wanted if not arrow.types.is_primitive(kind)]
        numbers = sum(max(kind.bit_width / 8, 1) for kind in wanted if arrow.types.is_primitive(kind))
        per_row = numbers + per_text * len(texts)
        return float(facts.num_rows * per_row + unpacked * len(texts) / max(len(schema), 1))
