"""A local file to the frame that the person's own pandas makes of it, or to the part of it that is wanted."""

from __future__ import annotations

import re
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from colab_magics.errors import BadOption, BrokenFile, ColabMagicsError, SourceError
from colab_magics.format import printable
from colab_magics.ingest import literals
from colab_magics.ingest.estimate import check_room
from colab_magics.ingest.formats import TEXTS, Format
from colab_magics.ingest.names import find
from colab_magics.ingest.rows import batches, first_rows, is_counted, new_seed, sample, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from colab_magics.ingest.task import Reader, Task

T = TypeVar("T")

_READERS = {
    Format.CSV: "text:CSV",
    Format.TSV: "text:CSV",
    Format.JSON: "text:JSON",
    Format.JSONL: "text:JSONL",
    Format.PARQUET: "columnar:PARQUET",
    Format.ARROW: "columnar:ARROW",
    Format.ORC: "columnar:ORC",
    Format.EXCEL: "books:BOOK",
    Format.ODS: "books:BOOK",
    Format.SQLITE: "databases:SQLITE",
    Format.DUCKDB: "databases:DUCKDB",
    Format.HDF5: "hierarchy:HDF5",
    Format.STATA: "studies:STATA",
    Format.SAS: "studies:SAS",
    Format.SPSS: "studies:SPSS",
    Format.XML: "markup:XML",
    Format.HTML: "markup:HTML",
    Format.IMAGES: "pictures:PICTURES",
    Format.NUMPY: "arrays:NUMPY",
    Format.IDX: "arrays:IDX",
}
"""Where each reader is: imported when it is needed, with what it needs."""

_OWN_OPTIONS = ("sep", "encoding", "table", "sheet")
_PIECE = 50_000  # rows of a piece
_LONGEST_REASON = 200
_RAGGED = re.compile(r"Expected \d+ fields in line \d+, saw \d+")
_SKIP = ". Look at that line; to leave such lines out, add  -- on_bad_lines='skip'"


def read(task: Task) -> pd.DataFrame:
    """Read what is wanted; what the person would not expect is told in ``task.notes``.

    Raises `BrokenFile` with the reader's reason, `MissingExtra`, `BadOption`, `UnknownFormat`, `TooLarge`.
    """
    reader = reader_of(task.recognised.format)
    _check(task, reader)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            frame = _decoded(task, lambda: _rows(task, reader))
        except ColabMagicsError:
            raise
        except MemoryError as error:
            raise SourceError(
                f"{task.name} needs more memory than there is: restart the kernel, or read less."
            ) from error
        except Exception as error:
            raise BrokenFile(f"{task.name} cannot be read as {task.label}: {_reason(error, task)}.") from error
    for warning in caught:
        if _is_for_the_person(warning.category):
            task.note(printable(str(warning.message)))
    if frame.empty and task.recognised.format in TEXTS:
        told = "There are no rows in it, only column names." if len(frame.columns) else "It holds no values."
        task.note("No row meets the condition." if task.reading.where is not None and len(frame.columns) else told)
    return frame


def reader_of(format_: Format) -> Reader:
    """Import the reader of a format."""
    module, _, name = _READERS[format_].partition(":")
    reader: Reader = getattr(import_module(f"colab_magics.ingest.{module}"), name)
    return reader


def _check(task: Task, reader: Reader) -> None:
    if task.member is not None and "member" not in reader.takes:
        raise BadOption(f"{task.name} is {task.label}, which has no members: leave --member out.")
    for option in _OWN_OPTIONS:
        if getattr(task.reading, option) is not None and option not in reader.takes:
            raise BadOption(f"{task.name} is {task.label}, which has no use for --{option}: leave it out.")
    if "reader" in reader.takes:
        literals.refuse(task.reading.reader, task.label)


def _decoded(task: Task, act: Callable[[], T]) -> T:
    """Read once more with a guessed encoding where the text is not UTF-8."""
    try:
        return act()
    except UnicodeDecodeError:
        if task.recognised.format not in TEXTS or task.encoding or task.recognised.encoding:
            raise
        from colab_magics.ingest.encoding import guess

        task.encoding, note = guess(task.path)
        task.note(note)
        return act()


def _rows(task: Task, reader: Reader) -> pd.DataFrame:
    reading = task.reading
    check_room(task, reader)
    if reading.head is not None:
        frame = _head(task, reader, reading.head)
    elif reading.sample is not None:
        seed = new_seed() if reading.seed is None else reading.seed
        frame, total = sample(_pieces(task, reader), reading.where, reading.sample, seed)
        task.note(told(len(frame), total, seed))
    else:
        frame = reader.whole(task)
        if reading.where is not None:
            is_numbered = is_counted(frame)
            frame = frame[reading.where.mask(frame)]
            frame = frame.reset_index(drop=True) if is_numbered else frame
    return _finished(task, reader, frame)


def _head(task: Task, reader: Reader, count: int) -> pd.DataFrame:
    if reader.head is not None and task.reading.where is None:
        return reader.head(task, count)
    return first_rows(_pieces(task, reader, count), task.reading.where, count)


def _pieces(task: Task, reader: Reader, count: int = _PIECE) -> Iterator[pd.DataFrame]:
    rows = _PIECE if task.reading.where is not None else min(max(count, 1), _PIECE)
    return batches(reader.whole(task), rows) if reader.pieces is None else reader.pieces(task, rows)


def _finished(task: Task, reader: Reader, made: Any) -> pd.DataFrame:
    """Apply what the reader itself has not."""
    import pandas as pd

    if not isinstance(made, pd.DataFrame):
        raise BadOption(f"With these options after -- pandas makes a {type(made).__name__} and no frame.")
    reading, frame = task.reading, made
    if reading.columns:
        index = [str(name) for name in frame.index.names]
        wanted = [find(name, frame.columns) for name in reading.columns if name not in index]
        frame = frame if list(frame.columns) == wanted else frame[wanted]
    if reading.dtype and "dtype" not in reader.applies:
        frame = _cast(frame, task.types(frame.columns))
    if reading.parse_dates and "parse_dates" not in reader.applies:
        frame = frame.copy(deep=False)
        for label in [find(name, frame.columns) for name in reading.parse_dates]:
            frame[label] = pd.to_datetime(frame[label])
    if reading.backend != "numpy" and "backend" not in reader.applies:
        frame = frame.convert_dtypes(dtype_backend="pyarrow")
    return frame


def _cast(frame: pd.DataFrame, types: Any) -> pd.DataFrame:
    try:
        return frame.astype(types)
    except (TypeError, ValueError) as error:
        raise BadOption(f"--dtype: {str(error)[:_LONGEST_REASON].rstrip('. ')}.") from error


def _is_for_the_person(category: type[Warning]) -> bool:
    return category.__name__ == "DtypeWarning" or issubclass(category, UserWarning)


def _reason(error: Exception, task: Task) -> str:
    first = next(iter(printable(str(error)).strip().splitlines()), "") or type(error).__name__
    first = first.removeprefix("Error tokenizing data. C error: ").replace(str(task.path), task.name)
    hint = _SKIP if _RAGGED.match(first) and task.recognised.format in (Format.CSV, Format.TSV) else ""
    return first[:_LONGEST_REASON].rstrip(". ") + hint
