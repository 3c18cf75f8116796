"""The panels of a training and of its TensorBoard."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import traitlets

from colab_magics._panel import Panel, bundle
from colab_magics.train import card as cards
from colab_magics.train.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colab_magics.card import Card
    from colab_magics.train.board import Board
    from colab_magics.train.control import Control
    from colab_magics.train.events import Event
    from colab_magics.train.progress import Phase
    from colab_magics.train.trace import Point

_PERIOD = 0.1
"""Seconds between two updates of the page, at least."""

_SHARE = 0.01
"""Part of the time that may go into sending curves: long ones are sent less often."""


class TrainPanel(Panel):
    """A training as it goes on: progress, curves, the button that ends it, and at the end its card."""

    _esm = bundle("train")
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


def _progress(state: Progress) -> dict[str, Any]:
    return {
        "phase": state.phase,
        "dataset": state.dataset,
        "model": state.model,
        "download": state.download,
        "epoch": state.epoch,
        "epochs": state.epochs,
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
