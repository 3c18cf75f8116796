"""Parquet, Arrow and ORC: what is not asked for is not read."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BrokenFile, MissingExtra
from colab_magics.extras import need
from colab_magics.ingest.child import ask, reason
from colab_magics.ingest.names import find
from colab_magics.ingest.pushdown import pushed
from colab_magics.ingest.task import Reader, Task

if TYPE_CHECKING:
    import pandas as pd

_OLD_FEATHER = b"FEA1"
_STREAM = b"\xff\xff\xff\xff"
_SAFE = (14, 0, 1)  # before, a file could run code: CVE-2023-47248


def read_parquet(task: Task) -> pd.DataFrame:
    """Read the columns that are wanted; rows that cannot meet the condition are left out as far as pyarrow can."""
    import pandas as pd

    need_arrow(task)
    options = task.literals(pd.read_parquet)
    if task.reading.columns or task.reading.where is not None:
        schema = _parquet(task).schema_arrow
        if task.reading.columns:
            options["columns"] = _columns(task, schema.names)
        filters = None if task.reading.where is None else pushed(task.reading.where, schema)
        if filters is not None:
            options["filters"] = filters
    return pd.read_parquet(task.path, **options)


def parquet_pieces(task: Task, rows: int) -> Iterator[pd.DataFrame]:
    arrow = need_arrow(task)
    file = _parquet(task, pre_buffer=False)  # else pyarrow reads all of it ahead, for a first row, too
    columns = _with_index(_columns(task, file.schema_arrow.names), file.schema_arrow)
    with file:
        for batch in file.iter_batches(batch_size=rows, columns=columns):
            yield _to_pandas(
                task, arrow.Table.from_batches([batch]).replace_schema_metadata(file.schema_arrow.metadata)
            )


def read_arrow(task: Task) -> pd.DataFrame:
    """Read an Arrow or Feather file by pandas; a stream, which pandas does not know, by pyarrow.

    Feather of the first version trusts every offset in the file, so that a child process reads it.
    """
    import pandas as pd

    need_arrow(task)
    options = task.literals(pd.read_feather)
    if _starts(task, _OLD_FEATHER):
        return read_arrow(_as_arrow(task))
    with _batches(task) as (schema, batches):
        columns = _columns(task, schema.names)
        # Arrow trusts what a file says of its own buffers: check, before anything follows it out of memory.
        for batch in batches:
            batch.validate(full=True)
    if _starts(task, _STREAM):
        return pd.concat(list(arrow_pieces(task, 1 << 62)), ignore_index=True)
    return pd.read_feather(task.path, columns=columns, **options)


def arrow_pieces(task: Task, rows: int) -> Iterator[pd.DataFrame]:
    arrow = need_arrow(task)
    task = _as_arrow(task) if _starts(task, _OLD_FEATHER) else task
    with _batches(task) as (schema, batches):
        columns = _with_index(_columns(task, schema.names), schema)
        yield _to_pandas(task, _chosen(schema.empty_table(), columns))
        for batch in batches:
            batch.validate(full=True)
            table = _chosen(arrow.Table.from_batches([batch], schema), columns)
            for start in range(0, len(table), rows):
                yield _to_pandas(task, table.slice(start, rows))


def read_orc(task: Task) -> pd.DataFrame:
    """Read an ORC file by way of an Arrow file, which a child process makes of it."""
    import pandas as pd

    task.literals(pd.read_orc)
    return read_arrow(_as_arrow(task))


def orc_pieces(task: Task, rows: int) -> Iterator[pd.DataFrame]:
    yield from arrow_pieces(_as_arrow(task), rows)


def _as_arrow(task: Task) -> Task:
    need_arrow(task)
    answer = ask(task, "arrow_child.py", columns=list(task.reading.needed))
    if answer.get("fault") == "column":
        find(answer["column"], answer["known"])
    if "fault" in answer:
        raise BrokenFile(f"{task.name} cannot be read as {task.label}: {reason(task, answer)}.")
    return replace(task, path=task.folder / answer["file"])


def need_arrow(task: Task) -> Any:
    """Import pyarrow, unless it is one that a file can misuse. Raises `MissingExtra`."""
    arrow = need("pyarrow", by=f"%ingest of {task.label}", extra="formats")
    version = tuple(int(part) for part in arrow.__version__.split(".")[:3] if part.isdecimal())
    if version < _SAFE:
        raise MissingExtra(
            f"pyarrow {arrow.__version__} can be made to run code by a file. Run  %pip install -U "
            '"pyarrow>=14.0.1"  and restart the kernel.'
        )
    return arrow


def _parquet(task: Task, **how: bool) -> Any:
    from pyarrow.parquet import ParquetFile

    return ParquetFile(task.path, **how)


def _starts(task: Task, start: bytes) -> bool:
    with task.path.open("rb") as file:
        return file.read(len(start)) == start


@contextmanager
def _batches(task: Task) -> Iterator[tuple[Any, Iterable[Any]]]:
    arrow = need_arrow(task)
    with arrow.OSFile(str(task.path)) as source:
        if _starts(task, _STREAM):
            reader = arrow.ipc.open_stream(source)
            yield reader.schema, reader
            return
        file = arrow.ipc.open_file(source)
        yield file.schema, (file.get_batch(number) for number in range(file.num_record_batches))


def _columns(task: Task, names: list[str]) -> list[str] | None:
    return [find(name, names) for name in task.reading.needed] or None


def _with_index(columns: list[str] | None, schema: Any) -> list[str] | None:
    """Add the columns in which pandas keeps the index of a frame."""
    kept = (schema.pandas_metadata or {}).get("index_columns", [])
    index = [name for name in kept if isinstance(name, str) and name in schema.names]
    return None if columns is None else list(dict.fromkeys((*columns, *index)))


def _chosen(table: Any, columns: list[str] | None) -> Any:
    return table if columns is None else table.select(columns)


def _to_pandas(task: Task, table: Any) -> pd.DataFrame:
    """Make the frame that pandas itself makes of such a table: it decides how text is held."""
    import pandas as pd
    from pyarrow import feather

    buffer = io.BytesIO()
    feather.write_feather(table, buffer, compression="uncompressed")
    buffer.seek(0)
    backend: dict[str, Any] = {} if task.reading.backend == "numpy" else {"dtype_backend": task.reading.backend}
    return pd.read_feather(buffer, **backend)


_ARROW = frozenset({"backend"})
PARQUET = Reader(read_parquet, parquet_pieces, applies=_ARROW)
ARROW = Reader(read_arrow, arrow_pieces, applies=_ARROW)
ORC = Reader(read_orc, orc_pieces, applies=_ARROW)
