"""Runs as rows: how each was trained, what came of it, and in what their configs differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from colab_magics.train.background import Background
    from colab_magics.train.run import Run

_ASKED = ("dataset", "model", "recipe", "epochs", "batch_size", "learning_rate", "early_stop", "seed", "backend")
_FOUND = ("test_accuracy", "test_loss", "seconds")
COLUMNS = ("status", "epochs_done", "best_val_accuracy", *_FOUND, *_ASKED, "began", "folder", "reason")

_BY_CHANCE = ("order",)
"""Fields of a config that differ where nobody asked for it."""


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """One run of all: what its folder tells, if it does, and its process in the background, if it did not end well.

    ``status`` is that of `Run` or `Background`, or unreadable; ``reason`` says why it failed or cannot be read.
    ``ended`` is the time of its result, in nanoseconds.
    """

    name: str
    folder: Path
    began: datetime
    status: str
    reason: str = ""
    run: Run | None = None
    job: Background | None = None
    ended: int | None = None

    @property
    def accuracy(self) -> float:
        """On the test images: in the end, or after the last epoch so far. NaN where nothing tells it."""
        if self.run is None or not math.isnan(self.run.test_accuracy):
            return math.nan if self.run is None else self.run.test_accuracy
        known = [value for value in self.run.history.get("val_accuracy", ()) if not math.isnan(value)]
        return float(known[-1]) if known else math.nan

    @property
    def epochs_done(self) -> int | None:
        """Whole epochs, with those that a fit of the person's own passed over (``initial_epoch``)."""
        if self.run is None:
            return None
        return int(self.run.history.index[-1]) - bool(self.run.cut) if len(self.run.history) else 0


def frame(entries: Sequence[Entry]) -> pd.DataFrame:
    """One row for each run, by its name, with `COLUMNS`; what a run does not tell is missing."""
    import pandas as pd

    index = pd.Index([entry.name for entry in entries], name="run", dtype=object)
    return pd.DataFrame([_row(entry) for entry in entries], index=index, columns=list(COLUMNS))


def differences(entries: Sequence[Entry]) -> pd.DataFrame:
    """One row for each run that tells how it was trained, and a column for each field of the config that differs."""
    import pandas as pd

    runs = [entry.run for entry in entries if entry.run is not None]
    configs = pd.DataFrame(
        [run.config.known() for run in runs],
        index=pd.Index([run.name for run in runs], name="run", dtype=object),
        dtype=object,
    )
    differing = [name for name in configs if name not in _BY_CHANCE and len(set(map(repr, configs[name]))) > 1]
    return configs[differing]


def _row(entry: Entry) -> dict[str, Any]:
    run = entry.run
    told = {"status": entry.status, "began": entry.began, "folder": entry.folder, "reason": entry.reason or None}
    if run is None:
        return told
    known = run.config.known()
    has_accuracy = "val_accuracy" in run.history and run.history["val_accuracy"].notna().any()
    return {
        **told,
        **{name: known[name] for name in _ASKED},
        **{name: getattr(run, name) for name in _FOUND},
        "epochs_done": entry.epochs_done,
        "best_val_accuracy": run.history["val_accuracy"].max() if has_accuracy else None,
    }
