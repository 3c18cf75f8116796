"""The panels of `%envinfo`: the report's card, read again on demand; and the monitor of `%envinfo --live`."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import traitlets

from colab_magics._panel import Panel, bundle
from colab_magics.envinfo.card import report_card
from colab_magics.envinfo.monitor import columns
from colab_magics.envinfo.monitor.overview import SENTENCES, overview
from colab_magics.envinfo.report import Report

if TYPE_CHECKING:
    from colab_magics.card import Card
    from colab_magics.envinfo.monitor.sample import Sample
    from colab_magics.envinfo.monitor.watch import Monitor


class EnvinfoPanel(Panel):
    """Shows a report or one part of it; ``collect`` makes the next one when the person asks for it."""

    _esm = bundle("envinfo")
    commands = ("refresh", "markdown")

    def __init__(self, report: Report, part: str, collect: Callable[[], Report]) -> None:
        super().__init__(card=report_card(report, part).data())
        self._report, self._part = report, part
        self._collect = collect

    def refresh(self, _: Mapping[str, Any]) -> None:
        """Read the machine again."""
        self._report = self._collect()
        self.card = report_card(self._report, self._part).data()

    def markdown(self, _: Mapping[str, Any]) -> str:
        """Return the report that is shown as Markdown."""
        return self._report.to_markdown(self._part)


_FOLDED = 20
"""Samples after which they move from ``recent``, which travels every second, to ``history``."""
_STATIC_PERIOD = 30.0
"""Seconds between two updates of the static form, at least."""


class MonitorPanel(Panel):
    """Shows what the monitor samples, in the newest panel only: an older one says so and can take it back.

    ``history`` and after it ``recent`` are rows of numbers, ``tracks`` says what stands in which column, ``missing``
    why a column has no number now, ``status`` what the monitor does. All methods may be called from any thread.
    """

    _esm = bundle("monitor")
    commands = ("stop", "resume", "seen")

    status = traitlets.Dict().tag(sync=True)
    tracks: Any = traitlets.List().tag(sync=True)
    history: Any = traitlets.List().tag(sync=True)
    recent: Any = traitlets.List().tag(sync=True)
    missing = traitlets.Dict().tag(sync=True)

    _front: "MonitorPanel | None" = None
    _change_of_front = threading.Lock()

    def __init__(self, monitor: "Monitor") -> None:
        self._monitor, self._lock, self._is_closed = monitor, threading.RLock(), False
        self._unlisten: Callable[[], None] = lambda: None
        self._keep: Callable[[Card], None] | None = None
        self._keep_period, self._kept_at = _STATIC_PERIOD, time.monotonic()
        super().__init__(**self._state())
        if self.comm is not None:
            self.comm.on_close(lambda _: self.close())
        self._come_to_front()

    def static(self) -> "Card":
        """The static form as it is now."""
        return overview(self._monitor.samples, self._monitor.sources, self._phase)

    def keep(self, update: "Callable[[Card], None]", period: float = _STATIC_PERIOD) -> None:
        """Give the static form to ``update`` when the monitor stops, and every ``period`` seconds between cells."""
        with self._lock:
            self._keep, self._keep_period = update, period

    def stop(self, _: Mapping[str, Any]) -> None:
        """Sample no more."""
        self._monitor.stop()

    def resume(self, _: Mapping[str, Any]) -> None:
        """Sample again, and show it here."""
        self._come_to_front()
        self._monitor.resume()

    def seen(self, _: Mapping[str, Any]) -> None:
        """Somebody looks at the page."""
        self._monitor.seen()

    def close(self) -> None:
        """Take the panel away; with the one that shows the monitor, that stops."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            self._unlisten()
            super().close()
        with MonitorPanel._change_of_front:
            was_front = MonitorPanel._front is self
            if was_front:
                MonitorPanel._front = None
        if was_front:
            self._monitor.stop()

    @property
    def _phase(self) -> str:
        return self._monitor.phase if MonitorPanel._front in (self, None) else "moved"

    def _come_to_front(self) -> None:
        with MonitorPanel._change_of_front:
            before, MonitorPanel._front = MonitorPanel._front, self
        if before is self:
            return
        if before is not None:
            before._step_back()  # noqa: SLF001 (one of us)
        with self._lock, self.hold_sync():
            self._unlisten = self._monitor.listen(self._tell)
            for name, value in self._state().items():
                setattr(self, name, value)

    def _step_back(self) -> None:
        with self._lock:
            self._unlisten()
            if not self._is_closed:
                self.status = _status("moved")

    def _tell(self, sample: "Sample | None") -> None:
        """Take a sample, or with None a change of the phase."""
        with self._lock:
            if self._is_closed or MonitorPanel._front is not self:
                return
            with self.hold_sync():
                if sample is None:
                    self._show_state()
                else:
                    self._show(sample)
        self._keep_static(is_last=sample is None and self._monitor.phase != "running")

    def _show(self, sample: "Sample") -> None:
        self.recent = [*self.recent, columns.row(sample)]
        self.missing = columns.reasons(sample)
        self.tracks = columns.tracks(sample, self._monitor.sources)
        if len(self.recent) >= _FOLDED:
            self.history = [columns.row(known) for known in self._monitor.samples]
            self.recent = []

    def _show_state(self) -> None:
        for name, value in self._state().items():
            setattr(self, name, value)

    def _state(self) -> dict[str, Any]:
        samples = self._monitor.samples
        return {
            "card": overview(samples, self._monitor.sources, self._monitor.phase).data(),
            "status": _status(self._monitor.phase),
            "tracks": columns.tracks(samples[-1], self._monitor.sources),
            "history": [columns.row(sample) for sample in samples],
            "recent": [],
            "missing": columns.reasons(samples[-1]),
        }

    def _keep_static(self, *, is_last: bool) -> None:
        now = time.monotonic()
        is_due = now - self._kept_at >= self._keep_period and not self._monitor.is_busy()
        if self._keep is not None and (is_last or is_due):
            self._kept_at = now
            self._keep(self.static())


def _status(phase: str) -> dict[str, str]:
    return {"phase": phase, "sentence": SENTENCES[phase]}
