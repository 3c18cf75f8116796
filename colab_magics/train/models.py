"""Models: the tutorial's own, and whatever a person built made to fit the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.errors import ModelMismatch
from colab_magics.train.fault import said
from colab_magics.train.shapes import shapes, spoken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from colab_magics.train.datasets import Dataset

_TRIED = 32
"""Images that a model is tried on."""

_SUM = 0.02
"""How far from 1 the sum of a row of probabilities may be."""


def mlp(inputs: int, classes: int) -> Any:
    """The tutorial's model: two hidden layers of 512, each with dropout 0.2.

    ``inputs``: the number of pixels. Takes (n, inputs) floats of 0 to 1, gives (n, classes) probabilities.
    """
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((inputs,)),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(classes, activation="softmax", dtype="float32"),  # also where the others are of 16 bits
        ],
        name="mlp",
    )


def cnn(shape: tuple[int, ...], classes: int) -> Any:
    """A small convolutional network: 145,578 parameters for MNIST.

    ``shape``: (height, width) or (height, width, channels). Takes (n, height, width, channels) floats of 0 to 1, gives
    (n, classes) probabilities. Convolutions without pooling, each with batch normalisation, as in J. Springenberg et
    al., Striving for Simplicity, https://arxiv.org/abs/1412.6806.
    """
    import keras
    from keras import layers

    def block(filters: int, size: int, strides: int) -> list[Any]:
        return [
            layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]

    return keras.Sequential(
        [
            keras.Input(shape if len(shape) == 3 else (*shape, 1)),
            *block(32, 5, 2),
            layers.Dropout(0.1),
            *block(48, 3, 1),
            *block(64, 3, 2),
            layers.Dropout(0.2),
            *block(96, 3, 1),
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(classes, activation="softmax", dtype="float32"),  # also where the others are of 16 bits
        ],
        name="cnn",
    )


def named(name: str, dataset: Dataset, optimizer: Any) -> Any:
    """One of our own models, made for a dataset and compiled."""
    shape, classes = dataset.x_train.shape[1:], len(dataset.class_names)
    model = mlp(dataset.x_train[0].size, classes) if name == "mlp" else cnn(shape, classes)
    model.compile(loss="categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
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

    def prepare(self, images: Any) -> Any:
        """The same as `images` of the backend's own tensors, inside its graph."""
        import keras

        scaled = keras.ops.cast(images, "float32")
        if "int" in keras.backend.standardize_dtype(images.dtype):
            scaled = scaled / 255
        return keras.ops.reshape(scaled, (-1, *self.shape))

    def labels(self, labels: NDArray[np.int64]) -> NDArray[Any]:
        """(n,) int64 or (n, classes) float32 with a one in each row, as the model's loss asks."""
        if self.has_integer_labels:
            return labels
        import numpy as np

        return np.eye(self.classes, dtype="float32")[labels]


def fit_to(model: Any, dataset: Dataset, optimizer: Any = "adam") -> Fitting:
    """Find how ``model`` takes ``dataset``; compile it, with ``optimizer``, if that was not done.

    Raises `ModelMismatch` when its input does not hold the pixels of an image, its outputs are not the classes, or
    its loss does not take them.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise ModelMismatch(f"model is of type {type(model).__name__} and not a Keras model.")
    image, classes = dataset.x_train.shape[1:], len(dataset.class_names)
    shape, outputs = shapes(model, image)
    if outputs != (classes,):
        article = "an" if dataset.noun == "image" else "a"
        raise ModelMismatch(
            f"The model gives {spoken(outputs)} for {article} {dataset.noun}, "
            f"but {dataset.name} has {classes} classes: "
            f"make its last layer Dense({classes}, activation='softmax')."
        )
    loss = _single_loss(model) if model.compiled else ""
    fitting = Fitting(shape, classes, "sparse" in _name(loss).lower())
    _try(model, dataset, fitting, optimizer)
    return fitting


def _single_loss(model: Any) -> Any:
    """The loss of a compiled model, alone where it stands in a list or a dict."""
    loss = model.loss
    if isinstance(loss, (list, tuple, dict)) and len(loss) == 1:
        loss = next(iter(loss.values() if isinstance(loss, dict) else loss))
    if not loss:
        raise ModelMismatch(
            "The model is compiled without a loss: compile it with  loss='categorical_crossentropy', or not at all."
        )
    return loss


def _try(model: Any, dataset: Dataset, fitting: Fitting, optimizer: Any) -> None:
    """Give the model one small batch: does its loss take what it gives? Compile it if that was not done."""
    import keras

    images, labels = fitting.images(dataset.x_test[:_TRIED]), fitting.labels(dataset.y_test[:_TRIED])
    outputs = model(keras.ops.convert_to_tensor(images), training=False)
    if not model.compiled:
        has_probabilities = is_share(as_rows(outputs)) or _ends_in(model, "sigmoid")
        loss = keras.losses.CategoricalCrossentropy(from_logits=not has_probabilities)
        model.compile(loss=loss, optimizer=optimizer, metrics=["accuracy"])
    labels = keras.ops.convert_to_tensor(labels)
    try:
        model.compute_loss(x=images, y=labels, y_pred=outputs)
        model.compute_metrics(x=images, y=labels, y_pred=outputs)
    except Exception as error:
        raise ModelMismatch(
            "The model's loss or metrics do not take its outputs: compile it with  loss='categorical_crossentropy', "
            f"metrics=['accuracy'], or not at all. ({said(error)})"
        ) from error
    model.reset_metrics()


def as_rows(outputs: Any) -> NDArray[np.float32]:
    """What a model gave for a batch as (n, classes) float32, whatever its backend and its precision."""
    import keras
    import numpy as np

    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32")), dtype="float32")


def is_share(rows: NDArray[np.floating]) -> bool:
    """Are these shares of a whole, as softmax gives them? Those of 16-bit floats sum to 1 within one or two percent."""
    return bool((rows >= 0).all() and (abs(rows.sum(axis=1) - 1) <= _SUM).all())


def _ends_in(model: Any, activation: str) -> bool:
    last = model.layers[-1] if model.layers else None
    return _name(getattr(last, "activation", None)) == activation


def _name(thing: Any) -> str:
    """The name of a loss or an activation, which Keras keeps as text, function or object."""
    return thing if isinstance(thing, str) else getattr(thing, "__name__", type(thing).__name__)
