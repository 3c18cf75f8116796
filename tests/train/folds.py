"""A loop of fits of a person's own, as in a cell."""

import signal
from typing import Any

import numpy as np
import pytest

import colab_magics

keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")

X = np.random.default_rng(1).normal(size=(96, 8)).astype("float32")
Y = (X.sum(axis=1) > 0).astype("float32")


def build(width: int = 4, **settings: Any) -> Any:
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((8,)), layers.Dense(width), layers.Dropout(0.5), layers.Dense(1)], name="mine"
    )
    model.compile(**{"loss": "mse", "optimizer": "adam", **settings})
    return model


class Look(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Sees where a fit begins, and may stop it as a person does."""

    def __init__(self, stop_at: tuple[int, int] | None = None) -> None:
        super().__init__()
        self.stop_at = stop_at
        self.begun: list[Any] = []

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.epoch = epoch
        if not self.begun:
            variables = [*self.model.variables, *self.model.optimizer.variables]
            self.begun = [epoch, *(keras.ops.convert_to_numpy(variable) for variable in variables)]

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        if (self.epoch, batch) == self.stop_at:
            signal.raise_signal(signal.SIGINT)


def folds(*looks: Look, epochs: int = 4, **options: Any) -> list[Any]:
    """A loop as in a cell: each fit on its own data. Gives what the fits returned."""
    histories = []
    with colab_magics.train(**options) as fits:
        for number, look in enumerate(looks, start=1):
            stopping = keras.callbacks.EarlyStopping("loss", patience=9, restore_best_weights=True)
            histories.append(build().fit(X * number, Y, 16, epochs, callbacks=[stopping, look], validation_split=0.2))
            histories[-1].wait = stopping.wait, stopping.best
    return list(zip(fits, histories, strict=True))
