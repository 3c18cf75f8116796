"""An installation's events folded into what a person wants to see while it runs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from colab_magics.format import duration, size
from colab_magics.install.events import WORDS, BytesArrived, Event, LineSaid, Phase, PhaseBegan, Started

_LINES = 12
_WIDTH = 200  # characters of a line that are shown


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an installation is; ``log`` are its last lines, times are in seconds."""

    way: str = ""
    phase: Phase = "finding"
    detail: str = ""
    done: int = 0
    total: int = 0
    log: tuple[str, ...] = ()
    began: float = 0.0
    now: float = 0.0

    def fold(self, event: Event, now: float) -> Progress:
        """The progress after ``event``, which came at the time ``now``."""
        match event:
            case Started():
                return replace(self, way=event.way, now=now)
            case PhaseBegan():
                detail = event.detail or (self.detail if event.phase == self.phase else "")
                return replace(self, phase=event.phase, detail=detail, done=0, total=0, now=now)
            case BytesArrived():
                return replace(self, phase="downloading", done=event.done, total=event.total, now=now)
            case LineSaid():
                return replace(self, log=(*self.log, event.text[:_WIDTH])[-_LINES:], now=now)
            case _:
                return replace(self, now=now)

    @property
    def ratio(self) -> float | None:
        """The share of the running download that is here, or None where there is none."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def words(self) -> str:
        """The phase in words, with how much has arrived."""
        words = [f"{WORDS[self.phase]} {self.detail}".strip()]
        if self.total:
            words.append(f"{size(self.done)} of {size(self.total)}")
        return " · ".join(words)

    @property
    def elapsed(self) -> str:
        """How long it has gone on, in words; empty within the first second."""
        return duration(self.now - self.began) if self.now - self.began >= 1 else ""

    def line(self) -> str:
        """One line for a terminal."""
        return " · ".join(filter(None, (self.words, self.elapsed)))
