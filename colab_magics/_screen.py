"""What is seen while long work goes on: a panel in a notebook, a line in a terminal, nothing in plain Python."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from colab_magics import _shell
from colab_magics.errors import ColabMagicsError
from colab_magics.format import printable

if TYPE_CHECKING:
    from colab_magics._panel import Panel
    from colab_magics.card import Card

P = TypeVar("P", bound="Panel")

_WIDTH = 100
_PERIOD = 0.1  # seconds between two lines of a terminal, at least


class Screen(Generic[P]):
    """Opened by the first `report`, or by `show`; says why when the work inside its ``with`` does not end well.

    A slice says what its cards and its panel are: `waiting`, `stopped`, `failed` and `make_panel`.
    """

    patience = 0.0
    """Seconds of work after which a terminal is told something."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._card = self.waiting()
        self._panel: P | None = None
        self._shown: _shell.Shown | None = None
        self._written = float("-inf")

    def waiting(self) -> Card:
        """The static form while it works."""
        raise NotImplementedError

    def stopped(self) -> Card:
        """The card after an interrupt."""
        raise NotImplementedError

    def failed(self, sentence: str) -> Card:
        """The card after an error."""
        raise NotImplementedError

    def make_panel(self, card: Card) -> P:
        """The panel; called only where a front end can show it."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._clear_line()
        if error is not None and self.tells(error):
            self.show(self.stopped() if isinstance(error, KeyboardInterrupt) else self.failed(_sentence(error)))

    def tells(self, error: BaseException) -> bool:
        """Is the error worth a card? Where nothing was shown before, its sentence alone may do."""
        return True

    @property
    def is_open(self) -> bool:
        """Is anything shown?"""
        return self._shown is not None

    def report(self, tell: Callable[[P], None], line: Callable[[], str]) -> None:
        """Show how far it is: ``tell`` tells the panel, ``line`` gives the line for a terminal."""
        now = time.monotonic()
        if _shell.has_kernel():
            if self._shown is None:
                self._shown = _shell.show(self._card, self._open)
            if self._panel is not None:
                tell(self._panel)
        elif self._has_terminal() and now - self._began >= self.patience and now - self._written >= _PERIOD:
            self._written = now
            sys.stderr.write(f"\r\x1b[K{printable(line())[:_WIDTH]}")
            sys.stderr.flush()

    def show(self, card: Card, *, value: object = None) -> None:
        """Show how it ended; ``value`` as in `_shell.show`."""
        self._clear_line()
        self._card = card
        if self._shown is None:
            self._shown = _shell.show(card, self._open, value=value)
            return
        if self._panel is not None:
            self._panel.rest(card)
        self._shown.update(card, value=value)

    def _open(self) -> P:
        self._panel = self.make_panel(self._card)
        return self._panel

    @staticmethod
    def _has_terminal() -> bool:
        return _shell.current() is not None and sys.stderr.isatty()

    def _clear_line(self) -> None:
        if self._written > 0:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._written = float("-inf")


def _sentence(error: BaseException) -> str:
    return str(error) if isinstance(error, ColabMagicsError) else f"{type(error).__name__}, which is told below."
