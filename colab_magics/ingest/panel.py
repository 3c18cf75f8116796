"""The panel of ``%ingest``: the card, and how far it is while it is on its way."""

import traitlets

from colab_magics._panel import Panel, bundle
from colab_magics.card import Card


class IngestPanel(Panel):
    """``phase`` says what is going on and is empty at rest; ``progress`` is 0 to 1, or None where nobody knows."""

    _esm = bundle("ingest")

    phase = traitlets.Unicode("").tag(sync=True)
    progress = traitlets.Float(None, allow_none=True).tag(sync=True)

    def tell(self, phase: str, progress: float | None) -> None:
        """Show how far it is."""
        with self.hold_sync():
            self.phase = phase
            self.progress = progress

    def rest(self, card: Card) -> None:
        """Show how it ended."""
        with self.hold_sync():
            self.card = card.data()
            self.phase = ""
            self.progress = None
