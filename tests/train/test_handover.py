"""A dataset on its way to another process."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from colab_magics.errors import ModelMismatch, OutputDenied
from colab_magics.train.given import Given
from colab_magics.train.handover import leave, leave_model, taken
from colab_magics.train.own_data import read


def test_it_arrives_whole_and_leaves_nothing_behind(tmp_path: Path) -> None:
    dataset = read(Given((np.eye(20), ["<b>", "\u2028"] * 10)), None, 0)
    leave(dataset, tmp_path)
    found = taken(tmp_path)
    for field in fields(dataset):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(dataset, field.name))
    assert list(tmp_path.iterdir()) == []
    assert taken(tmp_path) is None


def test_it_cannot_be_written(tmp_path: Path) -> None:
    dataset = read(Given((np.eye(20), [0, 1] * 10)), None, 0)
    with pytest.raises(OutputDenied, match=r"handed to a process of its own, .* kB in .*: train in this kernel"):
        leave(dataset, tmp_path / "nowhere")


@pytest.mark.train
def test_a_model_that_no_other_process_knows(tmp_path: Path) -> None:
    import keras

    class Mine(keras.layers.Layer):
        def call(self, x):
            return x

    def loss(y_true, y_pred):
        return keras.ops.mean((y_true - y_pred) ** 2)

    def made(*layers):
        return keras.Sequential([keras.Input((64,)), *layers, keras.layers.Dense(10)])

    other = made()
    other.compile(loss=loss)
    for model, name in [(made(Mine()), "Mine"), (made(keras.layers.Lambda(lambda x: x)), "Lambda"), (other, "loss")]:
        with pytest.raises(ModelMismatch, match=rf"^The model has {name} of your own, .* without --background\.$"):
            leave_model(model, tmp_path)
    with pytest.raises(ModelMismatch, match="model is of type int and not a Keras model"):
        leave_model(3, tmp_path)
    with pytest.raises(OutputDenied, match=r"cannot be handed to a process of its own \(No such file"):
        leave_model(made(), tmp_path / "nowhere")
    whole = made(keras.layers.ReLU())
    whole.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    assert leave_model(whole, tmp_path).is_file()
