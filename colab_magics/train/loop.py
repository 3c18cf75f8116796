"""The training itself: Keras' own ``fit``, told as events, stoppable between two steps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import keras

from colab_magics.train.events import EpochEnded, Event, Started, StepEnded, Stopped, ValidationStepEnded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from colab_magics.train.datasets import Dataset
    from colab_magics.train.models import Fitting

_PERIOD = 0.1
"""Seconds between two told steps."""


class Teller(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Tells a training as events and stops it when ``should_stop`` says so.

    Events are pushed, not yielded: Keras drives its callbacks, and to turn that around would cost a thread, in which
    Keras' global settings (they are kept by thread) would not hold.
    """

    def __init__(self, tell: Callable[[Event], None], should_stop: Callable[[], bool]) -> None:
        super().__init__()
        self._tell, self._should_stop = tell, should_stop
        self._epoch = self._step = 0
        self._next = self._epoch_began = 0.0

    def on_train_begin(self, logs: object = None) -> None:
        self._tell(Started(epochs=self.params["epochs"], steps=self.params["steps"]))

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self._epoch, self._step, self._epoch_began = epoch + 1, 0, time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._step = batch + 1
        if self._is_due():
            self._tell(StepEnded(self._epoch, self._step, _numbers(logs)))
        self._stop_if_asked()

    def on_test_batch_end(self, batch: int, logs: object = None) -> None:
        if self._is_due():
            self._tell(ValidationStepEnded(self._epoch, batch + 1))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        seconds = time.monotonic() - self._epoch_began
        self._tell(EpochEnded(self._epoch, self._step, _numbers(logs), seconds))
        self._stop_if_asked()  # asked while the test images were tried

    def _stop_if_asked(self) -> None:
        is_last = (self._epoch, self._step) == (self.params["epochs"], self.params["steps"])
        if self._should_stop() and not is_last and not self.model.stop_training:
            self.model.stop_training = True
            self._tell(Stopped(self._epoch, self._step))

    def _is_due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _PERIOD
        return True


def fit(
    model: Any,
    dataset: Dataset,
    fitting: Fitting,
    *,
    epochs: int,
    batch_size: int,
    tell: Callable[[Event], None],
    should_stop: Callable[[], bool],
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> None:
    """Train ``model``; after each epoch it is tried on the test images."""
    model.fit(
        fitting.images(dataset.x_train),
        fitting.labels(dataset.y_train),
        batch_size=batch_size,
        epochs=epochs,
        verbose=0,
        validation_data=(fitting.images(dataset.x_test), fitting.labels(dataset.y_test)),
        callbacks=[*callbacks, Teller(tell, should_stop)],
    )


def _numbers(logs: Mapping[str, Any] | None) -> dict[str, float]:
    """The logs as plain numbers: training before validation, the loss before the metrics."""
    order = sorted(logs or {}, key=lambda name: (name.startswith("val_"), not name.endswith("loss")))
    return {name: float((logs or {})[name]) for name in order}
