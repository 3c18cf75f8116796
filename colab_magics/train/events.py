"""What a training tells while it runs, in the past tense."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args


@dataclass(frozen=True, slots=True)
class DataArrived:
    """Bytes of the dataset were downloaded, of how many if the server says."""

    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class DatasetFound:
    """The data is there; training begins once Keras is."""

    name: str
    source: str
    images: int
    """Training images."""


@dataclass(frozen=True, slots=True)
class Started:
    """The first epoch begins."""

    epochs: int
    steps: int | None
    """Steps of one epoch; None where only its end will tell."""
    model: str = ""
    """The name of a model that learns from the person's own data."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A training goes on after ``step`` steps of ``epoch``; ``rows`` are the logs of the epochs before it."""

    epoch: int
    step: int
    rows: Sequence[Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step ended; told at most ten times a second. ``logs`` are means over the epoch so far."""

    epoch: int
    step: int
    logs: Mapping[str, float]
    samples: int | None = None
    """Samples of this epoch so far."""
    learning_rate: float | None = None


@dataclass(frozen=True, slots=True)
class ValidationStepEnded:
    """A step over the test images ended; told at most ten times a second."""

    epoch: int
    step: int


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """An epoch ended; ``step`` is less than the steps of an epoch where it was cut short."""

    epoch: int
    step: int
    logs: Mapping[str, float]
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What the training took of the machine; told about once a second. None where the machine does not tell it."""

    cpu: float
    """CPUs that this process kept busy since the last time, of ``cpus`` that it may use."""
    cpus: float
    memory: int
    """Bytes of this process in memory."""
    used: int | None
    """Bytes in use by all, of ``usable`` ones: of the container, where one has a limit."""
    usable: int | None
    gpu: float | None = None
    """Share of the time in which the first GPU computed; no GPU where Keras has none."""
    gpu_used: int | None = None
    gpu_total: int | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The person asked to stop before the last step; the step that ran then was finished."""

    epoch: int
    step: int


@dataclass(frozen=True, slots=True)
class Saved:
    """The person asked to save, or to pause: the state after ``step`` steps of ``epoch`` is kept.

    ``fault`` says why not, if so; it is told of a save that nobody asked for, too.
    """

    epoch: int
    step: int
    fault: str | None


@dataclass(frozen=True, slots=True)
class Paused:
    """The training waits until it is continued or stopped."""


@dataclass(frozen=True, slots=True)
class Continued:
    """The training waits no more."""


@dataclass(frozen=True, slots=True)
class TrainingEnded:
    """Training is over; the model is tried on all test images and saved."""


Event = (
    DataArrived
    | DatasetFound
    | Started
    | Resumed
    | StepEnded
    | ValidationStepEnded
    | EpochEnded
    | Measured
    | Stopped
    | Saved
    | Paused
    | Continued
    | TrainingEnded
)
"""Epochs and steps count from 1. Logs are Keras' own names: loss, accuracy, val_loss, val_accuracy."""

_KINDS = {kind.__name__: kind for kind in get_args(Event)}


def as_json(event: Event) -> dict[str, Any]:
    """What another process can be told of an event: its kind and its fields."""
    return {"kind": type(event).__name__, **asdict(event)}


def read(found: Mapping[str, Any]) -> Event:
    """The event that `as_json` told. Raises KeyError or TypeError for what is none."""
    fields = dict(found)
    event: Event = _KINDS[fields.pop("kind")](**fields)
    return event
