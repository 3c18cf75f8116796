"""The one thread that samples: it calls each of its beats when it is due."""

import os
import threading
import time
from collections.abc import Callable

Beat = Callable[[], float]
"""Called when it is due; returns the seconds until it is due again."""
_AFTER_A_FAULT = 5.0


class Pulse:
    """One daemon thread, there while there is a beat; a beat should be over in milliseconds.

    One that raises is called again in some seconds, for the others and what comes later must not stand still.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._due: dict[Beat, float] = {}
        self._thread: threading.Thread | None = None

    @property
    def thread(self) -> threading.Thread | None:
        """The thread while there is one."""
        return self._thread

    def add(self, beat: Beat, wait: float = 0.0) -> None:
        """Call ``beat`` in the thread after ``wait`` seconds, and then as often as it says."""
        with self._changed:
            self._due[beat] = self._clock() + wait
            if self._thread is None:
                self._thread = threading.Thread(target=self._go_on, name="colab_magics pulse", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def remove(self, beat: Beat) -> None:
        """Call it no more, once it has returned if it is being called; with the last one the thread ends."""
        with self._changed:
            self._due.pop(beat, None)
            self._changed.notify_all()

    def rest(self, patience: float = 2.0) -> None:
        """Wait until the thread has ended, or there is a beat; for ``patience`` seconds at most."""
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return
        with self._changed:
            self._changed.wait_for(lambda: bool(self._due) or self._thread is None, patience)
            if self._thread is not None:
                return
        thread.join(patience)

    def forget(self) -> None:
        """Begin anew without beats: in a forked child there is no thread, and the beats are the parent's."""
        self._changed, self._due, self._thread = threading.Condition(), {}, None

    def _go_on(self) -> None:
        while (beat := self._next()) is not None:
            began = self._clock()
            try:
                wait = beat()
            except Exception:  # noqa: BLE001 (a full disk, a page that is gone: nobody could be told here)
                wait = _AFTER_A_FAULT
            with self._changed:
                if beat in self._due:
                    # From when it was due, so that a period stays one; after a delay nothing is made up for.
                    due = self._due[beat] + wait
                    self._due[beat] = due if due > began else began + wait

    def _next(self) -> Beat | None:
        """Wait for the beat that is due next; None when there is no beat left."""
        with self._changed:
            while self._due:
                beat = min(self._due, key=self._due.__getitem__)
                left = self._due[beat] - self._clock()
                if left <= 0:
                    return beat
                self._changed.wait(left)
            self._thread = None
            self._changed.notify_all()
            return None


PULSE = Pulse()
"""The pulse of this kernel: monitor and recorder share it."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=PULSE.forget)
