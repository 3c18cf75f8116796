"""The curves of several runs over each other as a picture, for the static form: the live panel draws its own."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

from colab_magics.train.curve import GREY, HEIGHT, SCALE, WIDTH, Box

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.ImageDraw import ImageDraw

_COLORS = (  # between those of the light and the dark theme in js/shared/theme.css
    (31, 133, 201, 255),
    (217, 95, 2, 255),
    (22, 163, 123, 255),
    (197, 100, 160, 255),
    (160, 125, 25, 255),
    (128, 138, 148, 255),
)
MOST = len(_COLORS)
"""Runs in one picture."""

_METRICS = ("loss", "accuracy")
_LINE = 32
_NAME = 40
"""Characters of a name."""

Curve = list[tuple[int, float]]


def png(histories: Mapping[str, Any]) -> bytes | None:
    """Draw loss and accuracy of runs by their names, on the test images where there are such.

    None where no run has two epochs. At most `MOST` runs.
    """
    from PIL import Image, ImageDraw

    curves = {metric: {name: _curve(history, metric) for name, history in histories.items()} for metric in _METRICS}
    drawn = {metric: {name: curve for name, curve in each.items() if len(curve) > 1} for metric, each in curves.items()}
    drawn = {metric: each for metric, each in drawn.items() if each}
    if not drawn:
        return None
    names = [name for name in histories if any(name in each for each in drawn.values())]
    height = HEIGHT * SCALE + _LINE * len(names)
    picture = Image.new("RGBA", (WIDTH * SCALE, height), (0, 0, 0, 0))
    ink = ImageDraw.Draw(picture)
    colors = dict(zip(names, _COLORS, strict=False))
    width = WIDTH * SCALE / len(drawn)
    for place, (metric, each) in enumerate(drawn.items()):
        _draw(ink, place * width, width, metric, each, colors)
    _name(ink, colors)
    content = io.BytesIO()
    picture.quantize(48, method=Image.Quantize.FASTOCTREE).save(content, "PNG", optimize=True)
    return content.getvalue()


def _curve(history: Any, metric: str) -> Curve:
    columns = [name for name in (f"val_{metric}", metric) if name in history]
    each = (
        [(int(at), float(value)) for at, value in history[name].items() if math.isfinite(value)] for name in columns
    )
    return next((curve for curve in each if curve), [])


def _draw(ink: ImageDraw, left: float, width: float, metric: str, curves: Mapping[str, Curve], colors: Any) -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(22)
    values = [value for curve in curves.values() for _, value in curve]
    low, high = min(values), max(values)
    if low == high:
        low, high = low - 0.5, high + 0.5
    epochs = max(curve[-1][0] for curve in curves.values())
    box = Box(left + 110, left + width - 30, low, high, epochs)
    ink.line([(box.left, box.top), (box.left, box.bottom), (box.right, box.bottom)], GREY, 1)
    for value, anchor in ((high, "rt"), (low, "rs")):
        ink.text((box.left - 8, box.place(1, value)[1]), f"{value:.3g}", GREY, font, anchor)
    for at, epoch in ((box.left, 1), (box.right, epochs)):
        ink.text((at, box.bottom + 8), str(epoch), GREY, font, "mt")
    ink.text((box.left, 4), f"{metric} on the test images, by epoch", GREY, font)
    for name, curve in curves.items():
        ink.line([box.place(epoch, value) for epoch, value in curve], colors[name], 4, "curve")


def _name(ink: ImageDraw, colors: Mapping[str, tuple[int, ...]]) -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(22)
    for row, (name, color) in enumerate(colors.items()):
        top = HEIGHT * SCALE + row * _LINE
        ink.line([(110, top + 12), (160, top + 12)], color, 4)
        ink.text((174, top), " ".join(name.split())[:_NAME], GREY, font)
