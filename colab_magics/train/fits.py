"""One fit of a person's own code and what it leaves: its history, its model and its folder."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from colab_magics.format import plural
from colab_magics.train import board, runs
from colab_magics.train.config import hash_of_model
from colab_magics.train.files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from colab_magics.predictions import Predictions
    from colab_magics.train.evaluation import Evaluation
    from colab_magics.train.run import Run

KIND = "fit"
"""What the config of such a run has for its ``kind``: `%train_mnist` cannot go on with it."""


@dataclass(frozen=True, eq=False, slots=True)
class Fit:
    """A ``model.fit(...)`` that has ended.

    ``status``: finished, or stopped where the person ended it early. ``history``: a DataFrame with one row for each
    epoch, whose columns are the names of Keras and ``seconds``; what an epoch does not tell is missing. ``directory``
    holds everything on disk, ``logdir`` the TensorBoard files. ``seconds``: the time that it took. ``notes``: what the
    person should know. ``cut``: where the last epoch was cut short, its last step and the steps of a whole epoch, 0
    where nobody knows them. ``went_on_after``: of a resumed one, the epochs that were done before, and the steps of the
    next that its weights had learnt from, too.
    """

    name: str
    status: Literal["finished", "stopped"]
    history: pd.DataFrame
    model: Any
    directory: Path
    seconds: float
    notes: tuple[str, ...] = ()
    cut: tuple[int, int] | None = None
    went_on_after: tuple[int, int] | None = None

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

    @property
    def predictions(self) -> Predictions:
        """Raises `SourceNotFound`, as do ``confusion`` and ``report``: what it was tried on is kept nowhere."""
        return self._again().predictions

    @property
    def confusion(self) -> pd.DataFrame:
        return self._again().confusion

    def report(self) -> pd.DataFrame:
        return self._again().report()

    def evaluate(self, x: Any = None, y: Any = None) -> Evaluation:
        """Try a classifier on samples ``x`` of the classes ``y``. Takes and raises what `Run.evaluate` does."""
        return self._again().evaluate(x, y)

    def _again(self) -> Run:
        """The run that it is in the table, with its model."""
        from colab_magics.train.stored import read

        return read(self.directory, self.model)

    def as_json(self) -> dict[str, Any]:
        """What came of it, without what lies in files of its own."""
        file = self.directory / runs.MODEL_FILE
        return {
            "model_file_sha256": sha256_of(file) if file.is_file() else None,
            "parameters": parameters(self.model),
            "status": self.status,
            "cut": self.cut,
            "seconds": self.seconds,
            "notes": self.notes,
            "went_on_after": self.went_on_after,
        }


def config_of(model: Any, *, epochs: int, batch_size: int | None, data: str | None = None) -> dict[str, Any]:
    """How a compiled model is trained, under the names of a `Config` where both know them.

    ``data`` is the `fingerprint` of what it is trained on.
    """
    import keras

    from colab_magics.train.learning_rate import LearningRate

    return {
        "kind": KIND,
        "model": model.name,
        **shape_of(model),
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": LearningRate(model).now(),
        "optimizer": type(model.optimizer).__name__,
        "fingerprint": data,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
    }


def shape_of(model: Any) -> dict[str, Any]:
    """What of a config is another once a model has its weights: one without an input gets them with its first step."""
    return {"model_sha256": hash_of_model(model), "parameters": parameters(model)}


def parameters(model: Any) -> int:
    """The numbers that a model holds; of one that is only parts for a step of its own, Keras does not count them."""
    return sum(math.prod(variable.shape) for variable in model.weights)


_TOLD = {
    "backend": "the backend",
    "parameters": "the number of the model's parameters",
    "optimizer": "the optimizer",
    "learning_rate": "the learning rate",
}


def differences(before: Mapping[str, Any], config: Mapping[str, Any]) -> list[str]:
    """What makes a fit another one than it was before, in words; the epochs and the batch size may be others."""
    names = ["backend"] if before.get("model_sha256") == config["model_sha256"] else list(_TOLD)
    told = [
        f"{_TOLD[name]} was {_short(before.get(name))}, and is {_short(config[name])}"
        for name in names
        if before.get(name) != config[name]
    ]
    if before.get("model_sha256") != config["model_sha256"] and not told:
        told = ["the layers of the model, or what it was compiled with, are others"]
    known = (before.get("fingerprint"), config["fingerprint"])
    return told + (["the data is another one"] if None not in known and known[0] != known[1] else [])


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


_SAMPLED = 1 << 22
"""Bytes of an array that tell it from another one: to read all of a large one would take long."""


def fingerprint(arrays: Iterable[Any]) -> str | None:
    """What tells arrays and tables of numbers from others: a hash of their shapes and of some of their rows.

    None where there are none: what comes in batches of its own is known only when it came.
    """
    import numpy as np

    found = [array for array in arrays if isinstance(array, np.ndarray) or hasattr(array, "iloc")]
    whole, count = hashlib.sha256(), 0
    for array in filter(lambda array: array.size, found):
        taken = _some_rows(array)
        if taken.dtype.kind in "biuf":
            count += 1
            whole.update(f"{taken.dtype.str} {array.shape}".encode())
            whole.update(np.ascontiguousarray(taken).tobytes())
    return whole.hexdigest() if count else None


def _some_rows(array: Any) -> NDArray[Any]:
    """Rows from all over an array of numpy, or a table or column of pandas."""
    import numpy as np

    if not array.ndim:
        return np.asarray(array)
    size = np.asarray(array[:1]).nbytes
    rows = max(1, min(len(array), _SAMPLED // max(1, size)))
    places = np.linspace(0, len(array) - 1, rows).astype(int)
    return np.asarray(array.iloc[places] if hasattr(array, "iloc") else array[places])


def doubts(history: pd.DataFrame, steps: int | None) -> list[str]:
    """What is wrong with a training that Keras calls done.

    ``history`` is that of a `Fit`; ``steps``: those of its last epoch, None where nothing was trained.
    """
    if steps == 0:
        return ["Its last epoch had no data: x is empty, or comes from a generator that had ended."]
    losses = [name for name in history if str(name).endswith("loss") and not str(name).startswith("val_")]
    broken = history.index[~history[losses].map(math.isfinite).all(axis=1)]
    if not len(broken):
        return []
    why = "the training diverged, take a lower learning rate, or look for such values in the data"
    return [f"The loss is not a number any more (NaN or infinite) since epoch {broken[0]}: {why}."]


def counted_batch(model: Any, steps: int) -> float | None:
    """The samples of a mean batch of the ``steps`` of this epoch: Keras weighs the loss of each by its samples.

    None where the model's own step does not.
    """
    import keras

    means = (metric for metric in model.metrics if isinstance(metric, keras.metrics.Mean) and metric.name == "loss")
    tracker = next(means, None)
    counted = 0.0 if tracker is None else float(keras.ops.convert_to_numpy(tracker.count))
    return counted / steps if counted > steps else None


def sync(model: Any) -> None:
    """Have the model's variables hold what was reached: on JAX ``fit`` keeps it beside them."""
    if hasattr(model, "jax_state_sync"):
        model.jax_state_sync()


_KEPT = ("epoch", "seconds")


def numbers(logs: Mapping[str, Any] | None) -> dict[str, float]:
    """The logs as plain numbers, of a metric with several values their mean: the loss first, validation last.

    One that is called as what is kept beside them, the number of the epoch or its time, gets a _ behind.
    """
    import numpy as np

    def place(name: str) -> tuple[bool, bool, bool]:
        metric = name.removeprefix("val_")
        return name != metric, metric != "loss", not metric.endswith("loss")

    found = {}
    for name in sorted(logs or {}, key=place):
        value = np.asarray((logs or {})[name])
        if value.dtype.kind in "fiub" and value.size:
            found[f"{name}_" if name in _KEPT else name] = float(value.mean())
    return found
