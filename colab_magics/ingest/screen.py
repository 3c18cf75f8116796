"""What is seen while one ``%ingest`` works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colab_magics._screen import Screen as WorkScreen
from colab_magics.ingest import card as cards

if TYPE_CHECKING:
    from colab_magics.card import Card
    from colab_magics.ingest.panel import IngestPanel


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
