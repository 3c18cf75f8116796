"""What was handed in at the panel of ``%ingest``: each file or source by itself, and what came of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from colab_magics.ingest.request import Ingested


@dataclass(frozen=True, slots=True)
class Item:
    """One file or source: ``phase`` is arriving, working, done, saved (whole, but no table), failed or stopped.

    ``size`` and ``received`` are in bytes, ``progress`` is 0 to 1 or None, ``code`` is the line of plain pandas.
    """

    id: str
    name: str
    variable: str
    phase: str
    size: int = 0
    received: int = 0
    progress: float | None = None
    sentence: str = ""
    code: str = ""

    @property
    def is_open(self) -> bool:
        return self.phase in ("arriving", "working")


@dataclass(slots=True)
class Outcome:
    """What has come of all that was handed in so far."""

    done: list[Ingested] = field(default_factory=list)
    saved: list[Path] = field(default_factory=list)

    @property
    def value(self) -> Any:
        """The frame, several of them by name, or None."""
        frames = {str(ingested.name): ingested.frame for ingested in self.done}
        return next(iter(frames.values())) if len(frames) == 1 else frames or None


def as_data(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Tell the items as a panel's trait."""
    return [asdict(item) for item in items]
