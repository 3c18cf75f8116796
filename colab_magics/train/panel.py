"""The panels of a training, of its TensorBoard, and of all runs."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import traitlets

from colab_magics._panel import Panel, bundle
from colab_magics.card import Note
from colab_magics.format import readable
from colab_magics.train import card as cards
from colab_magics.train import overview
from colab_magics.train.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colab_magics.card import Card
    from colab_magics.train.board import Board
    from colab_magics.train.control import Control
    from colab_magics.train.events import Event
    from colab_magics.train.kept import Runs
    from colab_magics.train.progress import Phase
    from colab_magics.train.table import Entry
    from colab_magics.train.trace import Point

_PERIOD = 0.1
"""Seconds between two updates of the page, at least."""

_SHARE = 0.01
"""Part of the time that may go into sending curves: long ones are sent less often."""


_RUNS, _VALUES, _LEAST_EPOCHS = 100, 10_000, 20
"""Runs on the page, and values of their curves together, at most; epochs of each, where there are as many."""

_UNDRAWN = ("seconds", "learning_rate")


class TrainPanel(Panel):
    """A training as it goes on: progress, curves, the button that ends it, and at the end its card."""

    _esm = bundle("chart", "train")
    commands = ("stop", "pause", "proceed", "save")

    progress = traitlets.Dict().tag(sync=True)
    curves: traitlets.List[Any] = traitlets.List().tag(sync=True)
    can_stop = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(self, control: Control, *, can_stop: bool) -> None:
        self._control, self._state = control, Progress()
        self._sent = self._curves_due = 0.0
        super().__init__(can_stop=can_stop, progress=_progress(self._state), curves=_curves(self._state))

    def tell(self, event: Event, at: float) -> None:
        """Show what happened at ``at`` seconds; what comes faster than the page can follow is shown together."""
        before, self._state = self._state, self._state.fold(event, at)
        is_news = (self._state.phase, self._state.saved) != (before.phase, before.saved)
        if is_news or time.monotonic() - self._sent >= _PERIOD:
            self._show()

    def finish(self, phase: Phase, card: Card) -> None:
        """Show the last state and the card."""
        self._state = replace(self._state, phase=phase)
        with self.hold_sync():
            self.can_stop = False
            self.card = card.data()
            self._curves_due = 0.0
            self._show()

    def stop(self, data: dict[str, Any]) -> dict[str, Any]:
        """End the training after the step that runs."""
        self._control.stop.set()
        return {}

    def pause(self, data: dict[str, Any]) -> dict[str, Any]:
        """Wait after the steps that run, and save there."""
        self._control.pause.set()
        return {}

    def proceed(self, data: dict[str, Any]) -> dict[str, Any]:
        """Go on after a pause."""
        self._control.pause.clear()
        return {}

    def save(self, data: dict[str, Any]) -> dict[str, Any]:
        """Save after the steps that run."""
        self._control.save.set()
        return {}

    def _show(self) -> None:
        self._sent = time.monotonic()
        began = time.thread_time()  # of this thread alone, however busy the machine is
        with self.hold_sync():
            self.progress = _progress(self._state)
            is_due = self._sent >= self._curves_due or self._state.phase == "paused"
            if is_due:
                self.curves = _curves(self._state)
        if is_due:
            self._curves_due = self._sent + (time.thread_time() - began) / _SHARE


class BoardPanel(Panel):
    """TensorBoard inside the page; the page finds the way to it."""

    _esm = bundle("board")

    port = traitlets.Int().tag(sync=True)

    def __init__(self, board: Board) -> None:
        super().__init__(port=board.port, card=cards.board(board).data())


class RunsPanel(Panel):
    """All runs: a table that can be sorted, the curves of some over each other, and in what these differ."""

    _esm = bundle("chart", "runs")
    commands = ("refresh",)

    columns: traitlets.List[Any] = traitlets.List().tag(sync=True)
    runs: traitlets.List[Any] = traitlets.List().tag(sync=True)
    is_live = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(self, kept: Runs) -> None:
        self._kept = kept
        super().__init__(columns=[[name, name in overview.NUMERIC] for name in overview.COLUMNS], **_told(kept))

    def refresh(self, data: dict[str, Any]) -> dict[str, Any]:
        """Read the runs again."""
        self._kept = self._kept.anew()
        with self.hold_sync():
            for name, value in _told(self._kept).items():
                setattr(self, name, value)
        return {}


def _told(kept: Runs) -> dict[str, Any]:
    """The traits of all runs, of which the newest are sent, with so many epochs that these stay small."""
    entries = kept.entries[:_RUNS]
    most = max(_LEAST_EPOCHS, _VALUES // (4 * max(1, len(entries))))
    fields = list(kept.differences.columns)
    card = overview.head(kept)
    if len(entries) < len(kept):
        note = Note(f"These are the newest {len(entries)} of {len(kept)}: colab_magics.runs().frame has all.")
        card = card._replace(parts=(*card.parts, note))
    return {
        "card": card.data(),
        "runs": [_run(entry, most, fields) for entry in entries],
        "is_live": any(entry.status == "running" for entry in entries),
    }


def _run(entry: Entry, most: int, fields: Sequence[str]) -> dict[str, Any]:
    history = None if entry.run is None else entry.run.history
    drawn: dict[str, Any] = {"epochs": [], "metrics": {}}
    if history is not None and len(history):
        some = history.iloc[sorted({*range(0, len(history), -(-len(history) // most)), len(history) - 1})]
        metrics = {name: [*map(_finite, some[name])] for name in some if name not in _UNDRAWN}
        drawn = {"epochs": some.index.tolist(), "metrics": metrics}
    return {
        "name": readable(entry.name),
        "cells": overview.cells(entry),
        "keys": overview.keys(entry),
        "config": {} if entry.run is None else overview.told(entry.run.config, fields),
        **drawn,
    }


def _progress(state: Progress) -> dict[str, Any]:
    return {
        "phase": state.phase,
        "dataset": state.dataset,
        "model": state.model,
        "download": state.download,
        "epoch": state.epoch,
        "epochs": state.epochs,
        "ended": state.ended,
        "bests": state.bests,
        "step": state.step,
        "steps": state.steps,
        "logs": {name: _finite(value) for name, value in state.logs.items()},
        "ratio": state.ratio,
        "elapsed": state.now - state.began if state.began is not None else None,
        "saved": state.saved,
        "rate": round(state.rate) if state.rate is not None else None,
        "learning_rate": state.learning_rate,
        "load": asdict(state.load) if state.load is not None else None,
        "left": state.seconds_left,
    }


def _curves(state: Progress) -> list[dict[str, Any]]:
    """Each metric over time in epochs, as two lines: training as it goes on, and what was tried at the ends of epochs.

    An epoch that does not tell of it, for not every one need be validated, is no point of the line.
    """
    epochs = state.epochs_told.points
    told = sorted([*state.steps_told.points, *epochs], key=lambda point: point[0])
    names = dict.fromkeys(name for _, logs in told for name in logs if not name.startswith("val_"))
    names.pop("seconds", None)
    return [{"metric": name, "lines": [_line(told, name), _line(epochs, f"val_{name}")]} for name in names]


def _line(points: Sequence[Point], name: str) -> dict[str, list[Any]]:
    told = [(at, logs[name]) for at, logs in points if name in logs]
    return {"x": [round(at, 4) for at, _ in told], "y": [_finite(value) for _, value in told]}


def _finite(value: float) -> float | None:
    """Six digits; JSON knows no NaN."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
