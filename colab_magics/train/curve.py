"""The curves of a training as a picture, for the static form: the live panel draws its own."""

from __future__ import annotations

import io
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL.ImageDraw import ImageDraw

WIDTH = 640
"""Pixels on the page; the picture has twice as many, for sharp screens."""

HEIGHT, SCALE = 200, 2
GREY = (128, 128, 128, 255)  # read on white and on black
_LOSS, _OTHER = (217, 95, 2, 255), (31, 133, 201, 255)  # as in js/shared/theme.css
_UNDRAWN = ("seconds", "learning_rate")
_DASH = 12.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """The place of one chart, in pixels, and the values at its edges."""

    left: float
    right: float
    low: float
    high: float
    epochs: int
    top: float = 40
    bottom: float = HEIGHT * SCALE - 50

    def place(self, epoch: float, value: float) -> Point:
        x = self.left + (self.right - self.left) * (epoch - 1) / max(self.epochs - 1, 1)
        y = self.bottom - (self.bottom - self.top) * (value - self.low) / (self.high - self.low)
        return x, y


def png(history: Any, *, held_back: str = "test images") -> bytes | None:
    """Draw loss and accuracy, or another metric, of a run's history: training in full, what is held back dashed.

    None where there is nothing to draw a line through: one epoch, or no finite value.
    """
    from PIL import Image, ImageDraw

    metrics = _metrics(history)
    if len(history) < 2 or not metrics:
        return None
    size = (WIDTH * SCALE, HEIGHT * SCALE)
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    width = size[0] / len(metrics)
    for number, metric in enumerate(metrics):
        values = _finite(history, metric)
        low, high = min(values), max(values)
        if low == high:
            low, high = low - 0.5, high + 0.5
        left = number * width
        box = Box(left + 110, left + width - 30, low, high, len(history))
        _draw(ImageDraw.Draw(picture), box, metric, history, held_back)
    content = io.BytesIO()
    picture.quantize(32, method=Image.Quantize.FASTOCTREE).save(content, "PNG", optimize=True)
    return content.getvalue()


def _metrics(history: Any) -> list[str]:
    """The loss and one more, of which there is something to draw."""
    names = [name for name in history if not name.startswith("val_") and name not in _UNDRAWN]
    names.sort(key=lambda name: ("loss", "accuracy").index(name) if name in ("loss", "accuracy") else 2)
    return [name for name in names if _finite(history, name)][:2]


def _finite(history: Any, metric: str) -> list[float]:
    columns = [name for name in (metric, f"val_{metric}") if name in history]
    return [float(value) for name in columns for value in history[name] if math.isfinite(value)]


def _draw(draw: ImageDraw, box: Box, metric: str, history: Any, held_back: str) -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(22)
    draw.line([(box.left, box.top), (box.left, box.bottom), (box.right, box.bottom)], GREY, 1)
    for value, anchor in ((box.high, "rt"), (box.low, "rs")):
        draw.text((box.left - 8, box.place(1, value)[1]), f"{value:.3g}", GREY, font, anchor)
    for at, epoch in ((box.left, history.index[0]), (box.right, history.index[-1])):
        draw.text((at, box.bottom + 8), str(epoch), GREY, font, "mt")
    title = f"{metric} by epoch, {held_back} dashed" if f"val_{metric}" in history else f"{metric} by epoch"
    draw.text((box.left, 4), title, GREY, font)
    for name, is_dashed in ((metric, False), (f"val_{metric}", True)):
        if name in history:
            for piece in _pieces(box, history[name], history[metric]):
                for segment in _dashes(piece) if is_dashed else [piece]:
                    draw.line(segment, _LOSS if metric == "loss" else _OTHER, 4, "curve")


def _pieces(box: Box, values: Any, trained: Any) -> Iterator[Sequence[Point]]:
    """The line, broken where a value is no number, and not at an epoch that was trained and never validated."""
    numbered = [
        (number, value)
        for number, (value, training) in enumerate(zip(values, trained, strict=True), start=1)
        if math.isfinite(value) or not math.isfinite(training)
    ]
    for is_drawn, run in itertools.groupby(numbered, key=lambda pair: math.isfinite(pair[1])):
        if is_drawn:
            yield [box.place(epoch, float(value)) for epoch, value in run]


def _dashes(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        steps = max(1, round(math.hypot(to_x - x, to_y - y) / _DASH))
        for step in range(0, steps, 2):
            yield (
                (x + (to_x - x) * step / steps, y + (to_y - y) * step / steps),
                (x + (to_x - x) * min(step + 1, steps) / steps, y + (to_y - y) * min(step + 1, steps) / steps),
            )
