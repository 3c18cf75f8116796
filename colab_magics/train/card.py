"""What a training says on its card."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.card import Card, Facts, Note, Picture, Table
from colab_magics.errors import BrokenFile
from colab_magics.format import duration, number, percent, plural, size
from colab_magics.train import curve
from colab_magics.train.fits import parameters
from colab_magics.transfer import paths

if TYPE_CHECKING:
    import pandas as pd

    from colab_magics.train.background import Background
    from colab_magics.train.board import Board
    from colab_magics.train.config import Config
    from colab_magics.train.fits import Fit
    from colab_magics.train.run import Run

_MAGIC = "%train_mnist"

_SMALL = 0.001
"""A number below has too few digits behind the point: a learning rate, most often."""

_ROWS = 12
"""Epochs in the table; of more, the first and the last ones."""


def waiting(title: str = _MAGIC) -> Card:
    """Before the first step: the static form of a training that did not get to its end."""
    return Card(title=title, state="started", parts=(Note("Not finished when this notebook was saved."),))


def loading(title: str) -> Card:
    """While a cell of a person's own imports Keras."""
    return Card(title=title, state="loading Keras …")


def card(run: Run) -> Card:
    """A training that has ended."""
    return Card(
        title=f"Training on {run.config.dataset}" if run.config.dataset else f"Training {run.config.model}",
        state=_state(run),
        tone="ok" if run.status == "finished" else "warn",
        big=_answer(run),
        parts=(
            Facts(
                (
                    *_data(run),
                    *([] if math.isnan(run.test_loss) else [("Test loss", f"{run.test_loss:.4f}")]),
                    ("Model", _with(run.config.model, run.sizes.parameters, "parameter")),
                    *([("Loaded from", paths.shown(Path(file)))] if (file := run.config.model_file) else []),
                    *([("Computed", computed)] if (computed := _computed(run.config)) else []),
                    *([("Weights", _best(run.best_epoch))] if run.best_epoch is not None else []),
                    ("Kept in", paths.shown(run.directory)),
                    *(
                        [("Memory", f"at most {size(run.memory_peak)}, of the whole process")]
                        if run.memory_peak
                        else []
                    ),
                    *([("Resumed after", _place(run.went_on_after))] if run.went_on_after else []),
                )
            ),
            *_curves(run.history),
            history(run.history),
            *map(Note, run.config.preparation),
            *(Note(note, "warn") for note in run.notes),
        ),
    )


def _answer(run: Run) -> str:
    if math.isnan(run.test_accuracy):
        return ""
    noun = f"test {run.config.noun}"
    images = f"the {noun}s" if run.sizes.test_images is None else plural(run.sizes.test_images, noun)
    return f"{percent(run.test_accuracy)} of {images} right"


def _data(run: Run) -> list[tuple[str, str]]:
    """Nothing of a fit in the person's own code, whose data nobody knows."""
    if not run.config.dataset:
        return []
    images = _with(run.config.dataset, run.sizes.training_images, f"training {run.config.noun}")
    return [("Dataset", images), ("From", run.config.source)]


def _with(name: str, count: int | None, noun: str) -> str:
    return name if count is None else f"{name}, {plural(count, noun)}"


def fit(value: Fit) -> Card:
    """A fit of the person's own that has ended."""
    return Card(
        title=f"Training {value.model.name}",
        state=_state(value),
        tone="warn" if value.status == "stopped" else "ok",
        big=_last(value.history),
        parts=(
            Facts(
                (
                    ("Run", value.name),
                    ("Model", _with(value.model.name, parameters(value.model), "parameter")),
                    ("Kept in", paths.shown(value.directory)),
                    *([("Resumed after", _place(value.went_on_after))] if value.went_on_after else []),
                )
            ),
            *_curves(value.history, held_back="validation"),
            history(value.history),
            *(Note(note, "warn") for note in value.notes),
        ),
    )


