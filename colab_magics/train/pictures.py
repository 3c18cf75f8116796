"""Where a model is wrong, as pictures for TensorBoard: the confusion matrix, and the worst mistakes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from colab_magics.format import printable, readable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from colab_magics.predictions import Predictions

_SIDE = 640
_LEGEND = 90
_MOST_NUMBERED = 16
"""Classes up to which the cells hold their numbers, and the edges the names."""

_MISTAKES = 5
"""In a row, and rows."""

_TILE = 112
_INK, _PAPER = (30, 30, 30), (255, 255, 255)


def confusion_png(predictions: Predictions) -> bytes:
    """Draw true classes as rows and predicted ones as columns; the darker, the larger the share of its row."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    counts = predictions.confusion.to_numpy()
    classes = len(counts)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    grey = Image.fromarray((255 - 200 * shares).astype("uint8"))
    side = max(_SIDE // classes, 1) * classes
    picture = Image.new("RGB", (_LEGEND + side, _LEGEND + side), _PAPER)
    picture.paste(grey.resize((side, side), Image.Resampling.NEAREST), (_LEGEND, _LEGEND))
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(14)
    draw.text((_LEGEND, 8), "predicted", _INK, font)
    draw.text((8, _LEGEND), "true", _INK, font)
    if classes <= _MOST_NUMBERED:
        cell = side / classes
        for row, name in enumerate(predictions.class_names):
            middle = _LEGEND + cell * (row + 0.5)
            draw.text((_LEGEND - 8, middle), _short(name), _INK, font, "rm")
            draw.text((middle, _LEGEND - 8), _short(name), _INK, font, "ms")
            for column in range(classes):
                ink = _PAPER if shares[row, column] > 1 / 2 else _INK
                place = (_LEGEND + cell * (column + 0.5), middle)
                draw.text(place, str(counts[row, column]), ink, font, "mm")
    return _as_png(picture)


def mistakes_png(predictions: Predictions) -> bytes | None:
    """Draw the images that were most surely taken for another class; None without one, or without images."""
    from PIL import Image, ImageDraw, ImageFont

    worst = _worst(predictions)
    if not len(worst) or predictions.images.ndim not in (3, 4):
        return None
    rows = -(-len(worst) // _MISTAKES)
    picture = Image.new("RGB", (_MISTAKES * _TILE, rows * (_TILE + 20)), _PAPER)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(12)
    for number, sample in enumerate(worst):
        left, top = number % _MISTAKES * _TILE, number // _MISTAKES * (_TILE + 20)
        tile = _tile(predictions.images[sample]).resize((_TILE - 8, _TILE - 8), Image.Resampling.NEAREST)
        picture.paste(tile, (left + 4, top + 4))
        true, taken = (predictions.class_names[of[sample]] for of in (predictions.labels, predictions.predicted))
        draw.text((left + _TILE / 2, top + _TILE + 8), f"{_short(true)}, not {_short(taken)}", _INK, font, "mm")
    return _as_png(picture)


def _worst(predictions: Predictions) -> NDArray[np.int64]:
    """The places of the mistakes, those first that the model was surest of."""
    import numpy as np

    wrong = np.flatnonzero(~predictions.is_correct)
    if predictions.probabilities is None:
        return wrong[: _MISTAKES**2]
    sureness = predictions.probabilities[wrong, predictions.predicted[wrong]]
    return wrong[np.argsort(-sureness, kind="stable")[: _MISTAKES**2]]


def _tile(pixels: Any) -> Image:
    """One image, its values stretched from the least to the greatest."""
    import numpy as np
    from PIL import Image

    values = np.nan_to_num(np.asarray(pixels, dtype="float32"), posinf=0, neginf=0).astype("float64")
    if values.ndim == 3 and values.shape[-1] not in (3, 4):
        values = values[..., 0]
    low, high = values.min(initial=0), values.max(initial=0)
    scaled = (255 * (values - low) / ((high - low) or 1)).astype("uint8")
    return Image.fromarray(scaled).convert("RGB")


def _short(name: str) -> str:
    """A few letters in one line; Pillow draws no halves of characters."""
    shown = readable(printable(" ".join(name.split())))
    return shown if len(shown) <= 9 else shown[:8] + "…"


def _as_png(picture: Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG", optimize=True)
    return content.getvalue()
