"""The training itself: epochs of steps in an order that a seed gives, told as events, stoppable between two steps."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from colab_magics.train import clock
from colab_magics.train.events import EpochEnded, Event, Resumed, Started, StepEnded, Stopped, ValidationStepEnded
from colab_magics.train.learning_rate import LearningRate
from colab_magics.train.steps import TESTED, steps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from colab_magics.train.datasets import Dataset
    from colab_magics.train.models import Fitting

_MOST = 64
"""Steps of one call, at most."""

_ROOM = 8 << 20
"""Bytes of the images of one call, at most."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a training stands: whole epochs that are behind it, and steps of the next one."""

    epoch: int = 0
    step: int = 0


BEGINNING = Position()


class Teller(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Tells a training as events and stops it when ``should_stop`` says so.

    Events are pushed, not yielded: Keras drives its callbacks, and to turn that around would cost a thread, in which
    Keras' global settings (they are kept by thread) would not hold.
    """

    def __init__(self, tell: Callable[[Event], None], should_stop: Callable[[], bool]) -> None:
        super().__init__()
        self._tell, self._should_stop = tell, should_stop
        self._epoch = self._step = 0
        self._epoch_began = 0.0
        self._clock = clock.Clock()
        self.resumed: Resumed | None = None
        """Told before the first step of a training that goes on."""

    def on_train_begin(self, logs: object = None) -> None:
        self._learning_rate = LearningRate(self.model)
        self._tell(Started(epochs=self.params["epochs"], steps=self.params["steps"]))
        if self.resumed is not None:
            self._tell(self.resumed)

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self._epoch, self._step, self._epoch_began = epoch + 1, 0, time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._step = batch + 1
        if self._clock.is_due():
            self._tell(StepEnded(self._epoch, self._step, _numbers(logs), self._samples(), self._learning_rate.now()))
        self.stop_if_asked()

    def on_test_batch_end(self, batch: int, logs: object = None) -> None:
        if self._clock.is_due():
            self._tell(ValidationStepEnded(self._epoch, batch + 1))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        seconds = time.monotonic() - self._epoch_began
        self._tell(EpochEnded(self._epoch, self._step, _numbers(logs), seconds))
        self.stop_if_asked()  # asked while the test images were tried

    def waited(self, seconds: float) -> None:
        """Take the seconds of a pause out of the epoch's."""
        self._epoch_began += seconds

    def stop_if_asked(self) -> None:
        """End the training here if the person asked for it and it is not at its end."""
        is_last = (self._epoch, self._step) == (self.params["epochs"], self.params["steps"])
        if self._should_stop() and not is_last and not self.model.stop_training:
            self.model.stop_training = True
            self._tell(Stopped(self._epoch, self._step))

    def _samples(self) -> int | None:
        size = self.params.get("batch_size")
        return None if size is None else min(self._step * size, self.params["samples"])


class Restoring(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Calls ``restore`` when all callbacks have begun: those of Keras forget there what they knew."""

    def __init__(self, restore: Callable[[], None]) -> None:
        super().__init__()
        self._restore = restore

    def on_train_begin(self, logs: object = None) -> None:
        self._restore()


class Loop:
    """Trains ``model``; after each epoch it is tried on the test images.

    ``order`` is the seed of the order in which the samples are taken, another one in each epoch. ``callbacks`` are
    Keras' own; those of batches are called after each call of several steps. ``reached`` hears of each place from
    which a training could go on as if nothing had been.
    """

    def __init__(
        self,
        model: Any,
        dataset: Dataset,
        fitting: Fitting,
        *,
        epochs: int,
        batch_size: int,
        order: int,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        reached: Callable[[Position], None] = lambda position: None,
    ) -> None:
        self._model, self._dataset, self._epochs, self._size = model, dataset, epochs, batch_size
        self._order, self._reached = order, reached
        self._count = -(-len(dataset.x_train) // batch_size)
        self._most = max(1, min(_MOST, _ROOM // (batch_size * dataset.x_train[:1].nbytes)))
        self._pace = 1
        self._steps = steps_of(model, fitting, batch_size, self._most)
        self._callbacks = keras.callbacks.CallbackList(
            list(callbacks),
            add_history=True,
            model=model,
            epochs=epochs,
            steps=self._count,
            batch_size=batch_size,
            samples=len(dataset.x_train),
            verbose=0,
        )

    def run(self, begin: Position = BEGINNING) -> None:
        """Train from ``begin``: where an earlier training stopped, whose state the model has, its metrics' too."""
        self._model.stop_training = False
        self._callbacks.on_train_begin()
        logs: dict[str, float] = {}
        for epoch in range(begin.epoch, self._epochs):
            logs = self._epoch(epoch, begin.step if epoch == begin.epoch else 0)
            if self._model.stop_training:
                break
        self._callbacks.on_train_end(logs)

    def _epoch(self, epoch: int, step: int) -> dict[str, float]:
        order = np.random.default_rng([self._order, epoch]).permutation(len(self._dataset.x_train))
        if not step:
            self._steps.reset()
        self._callbacks.on_epoch_begin(epoch)
        logs: dict[str, float] = {}
        while step < self._count and not self._model.stop_training:
            logs, step = self._call(order, step)
            if step < self._count:
                self._reached(Position(epoch, step))
        logs = {**logs, **self._tested()}
        self._callbacks.on_epoch_end(epoch, logs)
        if step == self._count:
            self._reached(Position(epoch + 1))
        return logs

    def _call(self, order: Any, step: int) -> tuple[dict[str, float], int]:
        """Do some steps in one call of the backend, for about as long as a person waits for the next number."""
        stop = min(step + self._pace, self._count)
        rows = order[step * self._size : stop * self._size]
        self._callbacks.on_train_batch_begin(step)
        began = time.perf_counter()
        logs = self._steps.train(self._dataset.x_train[rows], self._dataset.y_train[rows])
        seconds = time.perf_counter() - began
        self._callbacks.on_train_batch_end(stop - 1, logs)
        if stop - step == self._pace:
            if seconds < clock.PERIOD / 2:
                self._pace = min(2 * self._pace, self._most)
            elif seconds > 2 * clock.PERIOD:
                self._pace = max(self._pace // 2, 1)
        return logs, stop

    def _tested(self) -> dict[str, float]:
        """The metrics over the test images."""
        dataset, logs = self._dataset, dict[str, float]()
        self._steps.reset()
        self._callbacks.on_test_begin()
        for number, start in enumerate(range(0, len(dataset.x_test), TESTED)):
            part = slice(start, start + TESTED)
            self._callbacks.on_test_batch_begin(number)
            logs = self._steps.test(dataset.x_test[part], dataset.y_test[part])
            self._callbacks.on_test_batch_end(number, logs)
        self._callbacks.on_test_end(logs)
        return {f"val_{name}": value for name, value in logs.items()}


def _numbers(logs: Mapping[str, Any] | None) -> dict[str, float]:
    """The logs as plain numbers: training before validation, the loss before the metrics."""
    order = sorted(logs or {}, key=lambda name: (name.startswith("val_"), not name.endswith("loss")))
    return {name: float((logs or {})[name]) for name in order}
