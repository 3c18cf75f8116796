"""Where a training is shown while it runs: the panel in a notebook, lines of text elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from colab_magics import _shell
from colab_magics.train import card as cards
from colab_magics.train.events import EpochEnded, StepEnded, Stopped
from colab_magics.train.progress import Progress

if TYPE_CHECKING:
    from colab_magics.card import Card
    from colab_magics.train.control import Control
    from colab_magics.train.events import Event
    from colab_magics.train.panel import TrainPanel
    from colab_magics.train.progress import Phase


class Screen:
    """Follows one training. Without a shell, and without a terminal, it shows nothing."""

    def __init__(self, control: Control) -> None:
        self._state = Progress()
        self._panel: TrainPanel | None = None
        if _shell.has_kernel():
            from colab_magics.train.panel import TrainPanel

            self._panel = panel = TrainPanel(control, can_stop=_shell.hears_while_busy())
            self._shown = _shell.show(cards.waiting(), lambda: panel)

    def tell(self, event: Event) -> None:
        """Show what happened."""
        if self._panel is not None:
            self._panel.tell(event)
        elif sys.stderr.isatty():
            self._state = self._state.fold(event, time.monotonic())
            self._write(event)

    def finish(self, phase: Phase, card: Card, *, value: object = None) -> None:
        """Show how it ended."""
        if self._panel is not None:
            self._panel.finish(phase, card)
            self._shown.update(card, value=value)
        else:
            _shell.show(card, value=value)

    def _write(self, event: Event) -> None:
        match event:
            case StepEnded():
                sys.stderr.write(f"\r\x1b[K{self._state.line()}")
            case EpochEnded():
                sys.stderr.write(f"\r\x1b[K{self._state.line()}\n")
            case Stopped():
                sys.stderr.write("\r\x1b[KStopping after this step.\n")
        sys.stderr.flush()
