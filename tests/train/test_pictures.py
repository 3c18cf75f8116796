"""Pictures of where a model is wrong."""

import io

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


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 8, 3), (8, 8, 2)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_the_worst_mistakes(shape: tuple[int, ...], dtype: str) -> None:
    from colab_magics.train.pictures import mistakes_png

    png = mistakes_png(predictions(shape, dtype=dtype))
    assert png is not None
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.size[1] > picture.size[0] / 5  # three mistakes, in one row
    assert mistakes_png(predictions((64,))) is None
