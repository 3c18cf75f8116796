"""The static form of every panel: one card as HTML without script, as text, and as the data that a panel draws."""

import base64
from collections.abc import Sequence
from html import escape
from typing import Any, Literal, NamedTuple, Self

from colab_magics.format import printable

Tone = Literal["", "ok", "warn", "wrong"]

_SYMBOLS = {"": "", "ok": "✓ ", "warn": "⚠ ", "wrong": "✗ "}
_TONES = {
    "": "inherit",
    "ok": "color-mix(in srgb,#1b7a33 65%,currentColor)",
    "warn": "color-mix(in srgb,#8a5a00 65%,currentColor)",
    "wrong": "color-mix(in srgb,#c1121f 65%,currentColor)",
}
"""Mixed with the page's own colour of text: so that they can be read on a light page and on a dark one."""
_BORDER = "1px solid var(--jp-border-color2, #8886)"
_DIM = "opacity:.75"
_NOT_TYPESET = "tex2jax_ignore mathjax_ignore"
"""Of MathJax 2 and 3, which applications with notebooks have: else "$5 to $9" were taken for a formula."""
_STEPS = "\u2800▁▂▃▄▅▆▇█"  # the first is as wide as the others, and empty


class Facts(NamedTuple):
    """Pairs of a name and its value, both text."""

    items: tuple[tuple[str, str], ...]

    def html(self) -> str:
        rows = (
            f'<tr style="background:none"><td style="{_DIM};padding:2px 16px 2px 0;text-align:left;vertical-align:top;'
            f'white-space:nowrap">{escape(name)}</td>'
            f'<td style="padding:2px 0;text-align:left">{escape(value)}</td></tr>'
            for name, value in self.items
        )
        return f'<table style="border:none;margin:8px 0">{"".join(rows)}</table>'

    def text(self) -> list[str]:
        width = max((len(name) for name, _ in self.items), default=0)
        return [f"  {name:<{width}}  {value}" for name, value in self.items]

    def data(self) -> dict[str, Any]:
        return {"kind": "facts", "items": [list(item) for item in self.items]}


class Bars(str):  # noqa: SLOT000 (a str takes none)
    """A cell with a tiny histogram, ``heights`` of 0 to 8, and ``words``; text but in a panel, which draws it."""

    heights: tuple[int, ...]
    words: str

    def __new__(cls, heights: tuple[int, ...], words: str) -> Self:
        cell = super().__new__(cls, f"{''.join(_STEPS[height] for height in heights)} {words}".strip())
        cell.heights, cell.words = heights, words
        return cell


