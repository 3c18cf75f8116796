"""Some rows of a file that need not fit into memory: the first, those that meet a condition, or a random sample."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from colab_magics.format import number, percent, plural
from colab_magics.ingest.reading import Amount

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from colab_magics.ingest.condition import Condition

_SURE = 6.0  # standard deviations; a wanted row is dropped too early once in a thousand million samples


class Types:
    """What the types of the columns would be, had all rows been read at once, and not in pieces."""

    def __init__(self) -> None:
        self._seen: dict[Any, list[Any]] = {}

    def add(self, piece: pd.DataFrame) -> None:
        for label, column in piece.items():
            seen = self._seen.setdefault(label, [])
            # A column without values is float in its piece, and says nothing about the others.
            kind = None if column.dtype == "float64" and column.isna().all() else column.dtype
            if len(column) and kind not in seen:
                seen.append(kind)

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Change the columns whose types differ."""
        wanted = {label: _common(seen) for label, seen in self._seen.items() if label in frame.columns and seen}
        changed = {label: kind for label, kind in wanted.items() if frame[label].dtype != kind}
        return frame.astype(changed) if changed else frame


def first_rows(pieces: Iterable[pd.DataFrame], condition: Condition | None, count: int) -> pd.DataFrame:
    """Return the first ``count`` rows that meet the condition, and read no piece more."""
    kept: list[pd.DataFrame] = []
    types, missing, is_numbered = Types(), count, True
    for piece in pieces:
        types.add(piece)
        is_numbered &= is_counted(piece)
        found = piece if condition is None else piece[condition.mask(piece)]
        # The first piece is kept for its columns.
        if len(found) or not kept:
            kept.append(found.iloc[:missing])
            missing -= len(kept[-1])
        if missing <= 0:
            break
    return types.apply(joined(kept, is_numbered=is_numbered))


def sample(
    pieces: Iterable[pd.DataFrame], condition: Condition | None, amount: Amount, seed: int
) -> tuple[pd.DataFrame, int]:
    """Choose rows of which each has the same chance, in one pass; return them in their order, and how many there were.

    Each row draws a number, and those with the lowest are kept: exactly as many as asked for. In memory are one piece
    and little more than the sample.
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    types, total, is_numbered = Types(), 0, True
    kept: list[pd.DataFrame] = []
    drawn: NDArray[np.float64] = np.empty(0)
    for piece in pieces:
        types.add(piece)
        is_numbered &= is_counted(piece)
        found = piece if condition is None else piece[condition.mask(piece)]
        numbers = np.concatenate((drawn, generator.random(len(found))))
        total += len(found)
        chosen = _lowest(numbers, _enough(amount, total))
        kept = [joined([*kept, found], is_numbered=is_numbered).iloc[chosen]]
        drawn = numbers[chosen]
    if not kept:
        raise ValueError("there is nothing in it")
    wanted = total if amount.share is None else max(1, round(amount.share * total))
    exact = _lowest(drawn, min(wanted, amount.rows or wanted))
    return types.apply(joined([kept[0].iloc[exact]], is_numbered=is_numbered)), total


def told(count: int, total: int, seed: int) -> str:
    """Say what a sample is of, and how to have it again."""
    if count == total:
        return f"All {plural(total, 'row')}: there are no more to choose from." if total else "There are no rows in it."
    share = percent(count / total)
    return (
        f"A random sample of {plural(count, 'row')} of {number(total)} ({share}): add  --seed {seed}  to have it again."
    )


def new_seed() -> int:
    """Return a seed short enough to be typed again."""
    return random.SystemRandom().randrange(10**6)


def joined(pieces: list[pd.DataFrame], *, is_numbered: bool) -> pd.DataFrame:
    """Put pieces together; rows that only had numbers are numbered anew."""
    import pandas as pd

    if not pieces:
        raise ValueError("there is nothing in it")
    filled = [piece for piece in pieces if len(piece)] or pieces[:1]
    frame = filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=is_numbered)
    return frame.reset_index(drop=True) if is_numbered else frame


def is_counted(frame: pd.DataFrame) -> bool:
    """Do its rows have no other names than their numbers?"""
    import pandas as pd

    return frame.index.name is None and isinstance(frame.index, pd.RangeIndex)


def batches(frame: pd.DataFrame, rows: int) -> Iterator[pd.DataFrame]:
    """Cut a frame that is in memory already."""
    for start in range(0, max(len(frame), 1), rows):
        yield frame.iloc[start : start + rows]


def _lowest(numbers: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    import numpy as np

    if count >= len(numbers):
        return np.arange(len(numbers))
    return np.sort(np.argpartition(numbers, count - 1)[:count])


def _enough(amount: Amount, seen: int) -> int:
    """Say how many of the rows seen so far may belong to the sample in the end."""
    if amount.share is None:
        return amount.rows or 0
    return math.ceil(amount.share * seen + _SURE * math.sqrt(amount.share * (1 - amount.share) * seen)) + 1


def _common(seen: list[Any]) -> Any:
    import numpy as np

    known = [kind for kind in seen if kind is not None]
    is_gap = len(known) < len(seen)
    if not known:
        return np.dtype("float64")
    if all(isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in known):
        return np.result_type(*known, *([np.dtype("float64")] if is_gap else []))
    if len(known) == 1:
        is_bool = isinstance(known[0], np.dtype) and known[0].kind == "b"
        return np.dtype(object) if is_gap and is_bool else known[0]
    return np.dtype(object)
