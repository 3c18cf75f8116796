"""The panels of a training and of its TensorBoard."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import traitlets

from colab_magics._panel import Panel, bundle
from colab_magics.train import card as cards
from colab_magics.train.progress import Progress

if TYPE_CHECKING:
    from colab_magics.card import Card
    from colab_magics.train.board import Board
    from colab_magics.train.control import Control
    from colab_magics.train.events import Event
    from colab_magics.train.progress import Phase

_PERIOD = 0.1
"""Seconds between two updates of the page, at least."""

_ROWS = 400
"""Epochs on the curves, at most: a chart has not many more pixels, and the traits stay under 200 kB together."""


class TrainPanel(Panel):
    """A training as it goes on: progress, curves, the button that ends it, and at the end its card."""

    _esm = bundle("train")
    commands = ("stop", "pause", "proceed", "save")

    progress = traitlets.Dict().tag(sync=True)
    curves = traitlets.Dict().tag(sync=True)
    can_stop = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(self, control: Control, *, can_stop: bool) -> None:
        self._control, self._state, self._sent = control, Progress(), 0.0
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
        with self.hold_sync():
            self.progress = _progress(self._state)
            self.curves = _curves(self._state)


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
        "logs": _finite(state.logs),
        "ratio": state.ratio,
        "elapsed": state.now - state.began if state.began is not None else None,
        "saved": state.saved,
        "rate": round(state.rate) if state.rate is not None else None,
        "learning_rate": state.learning_rate,
        "left": state.seconds_left,
    }


def _curves(state: Progress) -> dict[str, Any]:
    """Metrics over time in epochs: within the epochs, and at the end of each, of many epochs as many as are seen."""
    rows = list(enumerate(state.rows, start=state.first))
    kept = rows[:: -(-len(rows) // _ROWS) or 1]
    if kept[-1:] != rows[-1:]:
        kept.append(rows[-1])
    return {
        "points": [{"x": at, **_finite(logs)} for at, logs in state.points],
        "epochs": [{"x": number, **_finite(row)} for number, row in kept],
    }


def _finite(logs: Any) -> dict[str, float | None]:
    """JSON knows no NaN."""
    return {name: round(value, 6) if abs(value) < float("inf") else None for name, value in logs.items()}
