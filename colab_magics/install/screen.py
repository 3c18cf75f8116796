"""What is seen while one ``%install`` works: a panel in a notebook, a line in a terminal, nothing in plain Python."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from colab_magics import _shell
from colab_magics.errors import ColabMagicsError
from colab_magics.install import card as cards
from colab_magics.install.progress import Progress

if TYPE_CHECKING:
    from colab_magics.card import Card
    from colab_magics.install.events import Event
    from colab_magics.install.panel import InstallPanel

_PERIOD = 0.1  # seconds between two lines of a terminal, at least


class Screen:
    """Opened by the first `tell`, or by `show`; says why when the work inside its ``with`` does not end well."""

    def __init__(self, title: str) -> None:
        self._title = title
        began = time.monotonic()
        self._progress = Progress(began=began, now=began)
        self._card = cards.waiting(title)
        self._panel: InstallPanel | None = None
        self._shown: _shell.Shown | None = None
        self._written = float("-inf")
        self._is_over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._clear_line()
        if error is None:
            return
        if isinstance(error, KeyboardInterrupt):
            self.show(cards.stopped(self._title))
        else:
            self.show(cards.failed(self._title, _sentence(error), self._progress.log))

    def tell(self, event: Event) -> None:
        """Show what happened."""
        now = time.monotonic()
        self._progress = self._progress.fold(event, now)
        if _shell.has_kernel():
            if self._shown is None:
                self._shown = _shell.show(self._card, self._open)
            if self._panel is not None:
                self._panel.tell(event, self._progress)
        elif _shell.current() is not None and sys.stderr.isatty() and now - self._written >= _PERIOD:
            self._written = now
            sys.stderr.write(f"\r\x1b[K{self._progress.line()[:100]}")
            sys.stderr.flush()

    def show(self, card: Card, *, value: object = None) -> None:
        """Show how it ended."""
        self._clear_line()
        self._card, self._is_over = card, True
        if self._shown is None:
            self._shown = _shell.show(card, self._open, value=value)
            return
        if self._panel is not None:
            self._panel.rest(card)
        self._shown.update(card, value=value)

    def _open(self) -> InstallPanel:
        from colab_magics.install.panel import InstallPanel

        # What is said to a reader of the saved notebook is not for one who watches.
        self._panel = InstallPanel(card=self._card.data() | ({} if self._is_over else {"parts": []}))
        return self._panel

    def _clear_line(self) -> None:
        if self._written > 0:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._written = float("-inf")


def _sentence(error: BaseException) -> str:
    return str(error) if isinstance(error, ColabMagicsError) else f"{type(error).__name__}, which is told below."
