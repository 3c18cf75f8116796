"""A program of its own that turns a file into an Arrow file: what reads ORC and old Feather crashes on damaged ones.

Run by `child_main`, it is told ``path``, ``columns`` (all if empty), ``folder``.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any


def main(order: dict[str, Any]) -> dict[str, Any]:
    """Write the columns that are asked for, or all, to ``made.arrow``."""
    import pyarrow as pa

    path, columns = Path(order["path"]), order["columns"]
    with path.open("rb") as file:
        read = _feather if file.read(4) == b"FEA1" else _orc
    names, schema, batches = read(path, columns)
    missing = [name for name in columns if name not in names]
    if missing:
        return {"fault": "column", "column": missing[0], "known": names}
    target = Path(order["folder"]) / "made.arrow"
    with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in batches:
            batch.validate(full=True)
            writer.write_batch(batch)
    return {"file": target.name}


def _orc(path: Path, columns: list[str]) -> tuple[list[str], Any, Iterator[Any]]:
    """Return the names of all columns, the schema of those that are wanted, and their rows."""
    from pyarrow.orc import ORCFile

    file = ORCFile(path)
    names = file.schema.names
    if not set(columns) <= set(names):
        return names, None, iter(())
    batches = (file.read_stripe(number, columns=columns or None) for number in range(file.nstripes))
    first = next(batches, None)
    schema = file.read(columns=columns or None).schema if first is None else first.schema
    return names, schema.with_metadata(file.schema.metadata), chain(() if first is None else (first,), batches)


def _feather(path: Path, columns: list[str]) -> tuple[list[str], Any, Iterator[Any]]:
    from pyarrow import feather

    table = feather.read_table(str(path))
    names = table.schema.names
    wanted = table.select(columns) if columns and set(columns) <= set(names) else table
    return names, wanted.schema, iter(wanted.to_batches())
