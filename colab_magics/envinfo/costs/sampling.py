"""A reading taken again and again, in a thread that lives only as long as what it watches."""

from collections.abc import Callable
from threading import Event, Thread

_PATIENCE = 1.0  # seconds: a driver that hangs is left behind, for the person's cell has ended


class Sampling:
    """Calls ``read`` at once, then ``hertz`` times a second from a thread of its own, and once more at `stop`.

    ``read`` keeps what it sees, and must not raise. Code that holds Python's lock holds the thread up, too.
    """

    def __init__(self, read: Callable[[], None], hertz: float) -> None:
        self._read, self._pause, self._is_over = read, 1 / hertz, Event()
        read()
        self._thread = Thread(target=self._run, name="colab_magics sampler", daemon=True)
        self._thread.start()

    def stop(self) -> bool:
        """Stop; return whether the thread has ended. One that waits for a driver ends when that answers."""
        self._is_over.set()
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            return False
        self._read()
        return True

    def _run(self) -> None:
        while not self._is_over.wait(self._pause):
            self._read()
