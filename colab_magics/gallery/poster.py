"""A gallery as one PNG: a grid of pictures with their captions."""

from __future__ import annotations

import math
from typing import IO, TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from colab_magics.gallery.atlas import problem, visible
from colab_magics.gallery.card import state
from colab_magics.gallery.classes import short
from colab_magics.gallery.images import Picture, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from colab_magics.gallery.items import Gallery
    from colab_magics.gallery.pages import Page
    from colab_magics.gallery.samples import Item

MOST = 400
"""More pictures are no picture that a person looks at, and one of more than 20 million pixels."""

_SIDE, _GAP, _EDGE = 128, 16, 24
_LINES = 4
_TEXT, _TITLE = 14, 18
_HEIGHT = 18
_INK = {"": "#1a1a1a", "ok": "#00734f", "warn": "#855a00", "wrong": "#b83200"}
_MUTED = "#595959"

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def write(file: IO[bytes], gallery: Gallery, page: Page, tell: Callable[[int, int], None]) -> None:
    """Draw ``page``: a title, and each picture above its caption, in rows."""
    count = len(page.indices)
    columns = 3 if count <= 9 else math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    words, font = _words(gallery, page), _font(_TEXT)
    top = _EDGE + _HEIGHT + 10 + _HEIGHT * (len(words) - 1)
    step = _SIDE + _HEIGHT * _LINES + _GAP
    sheet = Image.new("RGB", (2 * _EDGE + columns * (_SIDE + _GAP) - _GAP, top + rows * step + _EDGE - _GAP), "white")
    ink = ImageDraw.Draw(sheet)
    for line, text in enumerate(words):
        fitting = _cut(text, _font(_TITLE) if line == 0 else font, sheet.width - 2 * _EDGE)
        ink.text(
            (_EDGE, _EDGE + line * _HEIGHT - (4 if line == 0 else 0)),
            fitting,
            _MUTED if line else _INK[""],
            _font(_TITLE) if line == 0 else font,
        )
    for place, item in enumerate(page.items):
        tell(place, count)
        row, column = divmod(place, columns)
        x, y = _EDGE + column * (_SIDE + _GAP), top + row * step
        picture = page.samples.images.picture(item.index, 2 * _SIDE)
        shown = _fitting(visible(picture))
        sheet.paste(shown, (x + (_SIDE - shown.width) // 2, y + (_SIDE - shown.height) // 2))
        _caption(ink, (x, y + _SIDE + 4), font, *_said(page, item, picture))
    sheet.save(file, "PNG")


def _words(gallery: Gallery, page: Page) -> list[str]:
    first = f"First {len(page.indices)} of " if len(page.indices) < page.total else ""
    return [text for text in (first + page.title, state(gallery), *page.query.words) if text]


def _said(page: Page, item: Item, picture: Picture | Unreadable) -> tuple[list[str], str]:
    """Give the lines of a caption, and its tone."""
    if isinstance(picture, Unreadable):
        return [short(item.name), problem(picture)], "warn"
    # A line of its own for each class, so that a long name of one leaves the other to be read.
    words = item.caption(page.samples.class_names, "\n").split("\n")
    return [line for line in (*words, item.share) if line], item.tone


def _caption(ink: ImageDraw.ImageDraw, corner: tuple[int, int], font: _Font, lines: list[str], tone: str) -> None:
    x, y = corner
    indent = 14 if tone in {"ok", "wrong"} else 0
    if tone == "ok":  # drawn, as few fonts have these marks
        ink.line([(x, y + 9), (x + 3, y + 13), (x + 9, y + 4)], _INK[tone], 2)
    elif tone == "wrong":
        ink.line([(x + 1, y + 4), (x + 9, y + 12)], _INK[tone], 2)
        ink.line([(x + 1, y + 12), (x + 9, y + 4)], _INK[tone], 2)
    for number, line in enumerate(_wrapped(lines, font, _SIDE - indent)):
        ink.text((x + indent, y + number * _HEIGHT), line, _INK[tone], font)


def _wrapped(lines: list[str], font: _Font, width: int) -> list[str]:
    """Break the first line at spaces where it is too long; what still is too long, or too much, is cut."""
    room = _LINES - len(lines[1:])
    broken = [""]
    for word in lines[0].split(" "):
        longer = f"{broken[-1]} {word}".strip()
        if broken[-1] and len(broken) < room and font.getlength(longer) > width:
            broken.append(word)
        else:
            broken[-1] = longer
    return [_cut(line, font, width) for line in (*broken, *lines[1:])]


def _cut(text: str, font: _Font, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def _fitting(picture: Picture) -> Picture:
    """Scale it to a cell: a small picture by a whole number, so that its pixels are seen."""
    side = max(picture.size)
    if side > _SIDE:
        picture = picture.copy()
        picture.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
        return picture
    times = _SIDE // side
    return picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)


def _font(size: int) -> _Font:
    """DejaVu Sans, which most systems have and which knows most alphabets, or the one that Pillow brings."""
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default(size)
