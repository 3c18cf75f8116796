"""A frame in a few facts: what its columns are, what is missing, how its first rows look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 20
PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 8
_LONGEST_TEXT = 28
_MOST_DIGITS = 9
_MOST_COUNTED = 200_000  # rows up to which distinct values are counted
_MOST_MEASURED = 1_000_000  # Python objects up to which each is weighed
_JOINERS = "\u200c\u200d"  # do not print, but hold emoji and scripts together


@dataclass(frozen=True, slots=True)
class Column:
    """One column as text: ``distinct`` is empty, and ``missing`` None, where the values were not counted."""

    name: str
    type: str
    missing: int | None
    distinct: str
    example: str
    is_numeric: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """A frame's facts; ``columns`` has the first `MOST_COLUMNS`, ``preview`` the first rows of the first columns.

    ``memory`` is in bytes, and a lower bound where ``is_weighed`` is False.
    """

    rows: int
    width: int
    memory: int
    is_weighed: bool
    columns: tuple[Column, ...]
    preview: tuple[tuple[str, ...], ...]


def summarise(frame: pd.DataFrame) -> Summary:
    """Look at a frame, at a cost that does not grow with what cannot be shown."""
    from pandas.api.types import is_object_dtype

    shown = [frame.iloc[:, place] for place in range(min(len(frame.columns), MOST_COLUMNS))]
    is_weighed = len(frame) * sum(map(is_object_dtype, frame.dtypes)) <= _MOST_MEASURED
    head = frame.iloc[:PREVIEW_ROWS, :PREVIEW_COLUMNS]
    return Summary(
        rows=len(frame),
        width=len(frame.columns),
        memory=int(frame.memory_usage(deep=is_weighed).sum()),
        is_weighed=is_weighed,
        columns=tuple(_column(column) for column in shown),
        preview=tuple(tuple(map(short, row)) for row in head.itertuples(index=False, name=None)),
    )


def restored(facts: dict[str, Any]) -> Summary:
    """Make a summary again of what `dataclasses.asdict` and JSON made of one."""
    columns = tuple(Column(**column) for column in facts["columns"])
    preview = tuple(map(tuple, facts["preview"]))
    return Summary(**{**facts, "columns": columns, "preview": preview})


def values(frame: pd.DataFrame) -> str:
    """Describe the values of a frame that was one array: their type, and the least and greatest."""
    array = frame.to_numpy()
    if not array.size or array.dtype.kind not in "biuf":
        return str(array.dtype)
    return f"{array.dtype}, {short(array.min())} to {short(array.max())}"


def short(value: object) -> str:
    """Show a value in one short line, without characters that would act instead of being seen."""
    text = str(value)
    if isinstance(value, float) and len(text) > _MOST_DIGITS:
        text = f"{value:.6g}"
    text = " ".join(text[: 4 * _LONGEST_TEXT].split())
    text = "".join(letter if letter.isprintable() or letter in _JOINERS else "·" for letter in text)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _column(column: pd.Series[Any]) -> Column:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    is_there = column.notna().to_numpy()
    missing = len(column) - int(is_there.sum())
    example = short(column.iloc[is_there.argmax()]) if missing < len(column) else ""
    is_numeric = is_numeric_dtype(column.dtype) and not is_bool_dtype(column.dtype)
    return Column(short(column.name), str(column.dtype), missing, _distinct(column), example, is_numeric)


def _distinct(column: pd.Series[Any]) -> str:
    if len(column) > _MOST_COUNTED:
        return ""
    try:
        return f"{column.nunique():,}"
    except TypeError:  # lists and dicts of JSON
        return ""
