"""What the values of a column are like: how many differ, how they spread, which of them come most often."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.format import number

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST_ROWS = 20_000
"""Rows up to which all are looked at; of more, a sample of `SAMPLE`."""
SAMPLE = 3_000
BARS = 12
TALLEST = 8

_BLOCKS = 20  # places all over a frame, from which a sample is taken
_MOST_BYTES = 32 << 20  # of a column; larger values are not counted, so that this takes no time
_FREQUENT = 3
_RARE = 0.01  # the share of the most frequent value below which it tells nothing
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?", re.ASCII)
_LONGEST_VALUE = 16
_MOST_DIGITS = 9
_JOINERS = "\u200c\u200d"  # do not print, but hold emoji and scripts together


@dataclass(frozen=True, slots=True)
class Profile:
    """``distinct`` with ~ where it is estimated, ``words`` for the values, ``bars`` of 0 to `TALLEST`; or empty."""

    distinct: str = ""
    words: str = ""
    bars: tuple[int, ...] = ()


def sampled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows to look at: all, or some from all over the frame, at a cost that does not grow with it."""
    import pandas as pd

    if len(frame) <= MOST_ROWS:
        return frame
    length, step = SAMPLE // _BLOCKS, (len(frame) - SAMPLE // _BLOCKS) / (_BLOCKS - 1)
    starts = [int(step * block) for block in range(_BLOCKS)]
    return pd.concat([frame.iloc[start : start + length] for start in starts], ignore_index=True)


def profile(column: pd.Series[Any], there: int) -> Profile:
    """Describe a column by some of its rows; ``there`` is how many values are not missing in all of them."""
    from pandas.api.types import is_bool_dtype, is_complex_dtype, is_datetime64_any_dtype, is_numeric_dtype

    if column.memory_usage(index=False, deep=True) > _MOST_BYTES:
        return Profile()
    try:
        counts = column.value_counts()
    except (TypeError, NotImplementedError):  # lists and dicts of JSON, and types of Arrow that hold others
        return Profile(words=_examples(column.dropna()))
    seen = counts[counts > 0].to_numpy(dtype="int64")
    if not len(seen):
        return Profile("0")
    distinct = _distinct(seen, there)
    kind = column.dtype
    if is_datetime64_any_dtype(kind):
        return Profile(distinct, *_times(column.dropna()))
    if is_numeric_dtype(kind) and not is_bool_dtype(kind) and not is_complex_dtype(kind):
        return Profile(distinct, *_numbers(column.dropna()))
    if len(seen) > _FREQUENT and (days := _days(column.dropna())):
        return Profile(distinct, days)
    is_rare = seen.max() < _RARE * seen.sum() or (seen.max() == 1 and len(seen) > 1)
    return Profile(distinct, _examples(column.dropna()) if is_rare else _frequent(counts))


def short(value: object, most: int = 28) -> str:
    """Show a value in one short line, without characters that would act instead of being seen."""
    text = str(value)
    if isinstance(value, float) and len(text) > _MOST_DIGITS:
        text = f"{value:.6g}"
    text = " ".join(text[: 4 * most].split())
    text = "".join(letter if letter.isprintable() or letter in _JOINERS else "·" for letter in text)
    return text if len(text) <= most else _cut(text, most - 1) + "…"


def _cut(text: str, length: int) -> str:
    """Without marks that would then stand on the dots."""
    while length > 1 and unicodedata.combining(text[length]):
        length -= 1
    return text[:length]


def _distinct(counts: np.ndarray[Any, Any], there: int) -> str:
    """Count, or estimate by the values that came once: Haas and Stokes, as PostgreSQL's ``analyze.c`` does."""
    rows, once = int(counts.sum()), int((counts == 1).sum())
    if rows >= there:
        return number(len(counts))
    estimate = rows * len(counts) / (rows - once + once * rows / there)
    return f"~{number(int(float(f'{min(estimate, there):.2g}')))}"


def _numbers(column: pd.Series[Any]) -> tuple[str, tuple[int, ...]]:
    import numpy as np

    values = column.to_numpy(dtype="float64")
    is_finite = np.isfinite(values)
    if not is_finite.any():
        return _frequent(column.value_counts()), ()
    finite, values = column[is_finite], values[is_finite]
    least, greatest = finite.iloc[int(values.argmin())], finite.iloc[int(values.argmax())]
    if least == greatest:
        return short(least), ()
    return f"{short(least, _LONGEST_VALUE)} to {short(greatest, _LONGEST_VALUE)}", _bars(values)


def _days(column: pd.Series[Any]) -> str:
    """The range of dates that are text, as CSV has them: those of ISO 8601 stand in their order."""
    texts = column.tolist()
    if not (isinstance(texts[0], str) and _DAY.fullmatch(texts[0]) and all(isinstance(text, str) for text in texts)):
        return ""
    first, last = min(texts), max(texts)
    is_all = all(map(_DAY.fullmatch, (first, last, *texts[:: len(texts) // 100 + 1])))
    return f"{first[:10]} to {last[:10]}" if is_all else ""


def _times(column: pd.Series[Any]) -> tuple[str, tuple[int, ...]]:
    import pandas as pd

    first, last = str(column.min())[:19], str(column.max())[:19]
    if first == last:
        return first, ()
    length = 19 if first[:10] == last[:10] else 10
    counted = pd.DatetimeIndex(column).asi8.astype("float64")  # a difference of two may be too long for pandas
    return f"{first[:length]} to {last[:length]}", _bars(counted)


def _bars(values: np.ndarray[Any, Any]) -> tuple[int, ...]:
    """How many of the numbers fall into each of equal parts of their range, relative to the most."""
    import numpy as np

    halves = values / 2  # so that no range is too wide for a float
    low, span = halves.min(), halves.max() - halves.min()
    if not span > 0:
        return ()
    places = np.minimum(((halves - low) / span * BARS).astype("int64"), BARS - 1)
    counts = np.bincount(places, minlength=BARS)
    return tuple(int(height) for height in -(-counts * TALLEST // counts.max()))


def _frequent(counts: pd.Series[Any]) -> str:
    total = counts.sum()
    some = [f"{short(value, _LONGEST_VALUE)} {count / total:.0%}" for value, count in counts.iloc[:_FREQUENT].items()]
    return ", ".join(some).replace("%", " %") + (", …" if len(counts) > _FREQUENT else "")


def _examples(column: pd.Series[Any]) -> str:
    some = [short(value, _LONGEST_VALUE) for value in column.iloc[:_FREQUENT]]
    return ", ".join(some) + (", …" if len(column) > _FREQUENT else "")
