"""The curves of several runs in one picture."""

import io
import math

import pandas as pd
import pytest
from PIL import Image

from colab_magics.train import overlay


def history(epochs: int, **columns: float) -> pd.DataFrame:
    rows = [{"loss": 1 / n, "val_loss": 1.2 / n, "accuracy": 1 - 1 / n} for n in range(1, epochs + 1)]
    return pd.DataFrame(rows, index=range(1, epochs + 1)).assign(**columns)


def colors(content: bytes) -> list[tuple[int, ...]]:
    image = Image.open(io.BytesIO(content)).convert("RGBA")
    return [color[:3] for count, color in image.getcolors(1 << 20) if count > 60]


def test_each_run_has_its_colour() -> None:
    content = overlay.png({f"run {number}": history(20 + number) for number in range(6)})
    assert content is not None
    assert len(content) < 20_000
    drawn = colors(content)
    for wanted in overlay._COLORS:
        assert any(max(abs(a - b) for a, b in zip(color, wanted, strict=False)) < 16 for color in drawn), wanted


@pytest.mark.parametrize("epochs", [0, 1])
def test_nothing_to_draw(epochs: int) -> None:
    assert overlay.png({"it": history(epochs)}) is None
    assert overlay.png({}) is None
    assert overlay.png({"it": history(3)[[]]}) is None


def test_gaps_other_metrics_and_strange_names() -> None:
    broken = history(4, accuracy=math.nan)
    broken.loc[2, "val_loss"] = math.inf
    assert overlay.png({"\u202e<b>\n\udcff" * 30: broken, "it": history(3), "one": history(1)}) is not None
