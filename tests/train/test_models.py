"""The tutorial's model, and any other made to fit the data."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from colab_magics.errors import ModelMismatch
from colab_magics.train.datasets import Dataset
from colab_magics.train.models import fit_to, mlp

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")
layers = keras.layers


def test_the_tutorials_recipe() -> None:
    model = mlp(784, 10)
    assert model.count_params() == 669_706
    assert [type(layer).__name__ for layer in model.layers] == ["Dense", "Dropout", "Dense", "Dropout", "Dense"]
    assert [layer.rate for layer in model.layers if isinstance(layer, layers.Dropout)] == [0.2, 0.2]


@pytest.mark.parametrize(
    ("stack", "shape"),
    [
        ([keras.Input((64,)), layers.Dense(10)], (64,)),
        ([layers.Dense(10)], (64,)),
        ([keras.Input((8, 8)), layers.Flatten(), layers.Dense(10)], (8, 8)),
        ([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(10)], (8, 8, 1)),
        ([layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(10)], (8, 8, 1)),
        ([keras.Input((None, None, 1)), layers.GlobalMaxPooling2D(), layers.Dense(10)], (8, 8, 1)),
        ([keras.Input((None, 8)), layers.LSTM(4), layers.Dense(10)], (8, 8)),
    ],
)
def test_images_take_the_shape_that_the_model_asks_for(
    stack: list[Any], shape: tuple[int, ...], dataset: Dataset
) -> None:
    model = keras.Sequential(stack)
    fitting = fit_to(model, dataset)
    images = fitting.images(dataset.x_test)
    assert images.shape == (len(dataset.x_test), *shape)
    assert images.min() == 0
    assert images.max() == 1
    assert model(images[:2]).shape == (2, 10)


class Dense(keras.Model):
    """A subclassed model as Keras' guides write it; nothing says what it gives but what it does."""

    def __init__(self) -> None:
        super().__init__()
        self.flatten, self.dropout = layers.Flatten(), layers.Dropout(0.2)
        self.out = layers.Dense(10, activation="softmax")

    def call(self, x: Any) -> Any:
        return self.out(self.dropout(self.flatten(x)))


class Convolution(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.convolution = layers.BatchNormalization(), layers.Conv2D(4, 3)
        self.flatten, self.out = layers.Flatten(), layers.Dense(10)

    def call(self, x: Any) -> Any:
        return self.out(self.flatten(self.convolution(self.norm(x))))


@pytest.mark.parametrize(("kind", "shape"), [(Dense, (64,)), (Convolution, (8, 8, 1))])
def test_a_subclassed_model(kind: type[Any], shape: tuple[int, ...], dataset: Dataset) -> None:
    model = kind()
    fitting = fit_to(model, dataset)
    assert fitting.shape == shape
    assert model(fitting.images(dataset.x_test[:2])).shape == (2, 10)
    assert model.loss.get_config()["from_logits"] is (kind is Convolution)


@pytest.mark.parametrize(("kind", "shape"), [(Dense, (8, 8)), (Dense, (64,)), (Convolution, (8, 8, 1))])
def test_a_subclassed_model_that_was_called(kind: type[Any], shape: tuple[int, ...], dataset: Dataset) -> None:
    model = kind()
    model(np.zeros((2, *shape), "float32"))
    assert fit_to(model, dataset).shape == shape


def test_a_subclassed_model_that_was_built_for_other_images(dataset: Dataset) -> None:
    model = Dense()
    model(np.zeros((2, 28, 28), "float32"))
    with pytest.raises(ModelMismatch, match="takes an array of 28x28, but an image is an array of 8x8"):
        fit_to(model, dataset)


def outputs_in_a_dict() -> Any:
    image = keras.Input((64,))
    return keras.Model(image, {"a": layers.Dense(10)(image)})


def input_in_a_dict() -> Any:
    image = keras.Input((64,), name="q")
    return keras.Model({"q": image}, layers.Dense(10)(image))


class OutputsInADict(Dense):
    def call(self, x: Any) -> Any:
        return {"a": super().call(x)}


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (outputs_in_a_dict, "is in a dict: give it the plain ones"),
        (input_in_a_dict, "is in a dict: give it the plain ones"),
        (OutputsInADict, "gives a dict of outputs"),
    ],
)
def test_a_model_with_its_ends_in_a_dict(make: Callable[[], Any], sentence: str, dataset: Dataset) -> None:
    with pytest.raises(ModelMismatch, match=sentence):
        fit_to(make(), dataset)


