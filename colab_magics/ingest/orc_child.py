"""A program of its own that turns an ORC file into an Arrow file: older libraries of ORC abort on a damaged one.

Run by `child_main`, it is told ``path``, ``columns`` (all if empty), ``folder``.
"""

from itertools import chain
from pathlib import Path
from typing import Any


def main(order: dict[str, Any]) -> dict[str, Any]:
    """Write the columns that are asked for, or all, to ``orc.arrow``."""
    import pyarrow as pa
    from pyarrow.orc import ORCFile

    file = ORCFile(order["path"])
    names = file.schema.names
    missing = [name for name in order["columns"] if name not in names]
    if missing:
        return {"fault": "column", "column": missing[0], "known": names}
    columns = order["columns"] or None
    target = Path(order["folder"]) / "orc.arrow"
    with pa.OSFile(str(target), "wb") as sink:
        batches = (file.read_stripe(number, columns=columns) for number in range(file.nstripes))
        first = next(batches, None)
        schema = file.read(columns=columns).schema if first is None else first.schema
        with pa.ipc.new_file(sink, schema.with_metadata(file.schema.metadata)) as writer:
            for batch in () if first is None else chain([first], batches):
                batch.validate(full=True)
                writer.write_batch(batch)
    return {"file": target.name}
