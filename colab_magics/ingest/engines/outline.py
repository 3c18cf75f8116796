"""What a value of another engine than pandas is, told by its card without computing what is lazy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from colab_magics.ingest.profile import short
from colab_magics.ingest.summary import PREVIEW_COLUMNS, PREVIEW_ROWS, Column, Summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Outline:
    """The type of the ``value``, how many ``rows`` as words, or none, ``width`` in columns, more ``facts`` by name.

    ``size``: bytes of what was not brought here. Of what ``is_lazy`` nothing is in memory.
    """

    value: str
    rows: str
    width: int
    facts: tuple[tuple[str, str], ...] = ()
    size: int = 0
    is_lazy: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What an engine made: ``value`` for the person, the rest for the card; ``label`` names the format."""

    value: Any
    label: str
    outline: Outline
    summary: Summary
    notes: tuple[str, ...] = ()


def first_look(columns: Sequence[Column], rows: Iterable[Sequence[object]], memory: int = 0) -> Summary:
    """Summarise by the first rows; ``columns`` are all that may be shown."""
    preview = tuple(tuple(map(short, list(row)[:PREVIEW_COLUMNS])) for row in islice(rows, PREVIEW_ROWS))
    return Summary(0, len(columns), memory, True, tuple(columns), preview)
