"""A run as training makes it, its predictions, and a folder of pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from colab_magics.gallery.items import Gallery
from colab_magics.gallery.source import read
from colab_magics.predictions import Predictions

NAMES = ("zero", "one", "two", "three")


@dataclass(frozen=True)
class Dataset:
    name: str
    x_train: Any
    y_train: Any
    x_test: Any
    y_test: Any
    class_names: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    predictions: Predictions | None
    dataset: Dataset


@pytest.fixture
def predictions() -> Predictions:
    """Forty pictures of four classes; every tenth, beginning with the first, is recognised as the next class."""
    rng = np.random.default_rng(3)
    labels = np.arange(40) % 4
    predicted = np.where(np.arange(40) % 10 == 0, (labels + 1) % 4, labels)
    probabilities = np.full((40, 4), 0.05, np.float32)
    probabilities[np.arange(40), predicted] = 0.85
    images = rng.integers(0, 256, (40, 8, 8), dtype=np.uint8)
    return Predictions(images, labels, predicted, probabilities, NAMES)


@pytest.fixture
def run(predictions: Predictions) -> Run:
    """A run with fifty training images, one of each shade of grey, and the predictions for forty test images."""
    shades = np.broadcast_to(np.arange(50, dtype=np.uint8)[:, None, None] * 5, (50, 8, 8)).copy()
    dataset = Dataset("shades", shades, np.arange(50) % 4, predictions.images, predictions.labels, NAMES)
    return Run(predictions, dataset)


@pytest.fixture
def gallery(predictions: Predictions) -> Gallery:
    return Gallery(read(predictions))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three cats and two dogs, of all the formats and some unlike modes."""
    folder = tmp_path / "photos"
    for name, mode, size in (
        ("cat/a.png", "RGB", (100, 50)),
        ("cat/b.JPG", "L", (20, 30)),
        ("cat/c.gif", "P", (10, 10)),
        ("dog/d.bmp", "RGB", (9, 9)),
        ("dog/e.webp", "RGBA", (70, 90)),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new(mode, size, 90).save(path)
    return folder
