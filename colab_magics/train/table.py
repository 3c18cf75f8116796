"""All runs that are kept, in one table: how each was trained, and what came of it."""

from __future__ import annotations

import csv
import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

from colab_magics.train.files import read_json
from colab_magics.train.runs import CONFIG_FILE, HISTORY_FILE, LOCK_FILE, RESULT_FILE, folders
from colab_magics.transfer import locking

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

_ASKED = ("dataset", "model", "recipe", "epochs", "batch_size", "learning_rate", "early_stop", "seed", "backend")
_FOUND = ("test_accuracy", "test_loss", "seconds")
COLUMNS = ("status", "epochs_done", "best_val_accuracy", *_FOUND, *_ASKED, "began", "folder")


def runs(environ: Mapping[str, str] = os.environ) -> pd.DataFrame:
    """All runs under ``COLAB_MAGICS_RUNS``, or ``runs`` in the working directory, the newest first.

    One row for each, by its name. ``status``: finished, stopped, running, broken off (to be gone on with by
    ``--resume``), or unreadable; ``epochs_done``: whole epochs; accuracies from 0 to 1; ``seconds`` of training;
    ``began``: the time; ``folder``: where all that the run left lies. What a run does not tell is missing.
    """
    import pandas as pd

    rows = sorted(map(row_of, folders(environ)), key=lambda row: row["began"], reverse=True)
    index = pd.Index([row["folder"].name for row in rows], name="run", dtype=object)
    return pd.DataFrame([[row.get(name) for name in COLUMNS] for row in rows], index=index, columns=list(COLUMNS))


def row_of(folder: Path) -> dict[str, Any]:
    """What one run tells, by `COLUMNS`. Raises OSError for a folder without a config."""
    config, result = read_json(folder / CONFIG_FILE), read_json(folder / RESULT_FILE)
    began = datetime.fromtimestamp((folder / CONFIG_FILE).stat().st_mtime).astimezone()
    accuracies = _accuracies(folder / HISTORY_FILE)
    return {
        **{name: config.get(name) for name in _ASKED},
        **{name: result.get(name) for name in _FOUND},
        "status": _status(folder, config, result),
        "epochs_done": len(accuracies) - bool(result.get("cut")),
        "best_val_accuracy": max((value for value in accuracies if value is not None), default=None),
        "began": began.replace(microsecond=0),
        "folder": folder,
    }


def _status(folder: Path, config: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    if locking.is_held(folder / LOCK_FILE):
        return "running"
    if not config:
        return "unreadable"
    status = result.get("status")
    return status if status in ("finished", "stopped") else "broken off"


def _accuracies(path: Path) -> list[float | None]:
    """The accuracy on the test images after each epoch, None where the model has no such metric."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [_number(row.get("val_accuracy")) for row in csv.DictReader(file)]
    except (OSError, ValueError, csv.Error):
        return []


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
