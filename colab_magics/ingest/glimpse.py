"""What the panel shows of one source before it is loaded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from colab_magics.errors import BadOption
from colab_magics.ingest import card as cards
from colab_magics.ingest.errand import Errand
from colab_magics.ingest.pace import Tell
from colab_magics.ingest.preview import ROWS, preview
from colab_magics.ingest.request import Request


class Glimpse:
    """Looks at one source at a time, in a thread. ``changed`` is called, in any thread, when `state` is another.

    `state` is empty, or has ``source`` as it may be shown, ``phase`` (working, here, failed), ``sentence``,
    ``progress`` of 0 to 1 or None, and ``card``.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self.changed = changed
        self.state: dict[str, Any] = {}
        self._request: Request | None = None
        self._errand = Errand("colab_magics preview", self._fail)

    @property
    def request(self) -> Request:
        """What is looked at. Raises `BadOption` where that is nothing."""
        if self._request is None:
            raise BadOption("Nothing is shown that could be loaded: choose a source first.")
        return self._request

    def look(self, request: Request) -> None:
        """Look at another source."""
        self._request = request
        self._show(phase="working", sentence="connecting")

        def work(stop: threading.Event) -> Callable[[], None]:
            ingested = preview(request, self._teller(stop), stop)
            data = cards.previewed(ingested, ROWS).data()
            return lambda: self._show(phase="here", card=data)

        self._errand.start(work)

    def close(self) -> None:
        """Look at nothing more."""
        self._errand.stop()
        self._request = None
        self.state = {}
        self.changed()

    def _teller(self, stop: threading.Event) -> Tell:
        def tell(phase: str, progress: float | None) -> None:
            self._errand.heard(stop, lambda: self._show(phase="working", sentence=phase, progress=progress))

        return tell

    def _fail(self, sentence: str) -> None:
        self._show(phase="failed", sentence=sentence)

    def _show(self, **facts: Any) -> None:
        shown = self._request.shown if self._request is not None else ""
        self.state = {"source": shown, "sentence": "", "progress": None, "card": {}, **facts}
        self.changed()
