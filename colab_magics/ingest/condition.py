"""Which rows are wanted: comparisons of columns, put together by and, or, not."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption
from colab_magics.ingest.names import find

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda left, right: left.isin(right),
    "not in": lambda left, right: ~left.isin(right),
    "is": lambda left, _: left.isna(),
    "is not": lambda left, _: left.notna(),
}


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison: a column with a literal, a list of them, None, or another column."""

    column: str
    sign: str
    value: Any
    other: str | None = None

    def columns(self) -> Iterator[str]:
        yield from (self.column,) if self.other is None else (self.column, self.other)

    def mask(self, frame: pd.DataFrame) -> Mask:
        left = frame[find(self.column, frame.columns)]
        right = self.value if self.other is None else frame[find(self.other, frame.columns)]
        try:
            return _is_true(_COMPARISONS[self.sign](left, right))
        except (TypeError, ValueError, ArithmeticError) as error:
            what = repr(self.value) if self.other is None else self.other
            raise BadOption(
                f"--where: {self.column} holds {left.dtype} and cannot be compared by {self.sign} with {what}."
            ) from error
        except NotImplementedError as error:  # pyarrow's own, for types that it has no comparison of
            raise BadOption(f"--where: {self.column} holds {left.dtype}, which cannot be compared.") from error


@dataclass(frozen=True, slots=True)
class Flag:
    """A column that is true or false itself."""

    column: str

    def columns(self) -> Iterator[str]:
        yield self.column

    def mask(self, frame: pd.DataFrame) -> Mask:
        from pandas.api.types import is_bool_dtype

        values = frame[find(self.column, frame.columns)]
        if not is_bool_dtype(values.dtype):
            raise BadOption(f"--where: {self.column} is not true or false but {values.dtype}: compare it with a value.")
        return _is_true(values)


@dataclass(frozen=True, slots=True)
class Every:
    """All of them hold."""

    parts: tuple[Condition, ...]

    def columns(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.columns()

    def mask(self, frame: pd.DataFrame) -> Mask:
        first, *others = (part.mask(frame) for part in self.parts)
        for other in others:
            first = first & other
        return first


@dataclass(frozen=True, slots=True)
class Either(Every):
    """At least one of them holds."""

    def mask(self, frame: pd.DataFrame) -> Mask:
        first, *others = (part.mask(frame) for part in self.parts)
        for other in others:
            first = first | other
        return first


@dataclass(frozen=True, slots=True)
class Opposite:
    """It does not hold."""

    part: Condition

    def columns(self) -> Iterator[str]:
        yield from self.part.columns()

    def mask(self, frame: pd.DataFrame) -> Mask:
        return ~self.part.mask(frame)


Condition = Test | Flag | Every | Either | Opposite


def _is_true(column: pd.Series[Any]) -> Mask:
    """Return true where it is; what is missing is not."""
    return column.to_numpy(dtype=bool, na_value=False) if column.hasnans else column.to_numpy(dtype=bool)
