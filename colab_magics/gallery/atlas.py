"""Many thumbnails on one sheet, and one small PNG for the static form."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from colab_magics.gallery.classes import short
from colab_magics.gallery.images import Picture, Unreadable

THUMBNAIL = 64
"""Pixels: no side of a thumbnail is longer."""
SMALLEST = 32
"""Pixels: thumbnails are made no smaller than this to have more of them on a page."""
MOST_ITEMS = 64
MOST_BYTES = 120_000
"""Of pixels on a page, as a panel's traits hold them and stay under 200 kB."""

_FEWEST_AT_ONCE, _MOST_AT_ONCE = 48, 400
_BYTES_AT_ONCE = 600_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How many pictures a page holds, and the longest side of each in pixels."""

    count: int
    side: int


@dataclass(frozen=True, slots=True)
class Atlas:
    """Thumbnails in rows of ``columns`` cells, each ``width`` by ``height`` pixels, on one grey or coloured sheet."""

    sheet: Picture
    columns: int
    width: int
    height: int

    @property
    def tile(self) -> dict[str, int]:
        """The same for a page, which cuts the pictures out."""
        channels = len(self.sheet.getbands())
        return {"columns": self.columns, "width": self.width, "height": self.height, "channels": channels}

    @property
    def pixels(self) -> bytes:
        """One or three bytes for each: a page shows them at once, and a file only when it has decoded it."""
        return self.sheet.tobytes()

    @property
    def file(self) -> bytes:
        """A PNG, or of coloured pictures that are not small a JPEG."""
        is_photo = self.sheet.mode == "RGB" and max(self.width, self.height) > SMALLEST
        return _jpeg(self.sheet) if is_photo else png(self.sheet)


def plan(n: int, side: int, channels: int) -> Plan:
    """Fit ``n`` pictures of ``side`` pixels and ``channels`` bytes each into a page: smaller first, then fewer."""
    wanted = min(n, MOST_ITEMS)
    fitting = math.isqrt(MOST_BYTES // (wanted * channels))
    side = min(side, THUMBNAIL, max(fitting, SMALLEST))
    return Plan(min(wanted, max(1, MOST_BYTES // (side * side * channels))), side)


def visible(picture: Picture | Unreadable) -> Picture:
    """Give the picture, or one grey pixel in place of one that cannot be read."""
    return Image.new("L", (1, 1), 160) if isinstance(picture, Unreadable) else picture


def problem(picture: Picture | Unreadable) -> str:
    """Say why there is no picture; nothing where there is one."""
    return f"cannot be read: {short(picture.reason, 80)}" if isinstance(picture, Unreadable) else ""


def paste(pictures: Sequence[Picture], columns: int = 0) -> Atlas:
    """Put pictures, in order, into the top left corners of an atlas's cells; as many columns as rows unless given."""
    columns = columns or max(1, math.ceil(math.sqrt(len(pictures))))
    width = max((picture.width for picture in pictures), default=1)
    height = max((picture.height for picture in pictures), default=1)
    mode = "RGB" if any(picture.mode == "RGB" for picture in pictures) else "L"
    sheet = Image.new(mode, (columns * width, max(1, math.ceil(len(pictures) / columns)) * height))
    for place, picture in enumerate(pictures):
        row, column = divmod(place, columns)
        sheet.paste(picture, (column * width, row * height))
    return Atlas(sheet, columns, width, height)


def block(side: int, channels: int) -> int:
    """How many pictures of ``side`` pixels and ``channels`` bytes each are fetched at once."""
    return max(_FEWEST_AT_ONCE, min(_MOST_AT_ONCE, _BYTES_AT_ONCE // (min(side, THUMBNAIL) ** 2 * channels)))


def png(picture: Picture) -> bytes:
    """Write a picture as an 8-bit PNG."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)  # speed counts: the files go over loopback and are not kept
    return file.getvalue()


def _jpeg(picture: Picture) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def small_png(picture: Picture) -> bytes:
    """Write a picture in 16 greys or 64 colours, for a page without a kernel."""
    file = io.BytesIO()
    picture.quantize(16 if picture.mode == "L" else 64).save(file, "PNG")
    return file.getvalue()
