"""A training's events folded into what a person wants to know: how far, how well, how long."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, Literal

from colab_magics.format import duration, size
from colab_magics.train.events import (
    Continued,
    DataArrived,
    DatasetFound,
    EpochEnded,
    Event,
    Measured,
    Paused,
    Resumed,
    Saved,
    Started,
    StepEnded,
    Stopped,
    TrainingEnded,
    ValidationStepEnded,
)
from colab_magics.train.trace import NOTHING, Trace

if TYPE_CHECKING:
    from collections.abc import Mapping

Phase = Literal[
    "loading", "starting", "training", "validating", "paused", "stopping", "testing", "done", "stopped", "failed"
]


_SMOOTHING = 0.2
"""The weight of the newest number of samples a second."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training is. Epochs and steps count from 1; ``logs`` are the newest values of each metric."""

    phase: Phase = "loading"
    dataset: str = ""
    model: str = ""
    """The name of a model that learns from the person's own data."""
    download: str = ""
    """How much of the dataset has arrived, as text."""
    epochs: int = 0
    steps: int = 0
    """Steps of one epoch, 0 until the first one has told how many it has."""
    epoch: int = 0
    step: int = 0
    logs: Mapping[str, float] = field(default_factory=dict)
    began: float | None = None
    now: float = 0.0
    paced_from: tuple[float, float] | None = None
    """The time and the ratio of the first told step: what was before it was preparation."""
    saved: str = ""
    """What became of the last wish to save, in words."""
    learning_rate: float | None = None
    rate: float | None = None
    """Samples a second, smoothed."""
    counted: tuple[float, int, int] | None = None
    """The time, the epoch and its samples at the last told step or the epoch's begin, from which the rate goes on."""
    load: Measured | None = None
    epochs_told: Trace = NOTHING
    """The metrics of the ended epochs, each with its number."""
    steps_told: Trace = NOTHING
    """The metrics within the epochs, each with its time in epochs: 1.5 is the middle of the second."""
    ended: int = 0
    """Epochs that ended here: not those before a training went on."""
    bests: int = 0
    """How many of these brought the least test loss so far, which is ``least``."""
    least: float = math.inf

    def fold(self, event: Event, now: float) -> Progress:
        """The progress after ``event``, which came at ``now`` seconds: the training's time, however late it is read."""
        now = max(now, self.now)  # a time that runs back would make a pace of nonsense
        match event:
            case DataArrived():
                of = f" of {size(event.total)}" if event.total else ""
                return replace(self, download=f"{size(event.done)}{of}", now=now)
            case DatasetFound():
                return replace(self, dataset=event.name, now=now)
            case Started():
                begun = replace(self, phase="starting", epochs=event.epochs, steps=event.steps or 0)
                return replace(begun, model=event.model, began=now, now=now)
            case Resumed():
                told = reduce(Trace.add, enumerate(event.rows, event.epoch - len(event.rows)), NOTHING)
                least = min([self.least, *map(_test_loss, event.rows)])
                return replace(self, epoch=event.epoch, step=event.step, epochs_told=told, least=least, now=now)
            case StepEnded():
                phase: Phase = "stopping" if self.phase == "stopping" else "training"
                moved = replace(self, phase=phase, epoch=event.epoch, step=event.step, logs=event.logs, now=now)
                moved = replace(moved, steps_told=self._placed(event), paced_from=self.paced_from or (now, moved.ratio))
                return moved.counting(event, now)
            case ValidationStepEnded():
                return replace(self, phase="stopping" if self.phase == "stopping" else "validating", now=now)
            case EpochEnded():
                moved = replace(self, epoch=event.epoch, step=event.step, logs=event.logs, now=now)
                cut = 1 - event.step / self.steps if event.step < self.steps else 0
                told = self.epochs_told.add((event.epoch - cut, event.logs))
                moved = replace(moved, steps=self.steps or event.step, epochs_told=told)
                return replace(moved, counted=(now, event.epoch + 1, 0)).counting_epochs(event)
            case Stopped() | Saved() | Paused() | Continued() | Measured():
                return self._beside(event, now)
            case TrainingEnded():
                return replace(self, phase="testing", now=now)

    def _beside(self, event: Stopped | Saved | Paused | Continued | Measured, now: float) -> Progress:
        """What comes beside the steps."""
        match event:
            case Measured():
                return replace(self, load=event, now=now)
            case Stopped():
                return replace(self, phase="stopping", epoch=event.epoch, step=event.step, now=now)
            case Saved():
                return replace(self, saved=_saved(event), now=now)
            case Paused():
                return replace(self, phase="paused", now=now)
            case Continued():
                return self._continued(now)

    def counting(self, event: StepEnded, now: float) -> Progress:
        """Take the samples of ``event`` into the pace."""
        rate, samples = self.rate, event.samples
        if samples is None:
            return replace(self, learning_rate=event.learning_rate)
        if self.counted is not None and self.counted[1] == event.epoch and now > self.counted[0]:
            newest = (samples - self.counted[2]) / (now - self.counted[0])
            rate = newest if rate is None else rate + _SMOOTHING * (newest - rate)
        return replace(self, learning_rate=event.learning_rate, rate=rate, counted=(now, event.epoch, samples))

    def counting_epochs(self, event: EpochEnded) -> Progress:
        """Take an ended epoch, and whether none before was as good."""
        loss = _test_loss(event.logs)
        bests = self.bests + (loss < self.least)
        return replace(self, ended=self.ended + 1, bests=bests, least=min(self.least, loss))

    def _continued(self, now: float) -> Progress:
        """Without the pause in any time."""
        began, paced, paused = self.began, self.paced_from, now - self.now
        return replace(
            self,
            phase="training",
            began=began + paused if began is not None else None,
            paced_from=(paced[0] + paused, paced[1]) if paced is not None else None,
            counted=None,
            now=now,
        )

    def _placed(self, event: StepEnded) -> Trace:
        """The points with the one of ``event``; what is done of an epoch of unknown length fills its whole width."""
        behind, told = event.epoch - 1, self.steps_told
        if not self.steps:
            share = self.step / event.step
            told = told.moved(lambda at: behind + (at - behind) * share if at > behind else at)
        return told.add((behind + min(1.0, event.step / (self.steps or event.step)), event.logs))

    @property
    def ratio(self) -> float:
        """The share of all steps that is done, 0 to 1."""
        total = self.epochs * self.steps
        return min(1.0, ((self.epoch - 1) * self.steps + self.step) / total) if total and self.epoch else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end at the pace so far, or None while there is no pace, and once the last step is done."""
        is_over = self.phase in ("stopping", "testing") or self.ratio == 1
        if is_over or self.paced_from is None or self.ratio == self.paced_from[1]:
            return None
        began, from_ratio = self.paced_from
        return (self.now - began) * (1 - self.ratio) / (self.ratio - from_ratio)

    def line(self) -> str:
        """One line for a terminal."""
        left = self.seconds_left
        words = [
            f"epoch {self.epoch}/{self.epochs}",
            f"step {self.step}/{self.steps}" if self.steps else f"step {self.step}",
            *(f"{name} {value:.4f}" for name, value in self.logs.items()),
            *([f"{self.rate:,.0f} samples/s"] if self.rate is not None else []),
            *([f"learning rate {self.learning_rate:.4g}"] if self.learning_rate is not None else []),
        ]
        return " · ".join([*words, f"{duration(left)} left"] if left is not None else words)


def _test_loss(logs: Mapping[str, float]) -> float:
    """What tells which epoch is the best; infinite where it is no number, or nothing was held back."""
    loss = logs.get("val_loss", math.inf)
    return loss if math.isfinite(loss) else math.inf


def _saved(event: Saved) -> str:
    at = f"epoch {event.epoch}, step {event.step}" if event.step else f"epoch {event.epoch - 1}"
    return f"Saved after {at}." if event.fault is None else f"Could not be saved after {at}: {event.fault}."
