"""What is seen while one ``%ingest`` works: a panel in a notebook, a line in a terminal, nothing in plain Python."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from colab_magics import _shell
from colab_magics.errors import ColabMagicsError
from colab_magics.format import printable
from colab_magics.ingest import card as cards

if TYPE_CHECKING:
    from colab_magics.card import Card
    from colab_magics.ingest.panel import IngestPanel

_PATIENCE = 1.0  # seconds after which a terminal is told something


class Screen:
    """Opened by the first `tell`, or by `show`; says why when the work inside its ``with`` does not end well."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._started = time.monotonic()
        self._card = cards.waiting(source)
        self._panel: IngestPanel | None = None
        self._shown: _shell.Shown | None = None
        self._has_line = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._clear_line()
        if error is None or self._shown is None:
            return
        is_stopped = isinstance(error, KeyboardInterrupt)
        self.show(cards.stopped(self._source) if is_stopped else cards.failed(self._source, _sentence(error)))

    def tell(self, phase: str, progress: float | None) -> None:
        """Show how far it is."""
        if _shell.has_kernel():
            if self._shown is None:
                self._shown = _shell.show(self._card, self._open)
            if self._panel is not None:
                self._panel.tell(phase, progress)
        elif _shell.current() is not None and sys.stderr.isatty() and time.monotonic() - self._started > _PATIENCE:
            self._has_line = True
            share = "" if progress is None else f"{progress:4.0%} "
            sys.stderr.write(f"\r\x1b[K{share}{printable(phase)}")
            sys.stderr.flush()

    def show(self, card: Card) -> None:
        """Show how it ended."""
        self._clear_line()
        self._card = card
        if self._shown is None:
            self._shown = _shell.show(card, self._open)
            return
        if self._panel is not None:
            self._panel.rest(card)
        self._shown.update(card)

    def _open(self) -> IngestPanel:
        from colab_magics.ingest.panel import IngestPanel

        self._panel = IngestPanel(card=self._card.data())
        return self._panel

    def _clear_line(self) -> None:
        if self._has_line:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._has_line = False


def _sentence(error: BaseException) -> str:
    return str(error) if isinstance(error, ColabMagicsError) else f"{type(error).__name__}, which is told below."
