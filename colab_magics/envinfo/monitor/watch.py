"""The monitor: it samples once a second while somebody looks, and keeps the last five minutes."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Literal

from colab_magics.envinfo.monitor.pulse import PULSE, Pulse
from colab_magics.envinfo.monitor.sample import Sample, Sources
from colab_magics.envinfo.monitor.sampler import Sampler

PERIOD = 1.0
"""Seconds between two samples."""
KEPT = 300
"""Samples that are kept."""
UNSEEN = 600.0
"""Seconds without a viewer after which the monitor stops; the time of running cells does not count."""

Phase = Literal["running", "stopped", "unseen", "ended"]
Listener = Callable[[Sample | None], None]
"""Called with each sample as it is taken, and with None when the phase has changed."""


class Monitor:
    """Samples from `resume` until `stop`, until nobody has been `seen` for ten minutes, or until the kernel ends.

    ``is_busy`` says whether a cell runs: meanwhile a page may be unable to tell that somebody looks. All methods may
    be called from any thread; listeners are called from the thread that samples, or that changes the phase. One that
    raises is told no more, and ``fault`` says why.
    """

    def __init__(
        self,
        is_busy: Callable[[], bool] = lambda: False,
        *,
        make_sampler: Callable[[], Sampler] = Sampler,
        pulse: Pulse = PULSE,
        clock: Callable[[], float] = time.monotonic,
        unseen: float = UNSEEN,
    ) -> None:
        self.is_busy, self._make_sampler, self._pulse, self._clock, self._limit = (
            is_busy, make_sampler, pulse, clock, unseen
        )  # fmt: skip
        self._lock = threading.RLock()
        self._sampler: Sampler | None = None
        self._samples: deque[Sample] = deque(maxlen=KEPT)
        self._listeners: list[Listener] = []
        self._unseen, self._beaten_at = 0.0, clock()
        self.phase: Phase = "stopped"
        self.fault = ""
        self.sources = Sources("", 0.0, "", "", "")

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The last samples, oldest first."""
        with self._lock:
            return tuple(self._samples)

    def resume(self) -> None:
        """Sample from now on; while it does already, only take note that somebody is there."""
        with self._lock:
            self._unseen, self._beaten_at = 0.0, self._clock()
            if self._sampler is not None:
                return
            self._sampler = self._make_sampler()
            self.sources = self._sampler.sources
            self._samples.append(self._sampler.read())
            self.phase = "running"
            self._pulse.add(self._beat, PERIOD)
        self._tell(None)

    def stop(self, phase: Phase = "stopped") -> None:
        """Sample no more; ``phase`` says why. When it returns, the thread is gone unless another needs it."""
        with self._lock:
            sampler, self._sampler = self._sampler, None
            if sampler is None:
                return
            self.phase = phase
            self._pulse.remove(self._beat)
            sampler.close()
        self._tell(None)
        self._pulse.rest()

    def seen(self) -> None:
        """Take note that somebody looks."""
        with self._lock:
            self._unseen = 0.0

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell ``listener`` of what comes; call what is returned to end that."""
        with self._lock:
            self._listeners.append(listener)

        def undo() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return undo

    def _beat(self) -> float:
        with self._lock:
            if self._sampler is None:
                return PERIOD
            is_unseen = self._is_unseen()
            if not is_unseen:
                sample = self._sampler.read()
                self._samples.append(sample)
        if is_unseen:
            self.stop("unseen")
        else:
            self._tell(sample)
        return PERIOD

    def _is_unseen(self) -> bool:
        before, self._beaten_at = self._beaten_at, self._clock()
        if not self.is_busy():
            self._unseen += self._beaten_at - before
        return self._unseen > self._limit

    def _tell(self, sample: Sample | None) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            try:
                listener(sample)
            except Exception as error:  # noqa: BLE001 (a page that is gone must not end the sampling for the others)
                self.fault = f"{type(error).__name__}: {error}"
                with self._lock:
                    if listener in self._listeners:  # it may have ended that itself before it failed
                        self._listeners.remove(listener)
