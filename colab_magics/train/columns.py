"""The columns of a table as the numbers that a model learns: standardised, or a column for each value."""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from colab_magics.errors import BadOption
from colab_magics.format import plural, readable
from colab_magics.train import space

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_MOST_LEVELS, _FEW_LEVELS = 50, 10
"""Texts of a column that become a column each, at most; one with more, or another in most rows, is left out."""


@dataclass(frozen=True, slots=True)
class Column:
    """``kind``: number (booleans are 0 and 1), category, or order, whose ``levels`` are places.

    A number or place is taken as its distance to the ``mean`` in units of ``deviation``, and a missing one as the mean.
    A category has a column of 0 and 1 for each of its ``levels``; one that is not among them is 0 in all.
    """

    name: str
    kind: Literal["number", "category", "order"]
    mean: float = 0.0
    deviation: float = 1.0
    levels: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return len(self.levels) if self.kind == "category" else 1


@dataclass(frozen=True, slots=True)
class Columns:
    """How the rows of a table become numbers, as the training rows said."""

    columns: tuple[Column, ...]

    @classmethod
    def read(cls, found: Iterable[Mapping[str, Any]]) -> Self:
        """Read them back from what `as_json` gave."""
        return cls(tuple(Column(**{**column, "levels": tuple(column["levels"])}) for column in found))

    def as_json(self) -> tuple[dict[str, Any], ...]:
        return tuple(asdict(column) for column in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """What each of the numbers is."""
        return tuple(
            f"{column.name} = {value}" if column.kind == "category" else column.name
            for column in self.columns
            for value in (column.levels if column.kind == "category" else ("",))
        )

    @property
    def shown(self) -> str:
        """The names of the table's columns."""
        return _listed(list(self.columns))

    def encode(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """(n, columns) float32 of the rows of a DataFrame that has these columns. Raises `BadOption`."""
        import numpy as np

        width = sum(column.width for column in self.columns)
        space.check(4 * width * len(frame), f"The {plural(len(frame), 'row')} as {plural(width, 'number')} each")
        encoded, place = np.zeros((len(frame), width), "float32"), 0
        for column in self.columns:
            values = one(frame, column.name)
            if column.kind == "category":
                found = texts(values)
                for value in column.levels:
                    encoded[:, place] = found == value
                    place += 1
            else:
                numbers = _places(values, column.levels) if column.kind == "order" else as_numbers(values, column.name)
                encoded[:, place] = np.nan_to_num((numbers - column.mean) / column.deviation, nan=0.0)
                place += 1
        return encoded


@dataclass(frozen=True, slots=True)
class Fitted:
    """The columns that are learnt from, and ``steps``: what was done to them, in words."""

    columns: Columns
    steps: tuple[str, ...]


def fitted(frame: pd.DataFrame) -> Fitted:
    """Find how the columns of the training rows become numbers. Raises `BadOption` for one that cannot."""
    columns: list[Column] = []
    left_out: list[str] = []
    missing: list[str] = []
    for name in map(str, frame.columns):
        values = one(frame, name)
        column = _fitted(values, name)
        if isinstance(column, str):
            left_out.append(f"{name} ({column})")
            continue
        columns.append(column)
        if count := int(values.isna().sum()):
            missing.append(f"{name} {count:,}")
    if not columns:
        why = f" Left out: {', '.join(left_out)}." if left_out else ""
        raise BadOption(f"The table has no column to learn from beside the classes.{why}")
    return Fitted(Columns(tuple(columns)), tuple(_told(columns, left_out, missing)))


def _told(columns: list[Column], left_out: list[str], missing: list[str]) -> Iterable[str]:
    numbers = [column for column in columns if column.kind == "number"]
    orders = [column.name for column in columns if column.kind == "order"]
    categories = [column for column in columns if column.kind == "category"]
    if numbers:
        yield f"{plural(len(numbers), 'column')} of numbers, standardised by the training rows: {_listed(numbers)}."
    if orders:
        yield f"Ordered categories as their places, standardised: {', '.join(orders)}."
    if categories:
        width = sum(column.width for column in categories)
        yield f"Categories as {plural(width, 'column')} of 0 and 1, one for each value: {_listed(categories)}."
    if missing:
        yield (
            f"Missing in the training rows: {', '.join(missing)}. A missing number is taken as the mean, "
            "a missing text as a value of its own."
        )
    if left_out:
        yield f"Left out: {', '.join(left_out)}."


def _listed(columns: list[Column]) -> str:
    names = [column.name for column in columns]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _fitted(values: pd.Series[Any], name: str) -> Column | str:
    """How a column is learnt, or why it is left out."""
    import pandas as pd

    kind = values.dtype
    if isinstance(kind, pd.CategoricalDtype) and kind.ordered:
        order = tuple(readable(str(value)) for value in kind.categories)
        return _standard(_places(values, order), Column(name, "order", levels=order))
    if values.isna().all():
        return "empty"
    if _are_texts(values):
        found = pd.unique(texts(values))
        if len(found) < 2:
            return "always the same"
        if len(found) > min(_MOST_LEVELS, max(_FEW_LEVELS, len(values) // 2)):
            return f"{len(found):,} different texts in {plural(len(values), 'row')}"
        return Column(name, "category", levels=tuple(sorted(found)))
    return _standard(as_numbers(values, name), Column(name, "number"))


def _standard(numbers: NDArray[np.float64], column: Column) -> Column | str:
    import numpy as np

    mean, deviation = float(np.nanmean(numbers)), float(np.nanstd(numbers))
    if not np.nanmax(numbers) > np.nanmin(numbers):
        return "always the same"
    return Column(column.name, column.kind, mean, deviation or 1.0, column.levels)


def _are_texts(values: pd.Series[Any]) -> bool:
    import pandas as pd

    if isinstance(values.dtype, (pd.CategoricalDtype, pd.StringDtype)):
        return True
    return values.dtype.kind == "O" and all(isinstance(value, str) for value in values.dropna())


def texts(values: pd.Series[Any]) -> NDArray[np.object_]:
    """The texts of a column; those that are missing are called so."""
    import numpy as np

    missing = values.isna().to_numpy()
    found = np.array([readable(str(value)) for value in values], dtype=object)
    found[missing] = "(missing)"
    return found


def _places(values: pd.Series[Any], order: tuple[str, ...]) -> NDArray[np.float64]:
    import numpy as np

    place = {value: float(number) for number, value in enumerate(order)}
    return np.array([place.get(text, np.nan) for text in texts(values)], dtype="float64")


def as_numbers(values: pd.Series[Any], name: str) -> NDArray[np.float64]:
    """(n,) float64 of a column of numbers or booleans, NaN where one is missing. Raises `BadOption`."""
    import numpy as np
    import pandas as pd

    kind = values.dtype
    if pd.api.types.is_datetime64_any_dtype(kind) or isinstance(kind, pd.PeriodDtype):
        raise BadOption(
            f"The column {name} holds dates: make columns of what matters in them, such as  "
            f"df['month'] = df['{name}'].dt.month, and leave it out, df.drop(columns='{name}')."
        )
    if pd.api.types.is_timedelta64_dtype(kind):
        raise BadOption(f"The column {name} holds durations: give them as numbers, df['{name}'].dt.total_seconds().")
    try:
        numbers: NDArray[Any] = pd.to_numeric(values).astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError) as error:
        kinds = sorted({type(value).__name__ for value in values.dropna()})[:3]
        raise BadOption(
            f"The column {name} holds {' and '.join(kinds)}, neither numbers nor texts: make it one of them, or leave "
            f"it out, df.drop(columns='{name}')."
        ) from error
    if np.isinf(numbers).any() or (np.abs(numbers) > np.finfo("float32").max).any():
        raise BadOption(f"The column {name} holds infinite values: replace them first, or make them missing.")
    return numbers


def one(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """The column of a name. Raises `BadOption` where there is none, or several."""
    names = [str(column) for column in frame.columns]
    if names.count(name) > 1:
        raise BadOption(f"The table has {names.count(name)} columns named {name}: give each a name of its own.")
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(names[:10])}."
        raise BadOption(f"The table has no column {name}: {hint}")
    return frame.iloc[:, names.index(name)]
