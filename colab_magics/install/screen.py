"""What is seen while one ``%install`` works."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from colab_magics._screen import Screen as WorkScreen
from colab_magics.install import card as cards
from colab_magics.install.progress import Progress

if TYPE_CHECKING:
    from colab_magics.card import Card
    from colab_magics.install.events import Event
    from colab_magics.install.panel import InstallPanel


class Screen(WorkScreen["InstallPanel"]):
    """Shows an installation's phases and last lines."""

    def __init__(self, title: str) -> None:
        self._title = title
        began = time.monotonic()
        self._progress = Progress(began=began, now=began)
        super().__init__()

    def tell(self, event: Event) -> None:
        """Show what happened."""
        self._progress = self._progress.fold(event, time.monotonic())
        self.report(lambda panel: panel.tell(event, self._progress), self._progress.line)

    def waiting(self) -> Card:
        return cards.waiting(self._title)

    def stopped(self) -> Card:
        return cards.stopped(self._title)

    def failed(self, sentence: str) -> Card:
        return cards.failed(self._title, sentence, self._progress.log)

    def make_panel(self, card: Card) -> InstallPanel:
        from colab_magics.install.panel import InstallPanel

        # What is said to a reader of the saved notebook is not for one who watches.
        is_at_work = card == self.waiting()
        return InstallPanel(card=card.data() | ({"parts": []} if is_at_work else {}))
