"""The picture of a training's curves."""

import io
import math

import pandas as pd
import pytest
from PIL import Image

from colab_magics.train import curve


def history(epochs: int, **columns: float) -> pd.DataFrame:
    rows = [{"loss": 1 / n, "accuracy": 1 - 1 / n, "val_loss": 1.2 / n, "seconds": 3.0} for n in range(1, epochs + 1)]
    return pd.DataFrame(rows).assign(**columns)


def colors(content: bytes) -> set[tuple[int, ...]]:
    image = Image.open(io.BytesIO(content)).convert("RGBA")
    return {color for _, color in image.getcolors(1 << 20)}


def test_both_metrics_are_drawn_small() -> None:
    content = curve.png(history(20))
    assert content is not None
    assert len(content) < 12_000
    assert Image.open(io.BytesIO(content)).size == (1280, 400)
    drawn = colors(content)
    for wanted in ((217, 95, 2), (31, 133, 201)):
        assert any(max(abs(a - b) for a, b in zip(color, wanted, strict=False)) < 12 for color in drawn)


@pytest.mark.parametrize(
    "frame",
    [history(0), history(1), history(3)[["seconds"]], history(3, loss=math.nan, val_loss=math.nan, accuracy=math.inf)],
)
def test_nothing_to_draw(frame: pd.DataFrame) -> None:
    assert curve.png(frame) is None


def test_a_gap_and_a_flat_line() -> None:
    frame = history(5, accuracy=0.5)
    frame.loc[2, "loss"] = math.nan
    assert curve.png(frame) is not None


def test_other_metrics_and_epochs_without_validation() -> None:
    frame = pd.DataFrame({"mae": [3.0, 2.0, 1.0], "val_mae": [math.nan, 2.5, math.nan], "loss": [9.0, 4.0, 1.0]})
    assert curve.png(frame, held_back="validation") is not None
    box = curve.Box(0, 100, 0, 4, 3)
    assert len(list(curve._pieces(box, [3.0, math.nan, 2.0], [3.0, 2.0, 1.0]))) == 1
    assert len(list(curve._pieces(box, [3.0, math.nan, 2.0], [3.0, math.nan, 1.0]))) == 2