def test_float_images_are_not_scaled(dataset: Dataset) -> None:
    fitting = fit_to(mlp(64, 10), dataset)
    assert fitting.images(np.full((1, 8, 8), 0.5)).max() == 0.5


def nested() -> Any:
    inner = keras.Sequential([keras.Input((64,)), layers.Dense(10, activation="softmax")])
    return keras.Sequential([keras.Input((64,)), inner])


def functional() -> Any:
    image = keras.Input((64,))
    return keras.Model(image, keras.ops.softmax(layers.Dense(10)(image)))


def ending_in(activation: str | None, dtype: str = "float32") -> Any:
    return keras.Sequential([keras.Input((64,)), layers.Dense(10, activation=activation, dtype=dtype)])


@pytest.mark.parametrize(
    ("make", "takes_logits"),
    [
        (lambda: ending_in(None), True),
        (lambda: ending_in("softmax"), False),
        (lambda: ending_in("softmax", "bfloat16"), False),
        (lambda: ending_in("sigmoid"), False),
        (nested, False),
        (functional, False),
    ],
)
def test_an_uncompiled_model_is_compiled_for_what_it_gives(
    make: Callable[[], Any], takes_logits: bool, dataset: Dataset
) -> None:
    model = make()
    fitting = fit_to(model, dataset)
    assert model.loss.get_config()["from_logits"] is takes_logits
    assert fitting.labels(dataset.y_test[:3]).shape == (3, 10)


@pytest.mark.parametrize(
    "loss",
    [
        "sparse_categorical_crossentropy",
        keras.losses.SparseCategoricalCrossentropy(),
        keras.losses.sparse_categorical_crossentropy,
        ["sparse_categorical_crossentropy"],
    ],
)
def test_a_sparse_loss_gets_whole_numbers(loss: object, dataset: Dataset) -> None:
    model = mlp(64, 10)
    model.compile(loss=loss)
    labels = fit_to(model, dataset).labels(dataset.y_test)
    assert labels.tolist() == dataset.y_test.tolist()


@pytest.mark.parametrize(
    ("loss", "sentence"),
    [
        (None, "compiled without a loss: compile it with  loss='categorical_crossentropy'"),
        (["sparse_categorical_crossentropy"] * 2, "loss or metrics do not take its outputs"),
        ({"other": "mse"}, "loss or metrics do not take its outputs"),
    ],
)
def test_a_loss_that_does_not_fit(loss: object, sentence: str, dataset: Dataset) -> None:
    model = ending_in("softmax")
    model.compile(loss=loss)
    with pytest.raises(ModelMismatch, match=sentence):
        fit_to(model, dataset)


def test_a_metric_that_does_not_fit(dataset: Dataset) -> None:
    model = ending_in("softmax")
    model.compile(loss="mse", metrics=["sparse_categorical_accuracy"])
    with pytest.raises(ModelMismatch, match="loss or metrics do not take its outputs"):
        fit_to(model, dataset)


@pytest.mark.parametrize(
    ("stack", "sentence"),
    [
        ([keras.Input((64,)), layers.Dense(5)], r"gives 5 values for an image, but .* has 10 classes: .*Dense\(10"),
        ([keras.Input((784,)), layers.Dense(10)], r"takes 784 values, but an image is an array of 8x8 of 64 pixels"),
        ([keras.Input((8, 8, 1)), layers.Conv2D(10, 3)], "gives an array of 6x6x10 for an image"),
        ([keras.Input((None,)), layers.Embedding(3, 10)], "gives an array of 64x10 for an image"),
        (
            [keras.Input((None, None, 3)), layers.GlobalMaxPooling2D(), layers.Dense(10)],
            r"takes an array of \?x\?x3, but an image",
        ),
        (
            [keras.Input(batch_shape=(32, 8, 8)), layers.LSTM(10, stateful=True)],
            r"batches of exactly 32 images.*keras\.Input\(\(8, 8\)\)",
        ),
        ([], "has no layers: add some"),
        ([layers.Reshape((3, 3)), layers.Dense(10)], r"takes no image that is an array of 8x8: begin it with .*\("),
    ],
)
def test_a_model_that_does_not_fit(stack: list[Any], sentence: str, dataset: Dataset) -> None:
    with pytest.raises(ModelMismatch, match=sentence):
        fit_to(keras.Sequential(stack), dataset)


def test_what_is_no_model(dataset: Dataset) -> None:
    with pytest.raises(ModelMismatch, match="model is of type list and not a Keras model"):
        fit_to([], dataset)
