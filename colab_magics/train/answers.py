"""A model's answers for the test images, as a file; the images themselves come from the data again."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BrokenFile, SourceNotFound
from colab_magics.predictions import Predictions
from colab_magics.train.arrays import DAMAGE
from colab_magics.train.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path


def write_answers(path: Path, predictions: Predictions) -> None:
    """Write all but the images as an ``.npz`` file, whole or not at all. Raises OSError."""
    import numpy as np

    arrays: dict[str, Any] = {"labels": predictions.labels, "predicted": predictions.predicted}
    if predictions.probabilities is not None:
        arrays["probabilities"] = predictions.probabilities
    names = json.dumps(predictions.class_names).encode()
    content = io.BytesIO()
    np.savez(content, class_names=np.frombuffer(names, dtype="uint8"), **arrays)
    write_whole(path, content.getvalue())


def read_answers(path: Path) -> Predictions:
    """Read them back, with images of no size. Raises `SourceNotFound` and `BrokenFile`."""
    import numpy as np

    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
        names = tuple(str(name) for name in json.loads(found["class_names"].tobytes()))
        labels, predicted = found["labels"].astype("int64"), found["predicted"].astype("int64")
        probabilities = found["probabilities"].astype("float32") if "probabilities" in found else None
        _check(labels.shape, predicted.shape, None if probabilities is None else probabilities.shape, len(names))
        if len(labels) and not (
            0 <= min(labels.min(), predicted.min()) <= max(labels.max(), predicted.max()) < len(names)
        ):
            raise ValueError("a class has no name")
    except FileNotFoundError as error:
        raise SourceNotFound(f"There are no predictions at {path}: get them by  run.evaluate()") from error
    except (*DAMAGE, TypeError, MemoryError) as error:
        reason = str(error) or type(error).__name__
        raise BrokenFile(f"{path} is damaged ({reason}): get the predictions anew by  run.evaluate()") from error
    images = np.empty((len(labels), 0, 0), "uint8")
    return Predictions(images, labels, predicted, probabilities, names)


def _check(labels: tuple[int, ...], predicted: tuple[int, ...], rows: tuple[int, ...] | None, classes: int) -> None:
    if len(labels) != 1 or predicted != labels or rows not in (None, (*labels, classes)):
        raise ValueError("its arrays do not belong together")
