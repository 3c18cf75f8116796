"""A program of its own that turns an ORC file into an Arrow file: older libraries of ORC abort on a damaged one.

It is told by one word of JSON: ``path``, ``columns``, ``stripes`` or null, ``folder``, ``seconds``; it answers in JSON.
"""

import json
import sys
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


def _limit(order: dict[str, Any]) -> None:
    try:
        import resource
    except ImportError:  # Windows: the time limit of the parent is all there is
        return
    for kind, most in ((resource.RLIMIT_CPU, order["seconds"] + 1), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    _limit(order)
    try:
        answer = main(order)
    except Exception as error:  # noqa: BLE001 (whatever it is, the parent makes a sentence of it)
        answer = {"fault": "error", "reason": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(answer))
