"""What was ingested, as a card: one source in detail, or several in a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from colab_magics.card import Bars, Card, Facts, Note, Part, Table
from colab_magics.format import duration, number, percent, plural
from colab_magics.format import size as in_words
from colab_magics.ingest.summary import MOST_COLUMNS, PREVIEW_COLUMNS, Summary, summarise, values

if TYPE_CHECKING:
    from colab_magics.ingest.request import Ingested
    from colab_magics.ingest.together import Failure

_LONGEST_TITLE = 60
_LONGEST_NOTE = 400


def loaded(ingested: Ingested) -> Card:
    """Show one frame: shape, columns, first rows; of flattened arrays, where a column means little, the values."""
    summary = ingested.summary or summarise(ingested.frame)
    return Card(
        title=_title(ingested.source),
        state=f"{_done(ingested)} in {duration(ingested.seconds)}",
        tone="ok",
        big=_shape(ingested),
        parts=(
            *_notes(ingested.notes),
            _facts(ingested, summary),
            *([] if _array_shape(ingested) else _tables(summary)),
        ),
    )


def _done(ingested: Ingested) -> str:
    if ingested.outline is not None and ingested.outline.is_lazy:
        return "ready"
    return "kept from before, here" if ingested.is_mapped else "read"


def previewed(ingested: Ingested, most: int) -> Card:
    """Show what the first rows tell, ``most`` of which were looked at, of what is not loaded yet."""
    summary = summarise(ingested.frame)
    rows, columns = len(ingested.frame), plural(len(ingested.frame.columns), "column")
    is_all = rows < most
    return Card(
        title=_title(ingested.source),
        state="not loaded yet",
        big=f"{plural(rows, 'row')}, {columns}" if is_all else f"{columns}, by the first {number(rows)} rows",
        parts=(
            *_notes(ingested.notes),
            Facts((("Source", ingested.source), ("Format", f"{ingested.format}, {in_words(ingested.size)}"))),
            *([] if _array_shape(ingested) else _tables(summary)),
        ),
    )


def waiting(title: str) -> Card:
    """Show what is on its way."""
    return Card(title=_title(title), state="on its way")


def stopped(title: str) -> Card:
    """Show that the person interrupted it."""
    return Card(
        title=_title(title),
        state="stopped",
        tone="warn",
        parts=(Note("Nothing was kept or assigned: run the cell again to start anew."),),
    )


def failed(title: str, sentence: str) -> Card:
    """Show that nothing came, and why."""
    return Card(title=_title(title), state="failed", tone="wrong", parts=(Note(sentence),))


def several(done: Sequence[Ingested], failures: Sequence[Failure], seconds: float) -> Card:
    """Show the outcome of a cell with several sources."""
    count = len(done) + len(failures)
    return Card(
        title=f"{plural(count, 'source')}",
        state=f"{len(failures)} failed" if failures else f"read in {duration(seconds)}",
        tone="wrong" if failures else "ok",
        big=" · ".join(f"{item.name} {_dimensions(item)}" for item in done[:6]) + (" …" if len(done) > 6 else ""),
        parts=(
            *(Note(f"{failure.name}: {failure.sentence}", "wrong") for failure in failures),
            *(Note(f"{item.name}: {note}"[:_LONGEST_NOTE], "warn") for item in done for note in item.notes),
            *([_overview(done)] if done else []),
        ),
    )


def _title(source: str) -> str:
    """Return the name of the file in an address or a path."""
    name = re.split(r"[/\\]", source.partition("?")[0].rstrip("/\\"))[-1] or source
    return name if len(name) <= _LONGEST_TITLE else "…" + name[1 - _LONGEST_TITLE :]


def _dimensions(ingested: Ingested) -> str:
    if ingested.outline is not None:
        return f"{ingested.outline.rows or '?'} x {number(ingested.outline.width)}"
    return f"{number(len(ingested.frame))} x {number(len(ingested.frame.columns))}"


def _shape(ingested: Ingested) -> str:
    shape = _array_shape(ingested)
    if shape:
        return f"{number(shape[0])} arrays of {' x '.join(map(number, shape[1:]))}"
    if ingested.outline is not None:
        columns = plural(ingested.outline.width, "column")
        return f"{ingested.outline.rows} rows, {columns}" if ingested.outline.rows else f"{columns}, rows not counted"
    return f"{plural(len(ingested.frame), 'row')}, {plural(len(ingested.frame.columns), 'column')}"


def _array_shape(ingested: Ingested) -> tuple[int, ...]:
    """Return the shape of the array that was flattened; what a Parquet file brings as attrs is a list."""
    shape = None if ingested.outline is not None else ingested.frame.attrs.get("shape")
    return shape if isinstance(shape, tuple) else ()


def _notes(notes: Sequence[str]) -> list[Part]:
    return [Note(note[:_LONGEST_NOTE], "warn") for note in notes]


def _facts(ingested: Ingested, summary: Summary) -> Facts:
    items = [
        ("Source", ingested.source),
        ("Format", f"{ingested.format}, {in_words(ingested.size)}"),
        ("Memory", _memory(ingested, summary)),
    ]
    if ingested.outline is not None:
        items[:0] = [("Value", ingested.outline.value), *ingested.outline.facts]
    if ingested.fetched is not None:
        items.append(("Fetched", f"{in_words(ingested.fetched)}, which is enough for this"))
    if ingested.name:
        items.insert(0, ("Variable", ingested.name))
    if _array_shape(ingested):
        items.append(("Values", values(ingested.frame)))
        items.append(("Rows", 'one flattened array each; their shape is in .attrs["shape"]'))
    return Facts(tuple(items))


def _memory(ingested: Ingested, summary: Summary) -> str:
    if ingested.outline is not None and ingested.outline.is_lazy:
        return "nothing yet: it is read when a result is asked for"
    return f"{'' if summary.is_weighed else 'at least '}{in_words(summary.memory)}"


def _tables(summary: Summary) -> list[Part]:
    """Tell what the columns hold, and how the first rows look."""
    parts: list[Part] = []
    if summary.columns:
        parts.append(_columns(summary))
    if summary.preview:
        names = tuple(column.name for column in summary.columns[:PREVIEW_COLUMNS])
        numeric = frozenset(column.name for column in summary.columns[:PREVIEW_COLUMNS] if column.is_numeric)
        hidden = summary.width - len(names)
        caption = "First rows" + (f", {plural(hidden, 'more column')}" if hidden else "")
        parts.append(Table(names, summary.preview, numeric, caption))
    return parts


def _columns(summary: Summary) -> Table:
    facts: dict[str, list[str | Bars]] = {
        "Column": [column.name for column in summary.columns],
        "Type": [column.type for column in summary.columns],
        "Missing": [_missing(column.missing, summary.rows) for column in summary.columns],
        "Distinct": [column.distinct for column in summary.columns],
        "Values": [Bars(column.bars, column.words) if column.bars else column.words for column in summary.columns],
    }
    known = {name: cells for name, cells in facts.items() if name not in ("Missing", "Distinct") or any(cells)}
    caption = "Columns" if summary.width <= MOST_COLUMNS else f"First {MOST_COLUMNS} of {number(summary.width)} columns"
    if summary.sampled is not None:
        caption += f"; distinct and values by a sample of {number(summary.sampled)} rows"
    rows = tuple(zip(*known.values(), strict=True))
    return Table(tuple(known), rows, frozenset({"Missing", "Distinct"}), caption)


def _missing(count: int | None, rows: int) -> str:
    if count is None:
        return ""
    return f"{number(count)} ({percent(count / rows)})" if count else "0"


def _numbers(item: Ingested) -> tuple[str, str, str]:
    if item.outline is not None:
        memory = "" if item.outline.is_lazy or item.summary is None else in_words(item.summary.memory)
        return item.outline.rows, number(item.outline.width), memory
    memory = in_words((item.summary or summarise(item.frame)).memory)
    return number(len(item.frame)), number(len(item.frame.columns)), memory


def _overview(done: Sequence[Ingested]) -> Table:
    rows = tuple(
        (
            item.name or "",
            *_numbers(item),
            item.format,
            duration(item.seconds),
            _title(item.source),
        )
        for item in done
    )
    names = ("Variable", "Rows", "Columns", "Memory", "Format", "Time", "Source")
    return Table(names, rows, frozenset({"Rows", "Columns", "Memory", "Time"}))
