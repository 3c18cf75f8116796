"""Interrupts (Ctrl-C, the notebook's stop button) kept out of places that they would break."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def held() -> Iterator[None]:
    """Hold an interrupt back until the end, and let it happen then; an exception from inside goes before it.

    For the loading of large libraries: numpy, Keras and TensorFlow cannot be imported in a process that was
    interrupted in the middle of their import. Outside the main thread, which no interrupt meets, nothing changes.
    """
    came = False

    def hold(number: int, frame: object) -> None:
        nonlocal came
        came = True

    with _handled_by(hold):
        yield
    if came:
        signal.raise_signal(signal.SIGINT)


@contextmanager
def first_asks(stop: Callable[[], None]) -> Iterator[None]:
    """While inside, the first interrupt calls ``stop``, the second one interrupts.

    So no interrupt meets Keras in the middle of a step or of a save. Outside the main thread nothing changes.
    """

    def ask(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    with _handled_by(ask):
        yield


@contextmanager
def _handled_by(handler: Callable[[int, object], None]) -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:  # None: not Python's to restore
        yield
        return
    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
