"""A local file to the frame that the person's own pandas makes of it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile, ColabMagicsError, SourceError
from colab_magics.extras import need
from colab_magics.idx import read_idx
from colab_magics.ingest.arrays import read_numpy, to_frame
from colab_magics.ingest.formats import LABELS, Format, Recognised
from colab_magics.transfer.local import LocalFile

if TYPE_CHECKING:
    import pandas as pd

_PACKED_SUFFIXES = (".gz", ".bz2", ".zip", ".xz", ".zst", ".tar")
_TEXT = (Format.CSV, Format.TSV, Format.JSON, Format.JSONL)
_LONGEST_REASON = 200


@dataclass(slots=True)
class _Task:
    """One file to read, and what the person should know about how it was read."""

    path: Path
    name: str
    recognised: Recognised
    member: str | None
    notes: list[str] = field(default_factory=list)


def read(file: LocalFile, recognised: Recognised, member: str | None = None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read a file with pandas' own defaults; return the frame, and notes on what the person would not expect.

    Raises `BrokenFile` with the reader's reason, `MissingExtra`, `BadOption`, `UnknownFormat`.
    """
    task = _Task(file.path, file.name, recognised, member)
    label = LABELS[recognised.format]
    _check(task)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            frame = _READERS[recognised.format](task)
        except ColabMagicsError:
            raise
        except MemoryError as error:
            raise SourceError(
                f"{file.name} needs more memory than there is: restart the kernel, or read less."
            ) from error
        except Exception as error:
            raise BrokenFile(f"{file.name} cannot be read as {label}: {_reason(error, task)}.") from error
    told = (str(warning.message) for warning in caught if _is_for_the_person(warning.category))
    task.notes += dict.fromkeys(told)
    if frame.empty and recognised.format in _TEXT:
        task.notes.append(
            "There are no rows in it, only column names." if len(frame.columns) else "It holds no values."
        )
    return frame, (*recognised.notes, *task.notes)


def _check(task: _Task) -> None:
    chosen = task.recognised.format
    if task.member is not None and chosen is not Format.NUMPY:
        raise BadOption(f"{task.name} is {LABELS[chosen]}, which has no members: leave --member out.")
    if task.recognised.is_gzipped and chosen not in (*_TEXT, Format.IDX):
        raise BrokenFile(f"{task.name} is {LABELS[chosen]} inside gzip, which is not read yet: unpack it first.")


def _read_text(task: _Task) -> pd.DataFrame:
    import pandas as pd

    reader: dict[Format, tuple[Callable[..., pd.DataFrame], dict[str, Any]]] = {
        Format.CSV: (pd.read_csv, {}),
        Format.TSV: (pd.read_csv, {"sep": "\t"}),
        Format.JSON: (pd.read_json, {}),
        Format.JSONL: (pd.read_json, {"lines": True}),
    }
    function, options = reader[task.recognised.format]
    options |= _compression(task) | _encoding(task)
    try:
        frame = function(task.path, **options)
    except UnicodeDecodeError:
        if "encoding" in options:
            raise
        frame = function(task.path, **options, encoding="cp1252")
        task.notes.append("The text is not UTF-8: it was read as Windows-1252 (cp1252), as old Excel files are.")
    _look_at_separator(task, frame)
    return frame


def _compression(task: _Task) -> dict[str, Any]:
    """Say it only where pandas, which goes by the name, would get it wrong."""
    suffix = task.path.suffix.lower()
    if task.recognised.is_gzipped:
        return {} if suffix == ".gz" else {"compression": "gzip"}
    return {"compression": None} if suffix in _PACKED_SUFFIXES else {}


def _encoding(task: _Task) -> dict[str, Any]:
    encoding = task.recognised.encoding
    if encoding is None:
        return {}
    if encoding == "utf-8-sig":
        return {} if task.recognised.format in (Format.CSV, Format.TSV) else {"encoding": encoding}
    task.notes.append(f"The text is {encoding.upper()}.")
    return {"encoding": encoding}


def _look_at_separator(task: _Task, frame: pd.DataFrame) -> None:
    if task.recognised.format is Format.CSV and len(frame.columns) == 1 and ";" in str(frame.columns[0]):
        task.notes.append(
            f'The columns seem to be separated by semicolons: pandas.read_csv("{task.name}", sep=";") takes them apart.'
        )


def _read_parquet(task: _Task) -> pd.DataFrame:
    import pandas as pd

    need("pyarrow", by="%ingest of a Parquet file", extra="formats")
    return pd.read_parquet(task.path)


def _read_excel(task: _Task) -> pd.DataFrame:
    import pandas as pd

    need("openpyxl", by="%ingest of an Excel file", extra="formats")
    with pd.ExcelFile(task.path, engine="openpyxl") as book:
        sheets = [str(sheet) for sheet in book.sheet_names]
        frame: pd.DataFrame = book.parse(0)
    if len(sheets) > 1:
        task.notes.append(f"This is the first sheet of {len(sheets)}: {', '.join(sheets)}.")
    return frame


def _read_numpy(task: _Task) -> pd.DataFrame:
    return to_frame(read_numpy(task.path, task.name, task.member))


def _read_idx(task: _Task) -> pd.DataFrame:
    return to_frame(read_idx(task.path))


_READERS: dict[Format, Callable[[_Task], pd.DataFrame]] = {
    **dict.fromkeys(_TEXT, _read_text),
    Format.PARQUET: _read_parquet,
    Format.EXCEL: _read_excel,
    Format.NUMPY: _read_numpy,
    Format.IDX: _read_idx,
}


def _is_for_the_person(category: type[Warning]) -> bool:
    return category.__name__ == "DtypeWarning" or issubclass(category, UserWarning)


def _reason(error: Exception, task: _Task) -> str:
    first = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    first = first.removeprefix("Error tokenizing data. C error: ").replace(str(task.path), task.name)
    return first[:_LONGEST_REASON].rstrip(". ")
