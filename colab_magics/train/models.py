"""Models: the tutorial's own, and whatever a person built made to fit the data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.errors import ModelMismatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from colab_magics.train.datasets import Dataset


def mlp(inputs: int, classes: int) -> Any:
    """The tutorial's model, compiled: two hidden layers of 512, each with dropout 0.2.

    ``inputs``: the number of pixels. Takes (n, inputs) floats of 0 to 1, gives (n, classes) probabilities.
    """
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((inputs,)),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(classes, activation="softmax"),
        ],
        name="mlp",
    )
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


@dataclass(frozen=True, eq=False, slots=True)
class Fitting:
    """How a model takes a dataset: the shape of one image and the form of its labels."""

    shape: tuple[int, ...]
    classes: int
    has_integer_labels: bool

    def images(self, images: NDArray[np.generic]) -> NDArray[np.float32]:
        """(n, *shape) float32, whole numbers scaled from 0..255 to 0..1."""
        scaled = images.astype("float32")
        if images.dtype.kind in "ui":
            scaled /= 255
        return scaled.reshape(len(images), *self.shape)

    def labels(self, labels: NDArray[np.int64]) -> NDArray[Any]:
        """(n,) int64 or (n, classes) float32 with a one in each row, as the model's loss asks."""
        if self.has_integer_labels:
            return labels
        import numpy as np

        return np.eye(self.classes, dtype="float32")[labels]


def fit_to(model: Any, dataset: Dataset) -> Fitting:
    """Find how ``model`` takes ``dataset``; compile it if that was not done.

    Raises `ModelMismatch` when its input does not hold the pixels of an image, or its outputs are not the classes.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise ModelMismatch(f"model is a {type(model).__name__} and not a Keras model.")
    image, classes = dataset.x_train.shape[1:], len(dataset.class_names)
    shape, outputs = _shapes(model, image)
    if outputs != (classes,):
        raise ModelMismatch(
            f"The model gives {_spoken(outputs)} for an image, but {dataset.name} has {classes} classes: "
            f"make its last layer Dense({classes}, activation='softmax')."
        )
    if not model.compiled:
        loss = keras.losses.CategoricalCrossentropy(from_logits=not _ends_in_softmax(model))
        model.compile(loss=loss, optimizer="adam", metrics=["accuracy"])
    return Fitting(shape, classes, "sparse" in _name(model.loss).lower())


def _shapes(model: Any, image: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The input shape that the model has or takes, and its output for it, both without the batch."""
    pixels = math.prod(image)
    if model.built and getattr(model, "inputs", None):
        if len(model.inputs) != 1 or len(model.outputs) != 1:
            raise ModelMismatch("The model has several inputs or outputs; a classifier of images has one of each.")
        shape = tuple(model.input_shape[1:])
        if None in shape or math.prod(shape) != pixels:
            raise ModelMismatch(
                f"The model takes {_spoken(shape)}, but an image is {_spoken(image)} of {pixels} pixels: "
                f"give it  keras.Input(({pixels},))  or  keras.Input({_with_channels(image)})."
            )
        return shape, tuple(model.output_shape[1:])
    return _tried(model, image, pixels)


def _tried(model: Any, image: tuple[int, ...], pixels: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """For a model without an input: the first way to shape an image that leads to one row of outputs."""
    results: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for shape in ((pixels,), _with_channels(image), image):
        try:
            output = model.compute_output_shape((None, *shape))
        except Exception:  # noqa: BLE001, S112 (a layer says in its own way that it cannot take this shape)
            continue
        results.append((shape, tuple(output[1:])))
        if len(output) == 2:
            return results[-1]
    if results:
        return results[0]
    raise ModelMismatch(f"The model takes no image that is {_spoken(image)}: begin it with  keras.Input(({pixels},)).")


def _with_channels(image: tuple[int, ...]) -> tuple[int, ...]:
    return image if len(image) == 3 else (*image, 1)


def _ends_in_softmax(model: Any) -> bool:
    last = model.layers[-1]
    return type(last).__name__ == "Softmax" or _name(getattr(last, "activation", None)) == "softmax"


def _name(thing: Any) -> str:
    """The name of a loss or an activation, which Keras keeps as text, function or object."""
    return thing if isinstance(thing, str) else getattr(thing, "__name__", type(thing).__name__)


def _spoken(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} values" if len(shape) == 1 else f"an array of {'x'.join(map(str, shape))}"
