"""Tables in text, CSV and JSON, read by pandas with its own defaults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from colab_magics.ingest.beginning import head
from colab_magics.ingest.dialect import sniff
from colab_magics.ingest.formats import PACKED_SUFFIXES, PLAIN_SUFFIXES, Format, bare
from colab_magics.ingest.names import find
from colab_magics.ingest.packing import HEAD
from colab_magics.ingest.task import Reader, Task

if TYPE_CHECKING:
    import pandas as pd


def read_csv(task: Task, **more: Any) -> pd.DataFrame:
    """Read all of a CSV or TSV file; with ``nrows``, its first rows."""
    import pandas as pd

    frame: pd.DataFrame = pd.read_csv(task.path, **csv_options(task), **more)
    return frame


def csv_pieces(task: Task, rows: int) -> Iterator[pd.DataFrame]:
    import pandas as pd

    with pd.read_csv(task.path, **csv_options(task), chunksize=rows) as pieces:
        yield from pieces


def read_json(task: Task, **more: Any) -> pd.DataFrame:
    """Read all of a file of JSON, or JSON lines; with ``nrows``, the first of the lines."""
    import pandas as pd

    frame: pd.DataFrame = pd.read_json(task.path, **json_options(task), **more)
    task.types(getattr(frame, "columns", ()))  # pandas says nothing of a column that is not there
    return frame


def json_pieces(task: Task, rows: int) -> Iterator[pd.DataFrame]:
    import pandas as pd

    with pd.read_json(task.path, **json_options(task), chunksize=rows) as pieces:
        yield from pieces


def csv_options(task: Task) -> dict[str, Any]:
    """Return what pandas needs to be told: nothing that the person did not ask for, and the file does not need."""
    import pandas as pd

    reading = task.reading
    options = task.literals(pd.read_csv) | _common(task) | dialect(task)
    is_named = bool(reading.columns or reading.parse_dates or reading.dtype)
    labels = _labels(pd.read_csv(task.path, **options, nrows=0)) if is_named else []
    if reading.columns:
        options["usecols"] = [find(name, labels) for name in reading.needed]
    if reading.dtype:
        options["dtype"] = task.types(labels)
    if reading.parse_dates:
        options["parse_dates"] = [find(name, labels) for name in reading.parse_dates]
    return options


def _labels(frame: pd.DataFrame) -> list[Any]:
    return [*frame.columns, *(name for name in frame.index.names if name is not None)]


def json_options(task: Task) -> dict[str, Any]:
    import pandas as pd

    options = task.literals(pd.read_json) | _common(task)
    if task.recognised.format is Format.JSONL:
        options.setdefault("lines", True)
    if task.reading.dtype:
        options["dtype"] = task.types([name for name, _ in task.reading.dtype])
    return options


def _common(task: Task) -> dict[str, Any]:
    # pandas goes by the name, which would be wrong for a file that is plain.
    is_misnamed = task.path.suffix.lower() in (*PACKED_SUFFIXES, ".zip", ".tar")
    packed = {"compression": None} if is_misnamed else {}
    if task.encoding is not None:
        return {**packed, "encoding": task.encoding}
    encoding = task.recognised.encoding
    if encoding is None or (encoding == "utf-8-sig" and task.recognised.format in (Format.CSV, Format.TSV)):
        return packed
    if encoding != "utf-8-sig":
        task.note(f"The text is {encoding.upper()}.")
    return {**packed, "encoding": encoding}


def dialect(task: Task) -> dict[str, Any]:
    """Return how the columns of a CSV or TSV file are separated, where it is not as pandas expects."""
    if task.reading.sep is not None:
        return {"sep": task.reading.sep}
    if task.recognised.format is Format.TSV:
        return {"sep": "\t"}
    with task.path.open("rb") as file:
        start = file.read(HEAD)
    text = start.decode(task.encoding or task.recognised.encoding or "utf-8", errors="replace")
    may_be_spaces = PurePath(bare(task.name)).suffix in set(PLAIN_SUFFIXES) - {".csv", ".tsv", ".tab"}
    found = sniff(text, is_whole=len(start) < HEAD, may_be_spaces=may_be_spaces)
    if found is None:
        return {}
    task.note(found.note)
    given = {key for key, _ in task.reading.reader}
    decimal = {} if found.decimal == "." or "decimal" in given else {"decimal": found.decimal}
    return {"sep": found.sep, **decimal}


CSV = Reader(
    whole=read_csv,
    pieces=csv_pieces,
    head=lambda task, rows: head(task, rows, lambda task, rows: read_csv(task, nrows=rows)),
    applies=frozenset({"dtype", "parse_dates", "backend"}),
    takes=frozenset({"sep", "encoding"}),
)
JSON = Reader(read_json, applies=frozenset({"dtype", "backend"}), takes=frozenset({"encoding"}))
JSONL = JSON._replace(
    pieces=json_pieces, head=lambda task, rows: head(task, rows, lambda task, rows: read_json(task, nrows=rows))
)
