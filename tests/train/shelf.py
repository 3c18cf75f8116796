"""Folders as runs leave them, without the training."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from colab_magics.train.config import Config

CONFIG = Config(None, "digits", "s", "1" * 64, "mlp", "2" * 64, 3, 128, "tutorial", 1e-3, None, 1, 5, "3", "tensorflow")


def keep(
    root: Path,
    name: str,
    accuracies: Sequence[float] = (0.5, 0.75, 0.875),
    *,
    status: str | None = "finished",
    began: float = 1e9,
    **config: Any,
) -> Path:
    """A run under ``root``, begun at a time in seconds; without ``status`` it did not end."""
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({**CONFIG.as_json(), **config}))
    os.utime(folder / "config.json", (began, began))
    lines = [f"{at},{1 - value},{value},{2 - value},{value},1.5" for at, value in enumerate(accuracies, start=1)]
    (folder / "history.csv").write_text("\n".join(["epoch,loss,accuracy,val_loss,val_accuracy,seconds", *lines, ""]))
    if status:
        result = {"status": status, "test_accuracy": accuracies[-1], "test_loss": 0.5, "seconds": 4.5, "cut": None}
        (folder / "result.json").write_text(json.dumps(result))
    return folder
