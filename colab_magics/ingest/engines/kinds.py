"""The types of a table's columns, told by a sample of it; and a block of it made to fit them, or refused."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Kinds:
    """``meta``: a frame without rows that has the types; ``texts``: columns of text.

    ``objects``: columns of other Python objects: of "boolean" values of which some are missing, or of "integer" ones
    that no type of numbers holds.

    They are the types that pandas finds in all of the sample at once, which is what it would find in the whole
    table (by ``low_memory=False``) if the sample met everything there.
    """

    meta: pd.DataFrame
    texts: tuple[Hashable, ...]
    objects: Mapping[Hashable, str]
    sampled: str
    is_json: bool = False

    def fit(self, frame: pd.DataFrame, place: str) -> pd.DataFrame:
        """Widen the columns of a block where that loses nothing. Raises `BadOption` for values of other types."""
        fitted = frame.copy(deep=False)
        for label in frame.columns:
            column = frame[label]
            made = self._fitted(column, label, place)
            if made is not column:
                fitted[label] = made
        return fitted

    def only(self, labels: Iterable[Hashable]) -> tuple[Hashable, ...]:
        """Return which of the columns of text are among ``labels``."""
        wanted = set(labels)
        return tuple(label for label in self.texts if label in wanted)

    def _fitted(self, column: pd.Series[Any], label: Hashable, place: str) -> pd.Series[Any]:
        target = self.meta[label].dtype
        kind = self.objects.get(label, "")
        if column.dtype == target and not (kind and _kind(column) not in (kind, "empty")):
            return column
        if target == "category" and column.dtype == "category":
            return column
        if _widens(column, target, "iub" if self.is_json else "iu", kind):
            return column.astype(target)
        better = "float64" if column.dtype.kind == "f" and target.kind in "iu" else "str"
        raise BadOption(
            f"Column {label} holds {column.dtype} {place}, and {target} in {self.sampled}: add  --dtype "
            f"{label}={better}  to %ingest and run it again."
        )


def kinds_of(sample: pd.DataFrame, sampled: str, *, is_json: bool = False) -> Kinds:
    """Take the types of a sample, of all of whose rows pandas made one frame."""
    from pandas.api.types import is_object_dtype, is_string_dtype

    texts: list[Hashable] = []
    objects: dict[Hashable, str] = {}
    for label in sample.columns:
        column = sample[label]
        if is_object_dtype(column.dtype) and _kind(column) in ("boolean", "integer"):
            objects[label] = _kind(column)
        elif is_object_dtype(column.dtype) or is_string_dtype(column.dtype):
            texts.append(label)
    return Kinds(sample.iloc[:0].copy(), tuple(texts), objects, sampled, is_json)


def _widens(column: pd.Series[Any], target: Any, numbers: str, kind: str) -> bool:
    """May the column become ``target``, as it does when pandas reads all at once?

    ``numbers``: the kinds of types that become other numbers; in JSON, flags do.
    """
    found = column.dtype
    is_missing = bool(column.isna().all())
    if kind:
        return is_missing or found.kind in {"boolean": "b", "integer": "iu"}[kind]
    if target.kind == "f":
        return found.kind in numbers or is_missing
    if target.kind == "u":
        return found.kind in numbers and (len(column) == 0 or bool(column.min() >= 0))
    if target.kind == "i" and found.kind == "b":
        return "b" in numbers
    if target.kind == "M":
        return found.kind == "M" or is_missing
    return len(column) == 0 or ((target.kind == "O" or target == "str") and is_missing)


def _kind(column: pd.Series[Any]) -> str:
    from pandas.api.types import infer_dtype

    return str(infer_dtype(column, skipna=True))
