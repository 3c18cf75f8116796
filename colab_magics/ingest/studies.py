"""Files of Stata, SAS and SPSS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BrokenFile
from colab_magics.extras import need
from colab_magics.ingest import literals
from colab_magics.ingest.child import ask, reason
from colab_magics.ingest.names import find
from colab_magics.ingest.packing import HEAD
from colab_magics.ingest.recognition import is_portable_spss
from colab_magics.ingest.task import Reader, Task

if TYPE_CHECKING:
    import pandas as pd

_SAS_TABLE = b"\0" * 12
_NEW_TRANSPORT = b"HEADER RECORD*******LIBV8"


def read_stata(task: Task) -> pd.DataFrame:
    import pandas as pd

    read: Any = pd.read_stata
    columns = _columns(task, lambda: read(task.path, iterator=True))
    frame: pd.DataFrame = read(task.path, **_without_backend(task, read), **columns)
    return frame


def read_sas(task: Task) -> pd.DataFrame:
    import pandas as pd

    if _starts(task, _NEW_TRANSPORT):
        return _read_new_transport(task)
    frame: pd.DataFrame = pd.read_sas(task.path, **_sas_options(task))
    if task.encoding is None and any(isinstance(value, bytes) for value in _first_texts(frame)):
        task.note("Text is held as bytes, as pandas reads SAS files: add --encoding latin-1, or --encoding infer.")
    return frame


def sas_pieces(task: Task, rows: int) -> Iterator[pd.DataFrame]:
    import pandas as pd

    if _starts(task, _NEW_TRANSPORT):
        yield _read_new_transport(task)
        return
    with pd.read_sas(task.path, chunksize=rows, **_sas_options(task)) as pieces:
        yield from pieces


def read_spss(task: Task) -> pd.DataFrame:
    import pandas as pd

    options = task.literals(pd.read_spss)
    with task.path.open("rb") as file:
        is_portable = is_portable_spss(file.read(HEAD))
    columns = _tried(task, "read_por" if is_portable else "read_sav")
    if is_portable:
        return _read_portable(task, columns, **options)
    return pd.read_spss(task.path, usecols=columns, **options)


def _read_portable(task: Task, columns: list[str] | None, **options: Any) -> pd.DataFrame:
    """Do what `pandas.read_spss` does with the files that it knows."""
    import pyreadstat

    backend, is_labelled = options.pop("dtype_backend", None), options.pop("convert_categoricals", True)
    read: Any = pyreadstat.read_por
    frame, facts = read(str(task.path), usecols=columns, apply_value_formats=is_labelled, **options)
    frame.attrs = vars(facts)
    made: pd.DataFrame = frame if backend is None else frame.convert_dtypes(dtype_backend=backend)
    return made


def _read_new_transport(task: Task) -> pd.DataFrame:
    """Read a transport file of SAS 8 and later, which pandas does not know."""
    import pyreadstat

    literals.refuse(task.reading.reader, "A transport file of SAS 8")
    columns = _tried(task, "read_xport")
    read: Any = pyreadstat.read_xport
    frame: pd.DataFrame = read(str(task.path), usecols=columns, encoding=task.encoding)[0]
    return frame


def _tried(task: Task, reader: str) -> list[str] | None:
    """Find the wanted columns, all if None, after a child process could read them: pyreadstat may crash over them."""
    need("pyreadstat", by=f"%ingest of {task.label}", extra="formats")
    answer = ask(task, "studies_child.py", reader=reader, columns=list(task.reading.needed))
    if "names" not in answer:
        raise BrokenFile(f"{task.name} cannot be read as {task.label}: {reason(task, answer)}.")
    return [find(name, answer["names"]) for name in task.reading.needed] or None


def _columns(task: Task, open_file: Any) -> dict[str, list[str]]:
    """Find the columns that are wanted among those of an open Stata file."""
    if not task.reading.columns:
        return {}
    with open_file() as reader:
        names = list(reader.variable_labels())
    return {"columns": [find(name, names) for name in task.reading.needed]}


def _without_backend(task: Task, function: Any) -> dict[str, Any]:
    options = task.literals(function)
    options.pop("dtype_backend", None)
    return options


def _sas_options(task: Task) -> dict[str, Any]:
    import pandas as pd

    kind = "sas7bdat" if _starts(task, _SAS_TABLE) else "xport"
    options = {"format": kind} | _without_backend(task, pd.read_sas)
    return options if task.encoding is None else {**options, "encoding": task.encoding}


def _starts(task: Task, start: bytes) -> bool:
    with task.path.open("rb") as file:
        return file.read(len(start)) == start


def _first_texts(frame: pd.DataFrame) -> Iterator[object]:
    for place, kind in enumerate(frame.dtypes):
        if kind.kind == "O" and len(frame):
            yield frame.iloc[0, place]


STATA = Reader(read_stata)
SAS = Reader(read_sas, sas_pieces, takes=frozenset({"encoding"}))
SPSS = Reader(read_spss, applies=frozenset({"backend"}))
