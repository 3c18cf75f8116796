"""What a fit of a person's own tells between two steps: how far it is, and what its device has to be waited for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from colab_magics.train import fits
from colab_magics.train.clock import Clock
from colab_magics.train.events import Event, StepEnded
from colab_magics.train.learning_rate import LearningRate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PERIOD = 1.0
"""Seconds between two looks at the variables, for which the device is waited for."""


class Bulletin:
    """Tells the steps of ``model``, each once and not all of them.

    ``batch_size`` is None where nobody said it: the samples are then those that the model itself has counted.
    """

    def __init__(self, model: Any, tell: Callable[[Event], None], batch_size: int | None) -> None:
        self._model, self._tell = model, tell
        self._is_counting = batch_size is None
        self._batch: float | None = batch_size
        self.epoch = self.step = self.done = self._told = 0
        self._logs: Mapping[str, Any] | None = None
        self._clock, self._next_look = Clock(), 0.0
        self._learning_rate = LearningRate(model)
        self._rate: float | None = None

    def epoch_begins(self, epoch: int) -> None:
        self.epoch, self.step, self.done, self._told, self._logs = epoch, 0, 0, 0, None

    def step_begins(self, done: int) -> None:
        """Before a step, when the model has done so many of the epoch: their ends may come later, by another thread."""
        self.done = done
        if done and self.is_due():
            self._look(is_counting=self._is_counting)
            self.tell()

    def step_ended(self, step: int, logs: Mapping[str, Any] | None) -> None:
        """From any thread, and not always in order."""
        if step > self.step:
            self.step, self._logs = step, logs

    def is_due(self) -> bool:
        """Is it time to tell something?"""
        return self._clock.is_due()

    def tell(self) -> None:
        """Tell of the last step, if that is not done."""
        if self.step == self._told:
            return
        self._told, logs = self.step, self._logs
        self._look()
        samples = None if self._batch is None else round(self._told * self._batch)
        self._tell(StepEnded(self.epoch, self._told, fits.numbers(logs), samples, self._rate))

    def _look(self, *, is_counting: bool = False) -> None:
        now = time.monotonic()
        if now < self._next_look:
            return
        fits.sync(self._model)
        self._rate, self._next_look = self._learning_rate.now(), now + _PERIOD
        if is_counting:
            self._batch = fits.counted_batch(self._model, self.done)