def _last(frame: pd.DataFrame) -> str:
    """The newest value of what says most: a metric before the loss, on what was held back before what was learnt."""
    named = [str(name) for name in frame if name not in ("seconds", "learning_rate")]
    named.sort(key=lambda name: (name.endswith("loss"), not name.startswith("val_"), "accuracy" not in name))
    for name in named:
        values = frame[name].dropna()
        if len(values):
            what = f"validation {name.removeprefix('val_')}" if name.startswith("val_") else name
            value = float(values.iloc[-1])
            return f"{what.replace('_', ' ')} {percent(value) if 'accuracy' in name else _digits(name, value)}"
    return ""


def _state(run: Run | Fit) -> str:
    epochs = plural(len(run.history), "epoch")
    if run.status == "finished":
        return f"done, {epochs} in {duration(run.seconds)}"
    if run.status != "stopped":
        return f"{run.status}, after {epochs}"
    if run.cut is None:
        return f"stopped early, after {epochs}"
    step, steps = run.cut
    of = f" of {number(steps)}" if steps else ""
    return f"stopped early, epoch {number(int(run.history.index[-1]))} cut at step {number(step)}{of}"


def _computed(config: Config) -> str:
    """With what, where it was not left to Keras."""
    device = f"on {config.device}" if config.device != "auto" else ""
    precision = f"in {config.precision}" if config.precision != "float32" else ""
    return " ".join(filter(None, (device, precision)))


def _best(epoch: int) -> str:
    return f"of epoch {number(epoch)}, the best test loss"


def _place(ended: tuple[int, int]) -> str:
    epochs, steps = ended
    return f"epoch {number(epochs)}" + (f" and {plural(steps, 'step')}" if steps else "")


def _curves(frame: pd.DataFrame, *, held_back: str = "test images") -> list[Picture]:
    content = curve.png(frame, held_back=held_back)
    return [Picture(content, f"Curves of {plural(len(frame), 'epoch')}", curve.WIDTH)] if content else []


def history(frame: Any) -> Table:
    """The metrics of each epoch; of many epochs the first and the last."""
    rows = [(str(epoch), *map(_digits, frame.columns, row)) for epoch, *row in frame.itertuples()]
    if len(rows) > _ROWS:
        half = _ROWS // 2
        rows = [*rows[:half], ("…", *("" for _ in frame.columns)), *rows[-half:]]
    columns = ("epoch", *map(str, frame.columns))
    return Table(columns, tuple(rows), numeric=frozenset(columns))


def _digits(name: str, value: float) -> str:
    if math.isnan(value) and name.startswith("val_"):
        return ""  # of an epoch that was not validated
    return f"{value:.4f}" if value == 0 or abs(value) >= _SMALL else f"{value:.2e}"


def failed(sentence: str, title: str = _MAGIC) -> Card:
    """A training that could not be done."""
    return Card(title=title, state="failed", tone="wrong", parts=(Note(sentence, "wrong"),))


def begun(job: Background) -> Card:
    """A training in the background that goes on: the static form of what the panel shows."""
    return Card(
        title=f"Training {job.name} in the background",
        state="started",
        parts=(
            Facts((("Kept in", paths.shown(job.directory)),)),
            Note(f"It goes on without this kernel. Show it again:  %train_mnist --attach {job.name}"),
            Note(f'When it has ended, its run is  colab_magics.runs()["{job.name}"]'),
        ),
    )


def background(job: Background) -> Card:
    """A training in the background that has ended."""
    if job.reason:
        return failed(job.reason, f"Training {job.name} in the background")
    try:
        return card(job.run)
    except BrokenFile as error:
        return failed(str(error))


def board(view: Board) -> Card:
    """A running TensorBoard."""
    return Card(
        title="TensorBoard",
        state="runs as long as the kernel",
        parts=(
            Facts((("Reads", paths.shown(view.logdir)), ("Address", view.url))),
            Note(f"Without this kernel:  tensorboard --logdir {paths.shown(view.logdir)}"),
        ),
    )


def board_failed(sentence: str) -> Card:
    """A TensorBoard that could not be started; the run is there."""
    note = "The run itself is whole; try again with  run.tensorboard()  or without --port."
    return Card(title="TensorBoard", state="failed", tone="wrong", parts=(Note(sentence, "wrong"), Note(note)))
