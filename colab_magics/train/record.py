"""The rows of a training's ended epochs, on disk as soon as each is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colab_magics.train.events import EpochEnded, Event, Started, Stopped
from colab_magics.train.files import write_history

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd


class Record:
    """Keeps the rows, and passes the events on."""

    def __init__(self, path: Path, tell: Callable[[Event], None]) -> None:
        self._path, self._tell = path, tell
        self.rows: list[dict[str, float]] = []
        self.is_stopped = False
        self.cut: tuple[int, int] | None = None
        self._steps = 0

    def tell(self, event: Event) -> None:
        match event:
            case Started():
                self._steps = event.steps
            case EpochEnded():
                self.rows.append({**event.logs, "seconds": round(event.seconds, 3)})
                self.cut = (event.step, self._steps) if event.step < self._steps else None
                write_history(self._path, self.rows)
            case Stopped():
                self.is_stopped = True
            case _:
                pass
        self._tell(event)

    def frame(self) -> pd.DataFrame:
        """One row for each epoch, which count from 1."""
        import pandas as pd

        return pd.DataFrame(self.rows, index=pd.RangeIndex(1, len(self.rows) + 1, name="epoch"))
