"""The panel of `%install`: how far it is with the installer's last lines, and then the card."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import traitlets

from colab_magics._panel import Panel, bundle
from colab_magics.install.events import PhaseBegan

if TYPE_CHECKING:
    from colab_magics.card import Card
    from colab_magics.install.events import Event
    from colab_magics.install.progress import Progress

_PERIOD = 0.1
"""Seconds between two updates of the page, at least."""


class InstallPanel(Panel):
    """``phase`` says what is going on and is empty at rest; ``ratio`` is 0 to 1, or None where nobody knows."""

    _esm = bundle("install")

    phase = traitlets.Unicode("").tag(sync=True)
    elapsed = traitlets.Unicode("").tag(sync=True)
    ratio = traitlets.Float(None, allow_none=True).tag(sync=True)
    log = traitlets.List(traitlets.Unicode()).tag(sync=True)

    _sent = float("-inf")

    def tell(self, event: Event, progress: Progress) -> None:
        """Show what happened; what comes faster than the page can follow is shown together."""
        now = time.monotonic()
        if now - self._sent < _PERIOD and not isinstance(event, PhaseBegan):
            return
        self._sent = now
        with self.hold_sync():
            self.phase = progress.words
            self.elapsed = progress.elapsed
            self.ratio = progress.ratio
            self.log = list(progress.log)

    def rest(self, card: Card) -> None:
        """Show how it ended."""
        with self.hold_sync():
            self.card = card.data()
            self.phase = ""
            self.elapsed = ""
            self.ratio = None
            self.log = []
