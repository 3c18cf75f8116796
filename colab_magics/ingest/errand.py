"""Work for a panel in a thread of its own, of which only the newest counts."""

from __future__ import annotations

import threading
from collections.abc import Callable

from colab_magics.errors import ColabMagicsError
from colab_magics.transfer.events import Stopped


class Errand:
    """Runs one work at a time: the one before is told to stop, and what it still finds is not told.

    ``failed`` hears the sentence of a work that broke off.
    """

    def __init__(self, name: str, failed: Callable[[str], None]) -> None:
        self._name, self._failed = name, failed
        self._lock = threading.RLock()
        self._stop = threading.Event()

    def start(self, work: Callable[[threading.Event], Callable[[], None]]) -> None:
        """Run ``work``, which is given when to stop, and do what it returns, unless it was told to stop."""
        with self._lock:
            self.stop()
            stop = self._stop = threading.Event()
            threading.Thread(target=self._run, args=(work, stop), name=self._name, daemon=True).start()

    def stop(self) -> None:
        """Tell the work to stop; it is not heard any more."""
        with self._lock:
            self._stop.set()

    def heard(self, stop: threading.Event, tell: Callable[[], None]) -> None:
        """Do ``tell`` for the work that was given ``stop``. Raises `Stopped` where that does not count any more."""
        with self._lock:
            if stop.is_set():
                raise Stopped
            tell()

    def _run(self, work: Callable[[threading.Event], Callable[[], None]], stop: threading.Event) -> None:
        try:
            found = work(stop)
        except Stopped:
            return
        except Exception as error:  # noqa: BLE001 (the person is told)
            sentence = str(error) if isinstance(error, ColabMagicsError) else f"{type(error).__name__}: {error}"
            found = self._told(sentence)
        with self._lock:
            if not stop.is_set():
                found()

    def _told(self, sentence: str) -> Callable[[], None]:
        return lambda: self._failed(sentence)
