"""Pictures of where a model is wrong."""

import io
from dataclasses import replace

import numpy as np
import pytest

from colab_magics.predictions import Predictions

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")


def predictions(shape: tuple[int, ...], classes: int = 3, dtype: str = "uint8") -> Predictions:
    labels = np.arange(12) % classes
    predicted = np.where(np.arange(12) < 9, labels, (labels + 1) % classes)
    probabilities = np.eye(classes, dtype="float32")[predicted]
    names = tuple(f"<b>class {number}" for number in range(classes))
    return Predictions(np.full((12, *shape), 7, dtype), labels, predicted, probabilities, names)


@pytest.mark.parametrize("classes", [2, 3, 40])
def test_the_confusion_matrix(classes: int) -> None:
    from colab_magics.train.pictures import confusion_png

    with Image.open(io.BytesIO(confusion_png(predictions((4, 4), classes)))) as picture:
        assert picture.format == "PNG"
        pixels = np.asarray(picture.convert("L"))
    assert pixels[92, 92] < pixels[92, -3]  # the first class is rarely taken for the last one


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 8, 3), (8, 8, 2), (28, 1), (1, 28), (1, 1)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_the_worst_mistakes(shape: tuple[int, ...], dtype: str) -> None:
    from colab_magics.train.pictures import mistakes_png

    png = mistakes_png(predictions(shape, dtype=dtype))
    assert png is not None
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.size[1] > picture.size[0] / 5  # three mistakes, in one row
    assert mistakes_png(predictions((64,))) is None


@pytest.mark.parametrize("name", ["two\nlines", "half \ud800", "\x1b[31mred", "long" * 50, ""])
def test_a_hostile_name_is_drawn(name: str) -> None:
    from colab_magics.train.pictures import confusion_png, mistakes_png

    found = replace(predictions((8, 8)), class_names=(name, "b", "c"))
    assert confusion_png(found).startswith(b"\x89PNG")
    assert (mistakes_png(found) or b"").startswith(b"\x89PNG")


def test_pixels_that_are_no_numbers() -> None:
    from colab_magics.train.pictures import mistakes_png

    pixels = np.full((12, 2, 2), [[np.inf, -np.inf], [np.nan, 1e30]])
    assert mistakes_png(replace(predictions((2, 2)), images=pixels)) is not None
