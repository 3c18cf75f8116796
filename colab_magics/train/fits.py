"""One fit of a person's own code and what it leaves: its history, its model and its folder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from colab_magics.format import plural
from colab_magics.train import board
from colab_magics.train.config import hash_of_model

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

KIND = "fit"
"""What the config of such a run has for its ``kind``: `%train_mnist` cannot go on with it."""


@dataclass(frozen=True, eq=False, slots=True)
class Fit:
    """A ``model.fit(...)`` that has ended.

    ``status``: finished, or stopped where the person ended it early. ``history``: a DataFrame with one row for each
    epoch, whose columns are the names of Keras and ``seconds``; what an epoch does not tell is missing. ``directory``
    holds everything on disk, ``logdir`` the TensorBoard files. ``seconds``: the time that it took. ``notes``: what the
    person should know. ``cut``: where the last epoch was cut short, its last step and the steps of a whole epoch, 0
    where nobody knows them.
    """

    name: str
    status: Literal["finished", "stopped"]
    history: pd.DataFrame
    model: Any
    directory: Path
    seconds: float
    notes: tuple[str, ...] = ()
    cut: tuple[int, int] | None = None

    def __repr__(self) -> str:
        return f"Fit({self.name}, {self.status}, {plural(len(self.history), 'epoch')})"

    @property
    def logdir(self) -> Path:
        """The folder for ``tensorboard --logdir``."""
        return self.directory / "logs"

    def tensorboard(self, *, port: int = 0) -> board.Board:
        """Start TensorBoard on this run; as the last line of a cell it is shown inline.

        Raises `PortInUse`, `BoardFailed` or `MissingExtra`.
        """
        return board.start(self.logdir, port=port)

    def as_json(self) -> dict[str, Any]:
        """What came of it, without what lies in files of its own."""
        return {"status": self.status, "cut": self.cut, "seconds": self.seconds, "notes": self.notes}


def config_of(model: Any, *, epochs: int, batch_size: int | None) -> dict[str, Any]:
    """How a compiled model is trained, under the names of a `Config` where both know them."""
    import keras

    return {
        "kind": KIND,
        "model": model.name,
        "model_sha256": hash_of_model(model),
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": rate_of(model),
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
    }


def rate_of(model: Any) -> float | None:
    """The learning rate of this moment, if the model's optimizer has one."""
    import keras

    rate = getattr(model.optimizer, "learning_rate", None)
    if rate is None:
        return None
    value = float(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(rate)))
    return value if math.isfinite(value) else None
