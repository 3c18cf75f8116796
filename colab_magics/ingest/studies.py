"""Files of Stata, SAS and SPSS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from colab_magics.extras import need
from colab_magics.ingest.task import Reader, Task

if TYPE_CHECKING:
    import pandas as pd

_SAS_TABLE = b"\0" * 12


def read_stata(task: Task) -> pd.DataFrame:
    import pandas as pd

    read: Any = pd.read_stata
    columns = _columns(task, lambda: read(task.path, iterator=True))
    frame: pd.DataFrame = read(task.path, **_without_backend(task, read), **columns)
    return frame


def read_sas(task: Task) -> pd.DataFrame:
    import pandas as pd

    frame: pd.DataFrame = pd.read_sas(task.path, **_sas_options(task))
    if task.encoding is None and any(isinstance(value, bytes) for value in _first_texts(frame)):
        task.note("Text is held as bytes, as pandas reads SAS files: add --encoding latin-1, or --encoding infer.")
    return frame


def sas_pieces(task: Task, rows: int) -> Iterator[pd.DataFrame]:
    import pandas as pd

    with pd.read_sas(task.path, chunksize=rows, **_sas_options(task)) as pieces:
        yield from pieces


def read_spss(task: Task) -> pd.DataFrame:
    import pandas as pd

    need("pyreadstat", by="%ingest of an SPSS file", extra="formats")
    options = task.literals(pd.read_spss)
    if task.reading.columns:
        from pyreadstat import read_sav

        from colab_magics.ingest.names import find

        _, facts = read_sav(str(task.path), metadataonly=True)
        options["usecols"] = [find(name, facts.column_names) for name in task.reading.needed]
    return pd.read_spss(task.path, **options)


def _columns(task: Task, open_file: Any) -> dict[str, list[str]]:
    """Find the columns that are wanted among those of an open Stata file."""
    if not task.reading.columns:
        return {}
    from colab_magics.ingest.names import find

    with open_file() as reader:
        names = list(reader.variable_labels())
    return {"columns": [find(name, names) for name in task.reading.needed]}


def _without_backend(task: Task, function: Any) -> dict[str, Any]:
    options = task.literals(function)
    options.pop("dtype_backend", None)
    return options


def _sas_options(task: Task) -> dict[str, Any]:
    import pandas as pd

    with task.path.open("rb") as file:
        kind = "sas7bdat" if file.read(len(_SAS_TABLE)) == _SAS_TABLE else "xport"
    options = {"format": kind} | _without_backend(task, pd.read_sas)
    return options if task.encoding is None else {**options, "encoding": task.encoding}


def _first_texts(frame: pd.DataFrame) -> Iterator[object]:
    for place, kind in enumerate(frame.dtypes):
        if kind.kind == "O" and len(frame):
            yield frame.iloc[0, place]


STATA = Reader(read_stata)
SAS = Reader(read_sas, sas_pieces, takes=frozenset({"encoding"}))
SPSS = Reader(read_spss, applies=frozenset({"backend"}))
