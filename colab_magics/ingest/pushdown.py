"""The part of a condition that pyarrow can apply while it reads, so that rows in vain are never made."""

from __future__ import annotations

from typing import Any

from colab_magics.ingest.condition import Condition, Either, Every, Test


def pushed(condition: Condition, schema: Any) -> Any:
    """Return an expression of pyarrow that holds wherever the condition does, perhaps elsewhere, too; or None.

    Missing values make all but plain comparisons mean something else in pyarrow than in pandas.
    """
    match condition:
        case Test(other=None, sign="==" | "<" | "<=" | ">" | ">=" | "in") if condition.column in schema.names:
            return _compared(condition, schema)
        case Either():
            parts = [pushed(part, schema) for part in condition.parts]
            if any(part is None for part in parts):
                return None
            first, *others = parts
            for other in others:
                first |= other
            return first
        case Every():
            known = [part for part in (pushed(part, schema) for part in condition.parts) if part is not None]
            if not known:
                return None
            first, *others = known
            for other in others:
                first &= other
            return first
    return None


def _compared(test: Test, schema: Any) -> Any:
    import pyarrow.compute as pc
    from pyarrow import types

    values = test.value if test.sign == "in" else [test.value]
    kind = schema.field(test.column).type
    # float32 is left out: pandas compares in single precision, pyarrow in double.
    is_number = types.is_integer(kind) or types.is_float64(kind)
    is_text = types.is_string(kind) or types.is_large_string(kind)
    # A whole number beyond 2**53 is another one once pandas holds the column as floats.
    fits = (is_number and all(_is_small_number(value) for value in values)) or (
        is_text and all(isinstance(value, str) for value in values)
    )
    if not fits or not values:
        return None
    field = pc.field(test.column)
    match test.sign:
        case "==":
            return field == test.value
        case "<":
            return field < test.value
        case "<=":
            return field <= test.value
        case ">":
            return field > test.value
        case ">=":
            return field >= test.value
    return field.isin(values)


def _is_small_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 2**31
