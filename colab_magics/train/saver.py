"""Checkpoints now and then, written in a thread of their own while the training goes on."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from colab_magics.train.checkpoint import Shelf, State

INTERVAL = 10.0
"""Seconds of training that a kill may cost, as a rule."""

_SHARE = 100
"""A save that takes long is done more rarely: at most this part of the time goes into saving."""


class Saver:
    """Keeps the states of one training. A save that fails is told and tried again, and stops nothing."""

    def __init__(self, shelf: Shelf, interval: float) -> None:
        self._shelf, self._interval = shelf, interval
        self._next = time.monotonic() + interval
        self._thread: threading.Thread | None = None
        self.fault: str | None = None
        """Why the last save failed, if it did."""

    def offer(self, capture: Callable[[], State]) -> None:
        """Save what ``capture`` gives, if it is time for it and the save before it has ended."""
        if time.monotonic() < self._next or (self._thread is not None and self._thread.is_alive()):
            return
        began = time.monotonic()
        state = capture()
        self._thread = threading.Thread(target=self._write, args=(state, began), name="colab_magics save")
        self._thread.start()

    def finish(self, capture: Callable[[], State]) -> None:
        """Save the last state, and wait for it."""
        self.join()
        self._write(capture(), time.monotonic())

    def join(self) -> None:
        """Wait for a save that goes on."""
        if self._thread is not None:
            self._thread.join()

    def _write(self, state: State, began: float) -> None:
        try:
            self._shelf.write(state)
            self.fault = None
        except OSError as error:
            self.fault = error.strerror or str(error)
        ended = time.monotonic()
        self._next = ended + max(self._interval, _SHARE * (ended - began))
