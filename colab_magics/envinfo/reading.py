"""Readings of the machine: how they are read from small files, compared, and told in JSON."""

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from colab_magics.machine.reading import Missing, Reading, field, is_count, is_there, text

__all__ = ["PRIVATE", "Missing", "Reading", "field", "is_there", "less", "number", "plain", "text"]


PRIVATE = {"is_private": True}
"""Metadata of a dataclass field that never leaves this process: `plain` leaves it out."""

Number = TypeVar("Number", int, float)


def number(path: Path) -> Reading[int]:
    """Read a file that holds one whole number, not below zero."""
    line = text(path, size=64)
    if isinstance(line, Missing):
        return line
    return int(line) if is_count(line) else Missing(f"{path.name} holds no number")


def less(after: Reading[Number], before: Reading[Number]) -> Reading[Number]:
    """Give the difference of two readings of one counter, or why there is none."""
    if isinstance(after, Missing) or isinstance(before, Missing):
        return after if isinstance(after, Missing) else before
    return after - before


def plain(fact: object) -> Any:
    """Turn facts into what JSON has.

    A dataclass or named tuple becomes a dict of its fields and properties; a missing one is null, and its reason
    stands beside it under "missing". Times are written as ISO 8601, and `PRIVATE` fields are left out.
    """
    named = getattr(type(fact), "_fields", None)
    if isinstance(fact, tuple) and named is None:
        return [plain(item) for item in fact]
    if isinstance(fact, datetime):
        return fact.isoformat(timespec="seconds")
    if named is None and (not dataclasses.is_dataclass(fact) or isinstance(fact, type)):
        return fact
    derived = [name for name, member in vars(type(fact)).items() if isinstance(member, property)]
    told = named or [
        name for name, item in vars(type(fact))["__dataclass_fields__"].items() if not item.metadata.get("is_private")
    ]
    values = {name: getattr(fact, name) for name in (*told, *derived)}
    reasons = {name: value.reason for name, value in values.items() if isinstance(value, Missing)}
    result = {name: None if name in reasons else plain(value) for name, value in values.items()}
    return result | {"missing": reasons} if reasons else result
