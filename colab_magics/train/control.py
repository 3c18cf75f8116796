"""What a person can ask of a training while it runs."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

_PERIOD = 0.05
"""Seconds between two looks at whether a paused training goes on."""


@dataclass(frozen=True, slots=True)
class Control:
    """The wishes, set from any thread; the training looks at them between two calls of steps."""

    stop: threading.Event = field(default_factory=threading.Event)
    pause: threading.Event = field(default_factory=threading.Event)
    save: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> float:
        """Wait while paused and not stopped; the seconds that it took.

        By looking, since an interrupt sets ``stop`` in this very thread, which must hold none of its locks then.
        """
        began = time.monotonic()
        while self.pause.is_set() and not self.stop.is_set():
            time.sleep(_PERIOD)
        return time.monotonic() - began
