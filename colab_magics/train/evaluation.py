"""A trained model on images of known classes: its loss, and its answers as probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadImages, ModelMismatch
from colab_magics.format import number, plural
from colab_magics.predictions import Predictions
from colab_magics.train.backend import graphs_made_anew
from colab_magics.train.columns import Columns
from colab_magics.train.datasets import Dataset, is_of_bytes
from colab_magics.train.own_table import as_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from colab_magics.train.models import Fitting
    from colab_magics.train.run import Run


@dataclass(frozen=True, eq=False, slots=True)
class Evaluation:
    """What a model is worth on some images: its mean ``loss``, and its ``predictions``, which `%gallery` shows."""

    loss: float
    predictions: Predictions

    def __repr__(self) -> str:
        count = plural(len(self.predictions), self.predictions.noun)
        return f"Evaluation({count}, loss {self.loss:.4f}, accuracy {self.accuracy:.2%})"

    @property
    def accuracy(self) -> float:
        """The share of images that were recognised, 0 to 1."""
        return self.predictions.accuracy

    @property
    def confusion(self) -> pd.DataFrame:
        """How many images of each true class (rows) were taken for each class (columns)."""
        return self.predictions.confusion

    def report(self) -> pd.DataFrame:
        """Precision, recall, F1 and number of images of each class, as `Predictions.report` gives them."""
        return self.predictions.report()


def evaluated(run: Run, x: Any = None, y: Any = None) -> Evaluation:
    """Try a run's model on images and their classes, or on its own test images. Raises what `Run.evaluate` does."""
    from colab_magics.train import models

    model = run.model
    if x is None:
        dataset = run.dataset
    else:
        images, labels = _as_learnt(x, y, run)
        names = run.config.class_names or _class_names(model, images.shape[1:], run)
        dataset = _own(images, labels, names, is_scaled=run.config.is_scaled)
    try:
        fitting = models.fit_to(model, dataset)
    except ModelMismatch as error:
        shape = dataset.x_test.shape
        raise ModelMismatch(f"The model of the run {run.name} does not take x of shape {shape}: {error}") from error
    with graphs_made_anew():
        loss, predictions = tested(model, dataset, fitting)
    return Evaluation(loss, predictions)


def _as_learnt(x: Any, y: Any, run: Run) -> tuple[NDArray[Any], NDArray[Any]]:
    """The samples as the run took its own, and the classes of a person's own labels as numbers. Raises `BadImages`."""
    columns = Columns.read(run.config.columns)
    frame = as_frame(x)
    if columns.columns and frame is None:
        raise BadImages(f"The run was trained on a table: give x as a DataFrame with its columns, {columns.shown}.")
    if columns.columns and frame is not None:
        x = columns.encode(frame)
    return _images(x), _numbered(y, run.config.class_names)


def _images(x: Any) -> NDArray[Any]:
    import numpy as np

    images = _array("x", x)
    if images.ndim not in (2, 3, 4) or 0 in images.shape or images.dtype.kind not in "buif":
        raise BadImages(
            f"x has shape {images.shape}, {images.dtype}: give images as (n, height, width), with or without channels, "
            "or as (n, values), of numbers."
        )
    if not np.isfinite([images.min(), images.max()]).all():
        raise BadImages("x holds values that are not numbers (NaN or infinite): replace them first.")
    return images


def _numbered(y: Any, class_names: Sequence[str]) -> NDArray[Any]:
    """The labels; as numbers of classes where they are these classes' names, in each form that a training takes."""
    import numpy as np

    labels, numbers = _array("y", y), {name: number for number, name in enumerate(class_names)}
    if labels.shape[1:] == (1,):
        labels = labels[:, 0]
    if labels.dtype.kind == "f" and (labels == np.floor(labels)).all():
        labels = labels.astype("int64")
    if labels.ndim == 1 and len(labels) and all(str(label) in numbers for label in labels):
        labels = np.array([numbers[str(label)] for label in labels], "int64")
    return labels


def _class_names(model: Any, image: tuple[int, ...], run: Run) -> tuple[str, ...]:
    """Of a fit in the person's own code nobody knows more than the numbers of the model's outputs."""
    from colab_magics.train.shapes import shapes

    _, outputs = shapes(model, image)
    if len(outputs) != 1 or outputs[0] < 2:
        raise ModelMismatch(
            f"The model of the run {run.name} has no output for each of several classes, of which evaluate tells: let "
            "Keras try it, by  run.model.evaluate(x, y)"
        )
    return tuple(map(str, range(outputs[0])))


def _own(images: NDArray[Any], labels: NDArray[Any], class_names: tuple[str, ...], *, is_scaled: bool) -> Dataset:
    """The person's arrays as a dataset whose splits are the same. Raises `BadImages`."""
    classes = len(class_names)
    if labels.shape == (len(images), classes) and classes > 1:
        labels = labels.argmax(axis=1)
    if labels.shape != (len(images),):
        raise BadImages(
            f"y has shape {labels.shape} for {plural(len(images), 'image')}: give one class number for each, "
            f"or a row of {number(classes)} with a one in it."
        )
    if labels.dtype.kind not in "ui" or labels.min() < 0 or labels.max() >= classes:
        are_numbers = class_names == tuple(map(str, range(classes)))
        names = "" if are_numbers else f", or their names, {', '.join(class_names[:10])}"
        raise BadImages(f"y must hold whole numbers of 0 to {classes - 1}, the classes that the model knows{names}.")
    labels = labels.astype("int64")
    if not is_scaled or images.max() <= 1:  # whole numbers of 0 and 1 are no bytes either
        images = images.astype("float32", copy=False)
    elif is_of_bytes(images):
        images = images / 255
    return Dataset("your data", "arrays", images, labels, images, labels, class_names)


def _array(name: str, values: Any) -> NDArray[Any]:
    import numpy as np

    try:
        return np.asarray(values)
    except (ValueError, TypeError) as error:
        raise BadImages(f"{name} is no array: its rows differ in length, or are no numbers.") from error


def tested(model: Any, dataset: Dataset, fitting: Fitting) -> tuple[float, Predictions]:
    """The mean loss, NaN where the model's own step tells none, and what it says of each test image.

    Raises `ModelMismatch` if these are no numbers.
    """
    images, labels = fitting.images(dataset.x_test), fitting.labels(dataset.y_test)
    results = model.evaluate(images, labels, batch_size=1024, verbose=0, return_dict=True)
    probabilities = _probabilities(model.predict(images, batch_size=1024, verbose=0))
    return float(results.get("loss", math.nan)), Predictions(
        images=dataset.x_test,
        labels=dataset.y_test,
        predicted=probabilities.argmax(axis=1).astype("int64"),
        probabilities=probabilities,
        class_names=dataset.class_names,
    )


def _probabilities(outputs: Any) -> NDArray[np.float32]:
    """The outputs as rows that sum to one: in proportion where they are shares, by softmax where they are logits."""
    import numpy as np

    from colab_magics.train.models import as_rows, is_share

    rows = as_rows(outputs)
    if not np.isfinite(rows).all():
        raise ModelMismatch(
            "The model's outputs are not numbers any more (NaN): the training diverged. Take a lower learning rate."
        )
    are_sigmoids = (rows >= 0).all() and (rows <= 1).all() and (rows.sum(axis=1) > 0).all()
    powers = rows if is_share(rows) or are_sigmoids else np.exp(rows - rows.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype="float32")