class Table(NamedTuple):
    """Rows of text under column names; ``numeric`` names the columns that are aligned to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[str] = frozenset()
    caption: str = ""

    def html(self) -> str:
        sides = ["right" if column in self.numeric else "left" for column in self.columns]
        head = "".join(
            f'<th style="text-align:{side};padding:2px 12px 2px 0">{escape(column)}</th>'
            for column, side in zip(self.columns, sides, strict=True)
        )
        body = "".join(
            f'<tr style="background:none;border-top:{_BORDER}">'
            + "".join(
                f'<td style="text-align:{side};padding:2px 12px 2px 0">{escape(cell)}</td>'
                for cell, side in zip(row, sides, strict=True)
            )
            + "</tr>"
            for row in self.rows
        )
        caption = f'<div style="{_DIM};margin-top:8px">{escape(self.caption)}</div>' if self.caption else ""
        return (
            f'{caption}<div style="overflow-x:auto"><table style="border-collapse:collapse;margin:4px 0;'
            f'font-variant-numeric:tabular-nums"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        )

    def text(self) -> list[str]:
        rows = [[" ".join(cell.splitlines()) for cell in row] for row in (self.columns, *self.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [f"  {self.caption}"] if self.caption else []
        for row in rows:
            cells = (
                f"{cell:>{width}}" if column in self.numeric else f"{cell:<{width}}"
                for column, cell, width in zip(self.columns, row, widths, strict=True)
            )
            lines.append(f"  {'  '.join(cells)}".rstrip())
        return lines

    def data(self) -> dict[str, Any]:
        return {
            "kind": "table",
            "columns": list(self.columns),
            "rows": [[_cell(cell) for cell in row] for row in self.rows],
            "numeric": [column in self.numeric for column in self.columns],
            "caption": self.caption,
        }


class Note(NamedTuple):
    """One sentence, with a symbol, a colour and the word that its tone needs."""

    sentence: str
    tone: Tone = ""

    def html(self) -> str:
        return f'<div style="margin:4px 0;color:{_TONES[self.tone]}">{_SYMBOLS[self.tone]}{escape(self.sentence)}</div>'

    def text(self) -> list[str]:
        return [f"  {_SYMBOLS[self.tone]}{self.sentence}"]

    def data(self) -> dict[str, Any]:
        return {"kind": "note", "tone": self.tone, "sentence": self.sentence}


class Picture(NamedTuple):
    """A picture made by us, a PNG if ``media`` says nothing else, in the static form only: a panel draws its own."""

    content: bytes
    description: str
    width: int
    media: str = "image/png"

    def html(self) -> str:
        return (
            f'<img src="data:{self.media};base64,{_base64(self.content)}" alt="{escape(self.description)}" '
            f'style="width:{self.width}px;max-width:100%;margin:8px 0">'
        )

    def text(self) -> list[str]:
        return []  # a terminal has the numbers

    def data(self) -> None:
        return None


class Tile(NamedTuple):
    """One picture of a `Tiles` grid with its caption."""

    png: bytes
    caption: str
    tone: Tone = ""


class Tiles(NamedTuple):
    """Small pictures in a grid with captions, in the static form only; each PNG was made by us."""

    tiles: tuple[Tile, ...]
    columns: int
    size: int = 84

    def html(self) -> str:
        cells = "".join(
            f'<div style="width:{self.size + 24}px;text-align:center">'
            f'<img src="data:image/png;base64,{_base64(tile.png)}" alt="{escape(tile.caption)}" '
            f'style="width:{self.size}px;height:{self.size}px;object-fit:contain;image-rendering:pixelated">'
            f'<div style="color:{_TONES[tile.tone]}">{_SYMBOLS[tile.tone]}{escape(tile.caption)}</div></div>'
            for tile in self.tiles
        )
        width = self.columns * (self.size + 32)
        return f'<div style="display:flex;flex-wrap:wrap;gap:8px;max-width:{width}px;margin:8px 0">{cells}</div>'

    def text(self) -> list[str]:
        return [f"  {_SYMBOLS[tile.tone]}{tile.caption}" for tile in self.tiles]

    def data(self) -> None:
        return None


def _cell(cell: str) -> object:
    return {"heights": list(cell.heights), "words": cell.words} if isinstance(cell, Bars) else cell


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


Part = Facts | Table | Note | Picture | Tiles


class Card(NamedTuple):
    """What a panel says: a title, its state, the one answer that matters most, and the parts below it."""

    title: str
    big: str = ""
    state: str = ""
    tone: Tone = ""
    parts: Sequence[Part] = ()

    def html(self) -> str:
        """HTML with inline styles and no script; every text is escaped, and none of it is typeset as a formula."""
        state = f'<span style="color:{_TONES[self.tone]}">{_SYMBOLS[self.tone]}{escape(self.state)}</span>'
        big = f'<div style="font-size:1.5em;margin:4px 0">{escape(self.big)}</div>' if self.big else ""
        return (
            f'<div class="{_NOT_TYPESET}" style="border:{_BORDER};border-radius:4px;padding:12px;'
            'font-family:var(--jp-ui-font-family,sans-serif);font-size:var(--jp-ui-font-size1,13px);color:var(--jp-ui-font-color1,inherit)">'
            f"<div><b>{escape(self.title)}</b> {state}</div>{big}"
            f"{''.join(part.html() for part in self.parts)}</div>"
        )

    def text(self) -> str:
        """The same as lines for a terminal."""
        state = f"{_SYMBOLS[self.tone]}{self.state}"
        lines = [" · ".join(word for word in (self.title, state) if word)]
        if self.big:
            lines.append(f"  {self.big}")
        for part in self.parts:
            lines += part.text()
        return printable("\n".join(lines))

    def data(self) -> dict[str, Any]:
        """The same for a panel's ``card`` trait; pictures are left out."""
        parts = [part.data() for part in self.parts]
        return {
            "title": self.title,
            "big": self.big,
            "state": self.state,
            "tone": self.tone,
            "parts": [part for part in parts if part is not None],
        }
