"""Whether a page still shows the panel that a cell waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_SILENCE = 90.0  # seconds; a browser lets a page in the background speak once a minute
_SEEN_SILENCE = 30.0  # seconds; a page in the foreground speaks every five
_GRACE = 3.0  # seconds for another page to speak when one has gone


class Presence:
    """What pages have let hear of themselves; in any thread, by a ``clock`` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heard = threading.Event()
        self._patience = _SILENCE
        self._until = clock() + _SILENCE

    def hello(self, *, is_seen: bool = False) -> None:
        """A page shows the panel; ``is_seen``: it is in the foreground.

        A page that is loaded anew while it sends takes its last word with it: the browser drops what still waits to be
        sent. So the cell must not wait as long for a page that would have spoken.
        """
        self._patience = _SEEN_SILENCE if is_seen else _SILENCE
        self.sign()
        self._heard.set()

    def sign(self) -> None:
        """A page has sent something."""
        self._until = self._clock() + self._patience

    def bye(self) -> None:
        """A page goes; another may show the panel, too."""
        self._until = min(self._until, self._clock() + _GRACE)

    def is_heard(self, patience: float) -> bool:
        """Does a page speak within so many seconds?"""
        return self._heard.wait(patience)

    @property
    def has_gone(self) -> bool:
        """Is no page heard any more?"""
        return self._clock() >= self._until
