"""What is seen while one ``%ingest`` works, or where it was given nothing to work on."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from colab_magics import _shell
from colab_magics._screen import Screen as WorkScreen
from colab_magics.errors import SourceError
from colab_magics.ingest import card as cards
from colab_magics.ingest import parcel as parcels
from colab_magics.ingest.desk import Desk
from colab_magics.ingest.invitation import NOBODY, invitation, outcome_card, recent_sources
from colab_magics.ingest.item import as_data

if TYPE_CHECKING:
    from colab_magics.card import Card
    from colab_magics.ingest.panel import DeskPanel, IngestPanel, ParcelPanel
    from colab_magics.ingest.request import Request

_PATIENCE = 10.0  # seconds for a page to draw the panel and to say so
_WAITED_FOR = "The cell goes on when a file or a source has become a frame."
_LATER = "The variable is made when the file is here; the cell does not wait for it."


class Screen(WorkScreen["IngestPanel"]):
    """Shows what arrives of one source. An error before anything was shown is told by its sentence alone."""

    patience = 1.0

    def __init__(self, source: str) -> None:
        self._source = source
        super().__init__()

    def tell(self, phase: str, progress: float | None) -> None:
        """Show how far it is; ``progress`` is 0 to 1, or None where nobody knows."""
        share = "" if progress is None else f"{progress:4.0%} "
        self.report(lambda panel: panel.tell(phase, progress), lambda: f"{share}{phase}")

    def waiting(self) -> Card:
        return cards.waiting(self._source)

    def stopped(self) -> Card:
        return cards.stopped(self._source)

    def failed(self, sentence: str) -> Card:
        return cards.failed(self._source, sentence)

    def make_panel(self, card: Card) -> IngestPanel:
        from colab_magics.ingest.panel import IngestPanel

        return IngestPanel(card=card.data())

    def tells(self, error: BaseException) -> bool:
        return self.is_open


def send(parcel: parcels.Parcel) -> None:
    """Send a file to the browser. Raises `SourceError` where nobody is."""
    if not _shell.can_be_asked():
        parcel.close()
        raise SourceError(parcels.NOBODY.format(name=parcel.name))

    def open_panel() -> ParcelPanel:
        from colab_magics.ingest.panel import ParcelPanel

        return ParcelPanel(parcel)

    _shell.show(parcel.card(), open_panel)


class DeskScreen:
    """The panel where files are handed in, for as long as the kernel lives. Raises `SourceError` where nobody is."""

    def __init__(self, request: Request) -> None:
        if not _shell.can_be_asked():
            raise SourceError(NOBODY)
        self._desk = Desk(request, Path.cwd(), _shell.assign, _shell.namespace, self._tell)
        from colab_magics.ingest.glimpse import Glimpse
        from colab_magics.ingest.places import Places

        self._places, self._glimpse = Places(request, self._tell_looks), Glimpse(self._tell_looks)
        self._waits = _shell.hears_while_busy()
        self._name = request.name or ""
        self._panel: DeskPanel | None = None
        self._seen = 0
        self._telling = threading.RLock()  # two threads that hold back what they send would lose it
        self._shown = _shell.show(invitation(_WAITED_FOR if self._waits else _LATER), self._open)

    def wait(self) -> object:
        """Return what came, where the page can be heard meanwhile; elsewhere return None at once."""
        if not self._waits:
            return None
        try:
            heard = self._desk.presence.is_heard(_PATIENCE)
            return self._desk.wait().value if heard else None
        finally:
            self._waits = False
            if self._panel is not None:
                self._panel.waits = False
            if not self._seen:
                self._shown.update(invitation(_LATER))

    def _open(self) -> DeskPanel:
        from colab_magics.ingest.panel import DeskPanel

        traits = {"recent": recent_sources(), "variable": self._name, "waits": self._waits, "card": {}}
        self._panel = DeskPanel(self._desk, self._places, self._glimpse, **traits)
        return self._panel

    def _tell_looks(self) -> None:
        """In any thread: show what is browsed and looked at."""
        if self._panel is not None and self._panel.comm is not None:
            with self._telling, self._panel.hold_sync():
                self._panel.places, self._panel.glimpse = self._places.state, self._glimpse.state

    def _tell(self) -> None:
        """In any thread: show what has changed."""
        panel, outcome, items = self._panel, self._desk.outcome, self._desk.items
        if panel is None:
            return
        here = len(outcome.done) + len(outcome.saved)
        with self._telling, panel.hold_sync():
            panel.items = as_data(items)
            if here == self._seen:
                return
            self._seen = here
            panel.card = outcome_card(outcome).data() if outcome.done else {}
        self._shown.update(outcome_card(outcome, items))
