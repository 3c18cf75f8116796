"""Partitions of Parquet files: row groups, read by pyarrow into the frames that pandas itself makes of them."""

from __future__ import annotations

import io
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile
from colab_magics.format import number
from colab_magics.ingest.engines.kinds import Kinds, kinds_of
from colab_magics.ingest.engines.lazy import lazy_frame
from colab_magics.ingest.engines.origin import Origin, window
from colab_magics.ingest.engines.partitions import chosen, needed_of
from colab_magics.ingest.engines.values import faults_named
from colab_magics.ingest.names import find, listed

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from colab_magics.ingest.condition import Condition
    from colab_magics.ingest.engines.outline import Made
    from colab_magics.ingest.task import Task


@dataclass(frozen=True, slots=True)
class Group:
    """Row groups of a Parquet file, from the one number up to the other."""

    origin: Origin
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class GroupReader:
    """Reads a `Group`; what it takes is as for `TextReader`, ``types`` are the person's."""

    kinds: Kinds
    types: Mapping[Hashable, Any] = field(hash=False)
    dates: tuple[Hashable, ...] = ()
    wanted: tuple[Hashable, ...] = ()
    where: Condition | None = None

    def __call__(self, group: Group, columns: Sequence[Hashable] | None = None) -> pd.DataFrame:
        from pyarrow.parquet import ParquetFile

        wanted = list(self.wanted if columns is None else columns)
        needed = needed_of(wanted, self.where, list(self.kinds.meta.columns))
        numbers = list(range(group.first, group.last))
        with ParquetFile(window(group.origin), pre_buffer=False) as file:
            table = file.read_row_groups(numbers, columns=[str(label) for label in needed], use_threads=False)
        frame = with_types(to_pandas(table)[needed], self.types, self.dates)
        place = f"in the row groups {group.first} to {group.last - 1} of {group.origin.name}"
        return chosen(self.kinds.fit(frame, place), self.where, wanted)


def to_pandas(table: Any) -> pd.DataFrame:
    """Make the frame that pandas itself makes of such a table: it decides how text is held."""
    import pandas as pd
    from pyarrow import feather

    buffer = io.BytesIO()
    feather.write_feather(table, buffer, compression="uncompressed")
    buffer.seek(0)
    return pd.read_feather(buffer)


def with_types(frame: pd.DataFrame, types: Mapping[Hashable, Any], dates: Sequence[Hashable]) -> pd.DataFrame:
    import pandas as pd

    frame = frame.copy(deep=False)
    for label in [label for label in dates if label in frame.columns]:
        frame[label] = pd.to_datetime(frame[label])
    own = {label: kind for label, kind in types.items() if label in frame.columns}
    return frame.astype(own) if own else frame


def row_groups(task: Task, origin: Origin, size: int, path: Path | None = None) -> list[Group]:
    """Put row groups together up to the size of a block; ``path`` has at least the footer of the file."""
    from pyarrow.parquet import ParquetFile

    with faults_named(task, Exception), ParquetFile(path or task.path) as file:
        facts, weight = file.metadata, 0
        groups: list[Group] = []
        for place in range(facts.num_row_groups):
            more = facts.row_group(place).total_byte_size
            if groups and weight + more <= size:
                groups[-1], weight = replace(groups[-1], last=place + 1), weight + more
            else:
                groups.append(Group(origin, place, place + 1))
                weight = more
    return groups


def group_frame(
    tasks: Sequence[Task], groups: Sequence[Sequence[Group]], paths: Sequence[Path] = (), *, is_here: bool = True
) -> Made:
    """Make the frame of Parquet files of one schema; ``paths`` have at least their footers, all where ``is_here``."""
    task, paths = tasks[0], paths or [one.path for one in tasks]
    schema, rows = _schema(tasks, paths)
    needed = [find(name, schema.names) for name in task.reading.needed] or schema.names
    wanted = [find(name, schema.names) for name in task.reading.columns] or schema.names
    types = task.types(schema.names) if task.reading.dtype else {}
    types = types if isinstance(types, dict) else dict.fromkeys(schema.names, types)
    dates = tuple(find(name, schema.names) for name in task.reading.parse_dates)
    meta = with_types(_with_missing(tasks, paths, schema, needed), types, dates)
    kinds = replace(
        kinds_of(meta, "its schema"), objects={name: "boolean" for name in needed if _is_flag(schema, name, meta)}
    )
    if task.reading.where is not None:
        task.reading.where.mask(meta)  # what cannot be compared is told now
    reader = GroupReader(kinds, types, dates, tuple(wanted), task.reading.where)
    counted = number(rows) if task.reading.where is None else ""
    parts = [group for one in groups for group in one]
    if not parts:
        raise BrokenFile(f"{task.name} has no row groups, and so no rows: leave --engine out.")
    first = reader(replace(parts[0], last=parts[0].first + 1)) if is_here else meta[wanted]
    return lazy_frame(task, reader, parts, first, counted, "of one row group or more", meta[wanted])


def _schema(tasks: Sequence[Task], paths: Sequence[Path]) -> tuple[Any, int]:
    from pyarrow.parquet import ParquetFile

    rows = 0
    first: Any = None
    for task, path in zip(tasks, paths, strict=True):
        with faults_named(task, Exception), ParquetFile(path) as file:
            schema = file.schema_arrow
            rows += file.metadata.num_rows
        first = schema if first is None else first
        if not schema.equals(first):
            raise BrokenFile(
                f"{task.name} and {tasks[0].name} do not have the same columns and types: read them apart."
            )
    index = [name for name in ((first.pandas_metadata or {}).get("index_columns", [])) if isinstance(name, str)]
    if index:
        raise BadOption(f"{tasks[0].name} holds an index of pandas ({listed(index)}): leave --engine out.")
    return first, rows


def _with_missing(tasks: Sequence[Task], paths: Sequence[Path], schema: Any, needed: Sequence[str]) -> pd.DataFrame:
    """Return a frame without rows, of the types that pandas gives to columns of which some values are missing."""
    from colab_magics.ingest.child import ask

    frame = to_pandas(schema.empty_table())[list(needed)]
    for task, path in zip(tasks, paths, strict=True):
        nulls = ask(replace(task, path=path), "parquet_child.py", nulls=True).get("nulls", {})
        for name in needed:
            if nulls.get(name):
                kind = frame[name].dtype.kind if hasattr(frame[name].dtype, "kind") else ""
                plain = not hasattr(frame[name].dtype, "na_value") and kind
                if plain in ("i", "u", "b"):
                    frame[name] = frame[name].astype("object" if kind == "b" else "float64")
    return frame


def _is_flag(schema: Any, name: Hashable, meta: pd.DataFrame) -> bool:
    from pyarrow import types

    return bool(types.is_boolean(schema.field(name).type)) and bool(meta[name].dtype == object)
