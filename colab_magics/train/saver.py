"""Checkpoints now and then, written in a thread of their own while the training goes on."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from colab_magics.train.files import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from colab_magics.train.checkpoint import State
    from colab_magics.train.shelf import Shelf

INTERVAL = 10.0
"""Seconds of training that a kill may cost, as a rule."""

_SHARE = 100
"""A save that takes long is done more rarely: at most this part of the time goes into saving."""


class Saver:
    """Keeps the states of one training. A save that fails is told and tried again, and stops nothing.

    States are captured where the training is, and written elsewhere. Those of the best epochs wait for the next save,
    and go before it: where a state is kept, the best one that was before it is, too.
    """

    def __init__(self, shelf: Shelf, interval: float) -> None:
        self._shelf, self._interval = shelf, interval
        self._next = time.monotonic() + interval
        self._thread: threading.Thread | None = None
        self._best: State | None = None
        self._kept: State | None = None
        self._ended: deque[State] = deque()
        self.fault: str | None = None
        """Why the last save failed, if it did."""

    @property
    def is_busy(self) -> bool:
        """Does a save go on?"""
        return self._thread is not None and self._thread.is_alive()

    def offer(self, capture: Callable[[], State], *, is_best: bool = False) -> None:
        """Save what ``capture`` gives, if it is time for it and the save before it has ended."""
        is_due = time.monotonic() >= self._next and not self.is_busy
        if not is_due and not is_best:
            return
        began = time.monotonic()
        state = capture()
        if is_best:
            self._best = state
        if is_due:
            self._begin(state, began, is_asked=False)

    def ask(self, capture: Callable[[], State]) -> None:
        """Save what ``capture`` gives as soon as the disk can, and have `ended` tell of it."""
        began = time.monotonic()
        self._begin(capture(), began, is_asked=True)

    def ended(self) -> State | None:
        """A state that was asked for, whose save has ended since; each is told once."""
        return self._ended.popleft() if self._ended else None

    def finish(self, capture: Callable[[], State]) -> None:
        """Save the last state, and wait for it."""
        self.join()
        began = time.monotonic()
        self._write(self._with_best(capture()), began)

    def join(self) -> None:
        """Wait for a save that goes on."""
        if self._thread is not None:
            self._thread.join()

    def _begin(self, state: State, began: float, *, is_asked: bool) -> None:
        before, states = self._thread, self._with_best(state)

        def write() -> None:
            if before is not None:
                before.join()
            self._write(states, began)
            if is_asked:
                self._ended.append(state)

        self._thread = threading.Thread(target=write, name="colab_magics save")
        self._thread.start()

    def _with_best(self, state: State) -> list[State]:
        """The states that are to be kept, the newest last."""
        best = self._best
        return [state] if best is None or best is self._kept or best is state else [best, state]

    def _write(self, states: Sequence[State], began: float) -> None:
        try:
            for state in states:
                self._shelf.write(state)
                if state is self._best:
                    self._kept = state
            self.fault = None
        except OSError as error:
            self.fault = reason(error)
        ended = time.monotonic()
        self._next = ended + max(self._interval, _SHARE * (ended - began))
