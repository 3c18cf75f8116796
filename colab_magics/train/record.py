"""What a training told: its rows, on disk as soon as that costs little, and what it took of the machine."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from colab_magics.train.events import EpochEnded, Event, Started, StepEnded, Stopped, TrainingEnded, ValidationStepEnded
from colab_magics.train.files import columns, reason, write_history
from colab_magics.train.meter import Meter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import pandas as pd


_SHARE = 0.01
"""Part of the time that may go into writing rows: the file is written whole each time. That of a short epoch waits."""


class Record:
    """Keeps the rows, and passes the events on, with a reading of the machine about once a second."""

    def __init__(self, path: Path, tell: Callable[[Event], None]) -> None:
        self._path, self._tell = path, tell
        self.rows: list[dict[str, float]] = []
        self.is_stopped = False
        self.cut: tuple[int, int] | None = None
        """Where the last epoch was cut short: its last step, and its steps, 0 where nobody knows them."""
        self.fault: str | None = None
        """Why the rows are not on disk, if so: the next epoch tries again."""
        self.is_best = False
        """Was no epoch before the last as good on the test images?"""
        self._least = math.inf
        self._due, self._kept = 0.0, 0
        self._steps = 0
        self._first = 1
        self.memory_peak: int | None = None
        """The most bytes that this process was seen to have in memory."""
        self._meter: Meter | None = None

    def tell(self, event: Event) -> None:
        match event:
            case Started():
                self._steps = event.steps or 0
                self._meter = Meter()
            case EpochEnded():
                self._first = event.epoch - len(self.rows)
                self._add({**event.logs, "seconds": round(event.seconds, 3)})
                is_cut = event.step < self._steps if self._steps else self.is_stopped
                self.cut = (event.step, self._steps) if is_cut else None
                if time.monotonic() >= self._due:
                    self.keep()
            case TrainingEnded():
                self.keep()
            case Stopped():
                self.is_stopped = True
            case _:
                pass
        self._tell(event)
        if isinstance(event, StepEnded | ValidationStepEnded) and self._meter is not None:
            measured = self._meter.read()
            if measured is not None:
                self.memory_peak = max(measured.memory, self.memory_peak or 0)
                self._tell(measured)

    def go_on_from(self, rows: Iterable[Mapping[str, float]], epoch: int | None = None) -> None:
        """Take the rows of the epochs before a training that goes on, the last of which has the number ``epoch``."""
        for row in rows:
            self._add(dict(row))
        if epoch is not None:
            self._first = epoch - len(self.rows) + 1

    def _add(self, row: dict[str, float]) -> None:
        self.rows.append(row)
        loss = row.get("val_loss", math.nan)
        self.is_best = math.isfinite(loss) and loss < self._least
        if self.is_best:
            self._least = loss

    def keep(self) -> None:
        """Have all rows on disk."""
        if self._kept == len(self.rows):
            return
        began = time.monotonic()
        try:
            write_history(self._path, self.rows, self._first)
            self.fault, self._kept = None, len(self.rows)
        except OSError as error:
            self.fault = reason(error)
        now = time.monotonic()
        self._due = now + (now - began) / _SHARE

    def frame(self) -> pd.DataFrame:
        """One row for each epoch, which count from 1 or from where the training began."""
        import pandas as pd

        last = self._first + len(self.rows)
        return pd.DataFrame(self.rows, index=pd.RangeIndex(self._first, last, name="epoch"), columns=columns(self.rows))
