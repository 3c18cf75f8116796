"""How often a download is tried again, and how long it waits before that."""

import random
import threading
import time

from colab_magics.errors import DownloadFailed
from colab_magics.format import duration
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.remote import Hiccup

_PROGRESS = 1 << 20  # bytes that arrived since the last fault, from which on the next is the first of a row
_dice = random.SystemRandom()


class Tries:
    """Counts the faults of one download; several connections that fail at the same time fail once."""

    def __init__(self, shown: str, patience: Patience) -> None:
        self._shown, self._patience = shown, patience
        self._lock = threading.Lock()
        self._faults = 0
        self._arrived = 0
        self._until = 0.0
        self._reason = ""

    @property
    def note(self) -> str:
        """Why it waits, and how long still; empty while it does not."""
        left = self._until - time.monotonic()
        return self.words(left) if left > 0 else ""

    def words(self, seconds: float) -> str:
        """Why it waits for so many seconds."""
        return f"{self._reason}; trying again in {duration(seconds)}"

    def count(self, hiccup: Hiccup, arrived: int) -> float:
        """Count a fault that came with ``arrived`` bytes here; return how many seconds to wait.

        Raises `DownloadFailed` after as many faults in a row as there may be.
        """
        with self._lock:
            now = time.monotonic()
            if now >= self._until:
                self._faults = 1 if arrived >= self._arrived + _PROGRESS else self._faults + 1
                self._arrived = arrived
                self._reason = str(hiccup)
                if self._faults >= self._patience.attempts:
                    raise DownloadFailed(
                        f"{self._shown} did not arrive: {self._reason}, {self._faults} times in a row. Try again later."
                    ) from None
                pause = self._patience.pause * 2 ** (self._faults - 1) if hiccup.wait is None else hiccup.wait
                self._until = now + pause * _dice.uniform(1.0, 1.25)
            return max(0.0, self._until - now)
