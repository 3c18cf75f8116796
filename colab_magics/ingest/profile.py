"""What the values of a column are like: how many differ, how they spread, which of them come most often."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
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
    """Describe a column by some of its rows; ``there`` is how many values are not missing in all of them.

    Counted by numpy and by Python: each call of pandas would take as long as a thousand values.
    """
    from pandas.api.types import is_numeric_dtype

    values, kind = column.dropna(), column.dtype
    if not len(values):
        return Profile("0")
    if kind.kind == "M":
        return _times(values, there)
    if kind.kind not in "bc" and is_numeric_dtype(kind):
        return _numbers(values, there)
    if column.memory_usage(index=False, deep=True) > _MOST_BYTES:
        return Profile()
    return _things(values.tolist(), there)


def short(value: object, most: int = 28) -> str:
    """Show a value in one short line, without characters that would act instead of being seen."""
    text = str(value)
    if isinstance(value, float) and len(text) > _MOST_DIGITS:
        text = f"{value:.6g}"
    text = " ".join(text[: 4 * most].split())
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() or letter in _JOINERS else "·" for letter in text)
    return text if len(text) <= most else _cut(text, most - 1) + "…"


def _cut(text: str, length: int) -> str:
    """Without marks that would then stand on the dots."""
    while length > 1 and unicodedata.combining(text[length]):
        length -= 1
    return text[:length]


def _distinct(rows: int, distinct: int, once: int, there: int) -> str:
    """Count, or estimate by the values that came once: Haas and Stokes, as PostgreSQL's ``analyze.c`` does."""
    if rows >= there:
        return number(distinct)
    estimate = rows * distinct / (rows - once + once * rows / there)
    return f"~{number(int(float(f'{min(estimate, there):.2g}')))}"


def _things(values: list[Any], there: int) -> Profile:
    try:
        counts = Counter(values)
    except TypeError:  # lists and dicts of JSON, and types of Arrow that hold others
        return Profile(words=_examples(values))
    rows, once, most = len(values), list(counts.values()).count(1), max(counts.values())
    distinct = _distinct(rows, len(counts), once, there)
    if len(counts) > _FREQUENT and (days := _days(list(counts))):
        return Profile(distinct, days)
    is_rare = most < _RARE * rows or (most == 1 and rows > 1)
    return Profile(distinct, _examples(values) if is_rare else _frequent(counts))


def _numbers(column: pd.Series[Any], there: int) -> Profile:
    import numpy as np

    found, counts = np.unique(column.to_numpy(), return_counts=True)
    distinct = _distinct(len(column), len(found), int(np.count_nonzero(counts == 1)), there)
    numbers = found.astype("float64")
    is_finite = np.isfinite(numbers)
    if not is_finite.any():
        return Profile(distinct, _frequent(Counter(column.tolist())))
    least, greatest = found[is_finite][[0, -1]]
    if least == greatest:
        return Profile(distinct, short(least))
    words = f"{short(least, _LONGEST_VALUE)} to {short(greatest, _LONGEST_VALUE)}"
    return Profile(distinct, words, _bars(numbers[is_finite], counts[is_finite]))


def _days(texts: list[Any]) -> str:
    """The range of dates that are text, as CSV has them: those of ISO 8601 stand in their order."""
    if not (isinstance(texts[0], str) and _DAY.fullmatch(texts[0]) and set(map(type, texts)) == {str}):
        return ""
    first, last = min(texts), max(texts)
    is_all = all(map(_DAY.fullmatch, (first, last, *texts[:: len(texts) // 100 + 1])))
    return f"{first[:10]} to {last[:10]}" if is_all else ""


def _times(column: pd.Series[Any], there: int) -> Profile:
    import numpy as np
    import pandas as pd

    # As numbers, for a difference of two times may be too long for pandas.
    found, counts = np.unique(pd.DatetimeIndex(column).asi8, return_counts=True)
    distinct = _distinct(len(column), len(found), int(np.count_nonzero(counts == 1)), there)
    first, last = str(column.min())[:19], str(column.max())[:19]
    if first == last:
        return Profile(distinct, first)
    length = 19 if first[:10] == last[:10] else 10
    return Profile(distinct, f"{first[:length]} to {last[:length]}", _bars(found.astype("float64"), counts))


def _bars(values: np.ndarray[Any, Any], counts: np.ndarray[Any, Any]) -> tuple[int, ...]:
    """How many of the numbers, each of which came so often, fall into equal parts of their range, beside the most."""
    import numpy as np

    halves = values / 2  # so that no range is too wide for a float
    low, span = halves.min(), halves.max() - halves.min()
    if not span > 0:
        return ()
    places = np.minimum(((halves - low) / span * BARS).astype("int64"), BARS - 1)
    heights = np.bincount(places, counts, BARS)
    return tuple(int(height) for height in -(-heights * TALLEST // heights.max()))


def _frequent(counts: Counter[Any]) -> str:
    total = counts.total()
    some = [f"{short(value, _LONGEST_VALUE)} {count / total:.0%}" for value, count in counts.most_common(_FREQUENT)]
    return ", ".join(some).replace("%", " %") + (", …" if len(counts) > _FREQUENT else "")


def _examples(values: list[Any]) -> str:
    some = [short(value, _LONGEST_VALUE) for value in values[:_FREQUENT]]
    return ", ".join(some) + (", …" if len(values) > _FREQUENT else "")
