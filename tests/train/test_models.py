"""The tutorial's model, and any other made to fit the data."""

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
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert model.loss == "categorical_crossentropy"


@pytest.mark.parametrize(
    ("stack", "shape"),
    [
        ([keras.Input((64,)), layers.Dense(10)], (64,)),
        ([layers.Dense(10)], (64,)),
        ([keras.Input((8, 8)), layers.Flatten(), layers.Dense(10)], (8, 8)),
        ([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(10)], (8, 8, 1)),
        ([layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(10)], (8, 8, 1)),
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


def test_float_images_are_not_scaled(dataset: Dataset) -> None:
    fitting = fit_to(mlp(64, 10), dataset)
    assert fitting.images(np.full((1, 8, 8), 0.5)).max() == 0.5


def test_an_uncompiled_model_is_compiled_for_its_last_activation(dataset: Dataset) -> None:
    for activation, takes_logits in ((None, True), ("softmax", False)):
        model = keras.Sequential([keras.Input((64,)), layers.Dense(10, activation=activation)])
        fitting = fit_to(model, dataset)
        assert model.loss.get_config()["from_logits"] is takes_logits
        assert fitting.labels(dataset.y_test[:3]).shape == (3, 10)


@pytest.mark.parametrize(
    "loss",
    [
        "sparse_categorical_crossentropy",
        keras.losses.SparseCategoricalCrossentropy(),
        keras.losses.sparse_categorical_crossentropy,
    ],
)
def test_a_sparse_loss_gets_whole_numbers(loss: object, dataset: Dataset) -> None:
    model = mlp(64, 10)
    model.compile(loss=loss)
    labels = fit_to(model, dataset).labels(dataset.y_test)
    assert labels.tolist() == dataset.y_test.tolist()


@pytest.mark.parametrize(
    ("stack", "sentence"),
    [
        ([keras.Input((64,)), layers.Dense(5)], r"gives 5 values for an image, but .* has 10 classes: .*Dense\(10"),
        ([keras.Input((784,)), layers.Dense(10)], r"takes 784 values, but an image is an array of 8x8 of 64 pixels"),
        ([keras.Input((8, 8, 1)), layers.Conv2D(10, 3)], "gives an array of 6x6x10 for an image"),
        ([keras.Input((None,)), layers.Embedding(3, 10)], "takes"),
    ],
)
def test_a_model_that_does_not_fit(stack: list[Any], sentence: str, dataset: Dataset) -> None:
    with pytest.raises(ModelMismatch, match=sentence):
        fit_to(keras.Sequential(stack), dataset)


def test_what_is_no_model(dataset: Dataset) -> None:
    with pytest.raises(ModelMismatch, match="model is a list and not a Keras model"):
        fit_to([], dataset)
