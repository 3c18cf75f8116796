"""A frame in a few facts: what its columns are, what is missing, how its first rows look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.ingest.profile import profile, sampled, short

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 20
PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 8
_PART = 1 << 16
_MOST_MEASURED = 1_000_000  # Python objects up to which each is weighed


@dataclass(frozen=True, slots=True)
class Column:
    """One column as text; ``distinct``, ``words`` and ``bars`` as `Profile` has them, or empty where nobody looked.

    ``missing`` is None where nobody counted.
    """

    name: str
    type: str
    missing: int | None
    distinct: str
    words: str
    is_numeric: bool
    bars: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A frame's facts; ``columns`` has the first `MOST_COLUMNS`, ``preview`` the first rows of the first columns.

    ``memory`` is in bytes, and a lower bound where ``is_weighed`` is False. ``sampled``: how many rows the values were
    looked at of, where not all.
    """

    rows: int
    width: int
    memory: int
    is_weighed: bool
    columns: tuple[Column, ...]
    preview: tuple[tuple[str, ...], ...]
    sampled: int | None = None


def summarise(frame: pd.DataFrame) -> Summary:
    """Look at a frame, at a cost that does not grow with what cannot be shown."""
    from pandas.api.types import is_object_dtype

    shown = frame.iloc[:, :MOST_COLUMNS]
    sample = sampled(shown)
    pairs = zip(shown.items(), sample.items(), strict=True)
    is_weighed = len(frame) * sum(map(is_object_dtype, frame.dtypes)) <= _MOST_MEASURED
    head = frame.iloc[:PREVIEW_ROWS, :PREVIEW_COLUMNS]
    return Summary(
        rows=len(frame),
        width=len(frame.columns),
        memory=int(frame.memory_usage(index=False, deep=is_weighed).sum() + frame.index.memory_usage(deep=is_weighed)),
        is_weighed=is_weighed,
        columns=tuple(_column(column, some) for (_, column), (_, some) in pairs),
        preview=tuple(tuple(map(short, row)) for row in head.itertuples(index=False, name=None)),
        sampled=len(sample) if len(sample) < len(frame) else None,
    )


def restored(facts: dict[str, Any]) -> Summary:
    """Make a summary again of what `dataclasses.asdict` and JSON made of one."""
    columns = tuple(Column(**{**column, "bars": tuple(column["bars"])}) for column in facts["columns"])
    preview = tuple(map(tuple, facts["preview"]))
    return Summary(**{**facts, "columns": columns, "preview": preview})


def values(frame: pd.DataFrame) -> str:
    """Describe the values of a frame that was one array: their type, and the least and greatest."""
    array = frame.to_numpy()
    if not array.size or array.dtype.kind not in "biuf":
        return str(array.dtype)
    return f"{array.dtype}, {short(array.min())} to {short(array.max())}"


def _column(column: pd.Series[Any], sample: pd.Series[Any]) -> Column:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    there = _there(column)
    found = profile(sample, there)
    is_numeric = is_numeric_dtype(column.dtype) and not is_bool_dtype(column.dtype)
    name, kind, missing = short(column.name), str(column.dtype), len(column) - there
    return Column(name, kind, missing, found.distinct, found.words, is_numeric, found.bars)


def _there(column: pd.Series[Any]) -> int:
    """Count what is not missing: most kinds of columns know it at once, or nearly so."""
    import numpy as np
    import pandas as pd

    values, kind = column.array, column.dtype.kind
    if isinstance(values, pd.arrays.ArrowExtensionArray):
        return len(column) - int(values.__arrow_array__().null_count)
    if not isinstance(column.dtype, np.dtype) or kind not in "biuf":
        return int(column.count())
    if kind != "f":
        return len(column)
    numbers = column.to_numpy()  # in parts that fit the processor's cache
    parts = (numbers[start : start + _PART] for start in range(0, len(numbers), _PART))
    return len(column) - sum(int(np.count_nonzero(np.isnan(part))) for part in parts)
