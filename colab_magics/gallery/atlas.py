"""Many thumbnails in one PNG, and one small PNG for the static form."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from colab_magics.gallery.images import Picture, Unreadable

THUMBNAIL = 64
"""Pixels: no side of a thumbnail is longer."""
SMALLEST = 32
"""Pixels: thumbnails are made no smaller than this to have more of them on a page."""
MOST_ITEMS = 64
MOST_BYTES = 120_000
"""Of pixels on a page: a PNG of noise is hardly smaller than its pixels, and a panel's traits stay under 200 kB."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many pictures a page holds, and the longest side of each in pixels."""

    count: int
    side: int


@dataclass(frozen=True, slots=True)
class Atlas:
    """Thumbnails in rows of ``columns`` cells, each ``width`` by ``height`` pixels, in one 8-bit PNG."""

    png: bytes
    columns: int
    width: int
    height: int


def plan(n: int, side: int, channels: int) -> Plan:
    """Fit ``n`` pictures of ``side`` pixels and ``channels`` bytes each into a page: smaller first, then fewer."""
    wanted = min(n, MOST_ITEMS)
    fitting = math.isqrt(MOST_BYTES // (wanted * channels))
    side = min(side, THUMBNAIL, max(fitting, SMALLEST))
    return Plan(min(wanted, max(1, MOST_BYTES // (side * side * channels))), side)


def visible(picture: Picture | Unreadable) -> Picture:
    """Give the picture, or one grey pixel in place of one that cannot be read."""
    return Image.new("L", (1, 1), 160) if isinstance(picture, Unreadable) else picture


def paste(pictures: Sequence[Picture]) -> Atlas:
    """Put pictures, in order, into the top left corners of an atlas's cells."""
    columns = max(1, math.ceil(math.sqrt(len(pictures))))
    width = max((picture.width for picture in pictures), default=1)
    height = max((picture.height for picture in pictures), default=1)
    mode = "RGB" if any(picture.mode == "RGB" for picture in pictures) else "L"
    sheet = Image.new(mode, (columns * width, max(1, math.ceil(len(pictures) / columns)) * height))
    for place, picture in enumerate(pictures):
        row, column = divmod(place, columns)
        sheet.paste(picture, (column * width, row * height))
    return Atlas(png(sheet), columns, width, height)


def png(picture: Picture) -> bytes:
    """Write a picture as an 8-bit PNG."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def small_png(picture: Picture) -> bytes:
    """Write a picture in 16 greys or 64 colours, for a page without a kernel."""
    return png(picture.quantize(16 if picture.mode == "L" else 64))
