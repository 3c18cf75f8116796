"""A reading that may take its time, taken beside the others so that it cannot hold them up."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from colab_magics.envinfo.reading import Missing, Reading

T = TypeVar("T")


class Feed(Generic[T]):
    """Calls ``take`` every ``period`` seconds on a daemon thread of its own and keeps what it gave.

    A network drive that hangs keeps this thread and nothing else. ``what`` is asked, in the words of a reason.
    """

    def __init__(self, take: Callable[[], Reading[T]], period: float, what: str) -> None:
        self._take, self._period, self._what = take, period, what
        self._closed = threading.Event()
        self._latest: Reading[T] = Missing(f"{what} is being asked")
        self._asked_at: float | None = time.monotonic()
        self.thread = threading.Thread(target=self._go_on, name=f"colab_magics: {what}", daemon=True)
        self.thread.start()

    def read(self) -> Reading[T]:
        """The newest reading, or that none has come for some time."""
        asked_at = self._asked_at
        late = 0.0 if asked_at is None else time.monotonic() - asked_at
        if late > 2 * self._period + 1:
            return Missing(f"{self._what} has not answered for {late:.0f} s")
        return self._latest

    def close(self) -> None:
        """End after the reading that is being taken, if one is; that is not waited for."""
        self._closed.set()
        if self._asked_at is None:
            self.thread.join(1.0)

    def _go_on(self) -> None:
        while not self._closed.is_set():
            self._asked_at = time.monotonic()
            self._latest = self._take()
            self._asked_at = None
            self._closed.wait(self._period)
