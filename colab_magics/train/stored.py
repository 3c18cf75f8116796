"""A run of another day: read from its folder without trust, what is large only where one asks for it."""

from __future__ import annotations

import csv
import json
import math
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile, ChecksumMismatch, SourceError, SourceNotFound
from colab_magics.train import runs
from colab_magics.train.answers import read_answers
from colab_magics.train.config import Config, hash_of_data
from colab_magics.train.datasets import DIGITS, find
from colab_magics.train.environment import own_version
from colab_magics.train.files import read_json
from colab_magics.train.fits import KIND
from colab_magics.train.given import Given
from colab_magics.train.run import Run, Sizes, Status
from colab_magics.transfer import locking, paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from colab_magics.predictions import Predictions
    from colab_magics.train.datasets import Dataset


_OF_A_FIT = {
    "data": None,
    "dataset": "",
    "source": "",
    "data_sha256": "",
    "recipe": "",
    "early_stop": None,
    "seed": None,
    "order": 0,
    "is_scaled": False,
}
"""What nobody knows of a fit in the person's own code."""


class OnDisk:
    """What a run left in its folder. ``data`` is its dataset of today, or where that is, if not where it was."""

    def __init__(self, folder: Path, config: Config, data: object = None) -> None:
        self._folder, self._config, self._data = folder, config, data

    @cached_property
    def dataset(self) -> Dataset:
        config, name = self._config, self._folder.name
        if not config.dataset:
            raise self._of_own_code()
        if config.is_from_memory and self._data is None:
            raise SourceNotFound(
                f"The run {name} was trained on {config.dataset}, which was in memory and is kept nowhere: make it "
                f"again, and take  run.with_data(({config.dataset}))"
            )
        faults = []
        for data in self._places():
            try:
                found = self._read(data)
            except (SourceError, BadOption) as error:
                faults.append(str(error))
                continue
            if hash_of_data(found) == config.data_sha256:
                return found
            faults.append(f"{found.name}, {found.source}, has another content.")
        raise ChecksumMismatch(
            f"The run {name} was trained on {config.dataset} ({config.source}), which is not there any more: "
            f"{' '.join(faults)} If it lies elsewhere now, take  run.with_data(PATH)"
        )

    @cached_property
    def model(self) -> Any:
        return self.load_model()

    @cached_property
    def predictions(self) -> Predictions:
        answers = self.answers
        return answers.with_images(self.dataset.x_test)

    @cached_property
    def answers(self) -> Predictions:
        import numpy as np

        if not self._config.dataset:
            raise self._of_own_code()
        found = read_answers(self._folder / runs.ANSWERS_FILE)
        return found if self._config.noun == "image" else found.with_images(np.empty((len(found), 0), "float32"))

    def load_model(self, *, trust: bool = False, custom_objects: Mapping[str, Any] | None = None) -> Any:
        from colab_magics.train.model_file import load

        path = self._folder / runs.MODEL_FILE
        if not path.is_file():
            again = f"{'%train_mnist' if self._config.dataset else '%%train'} --resume {self._folder.name}"
            why = f"it was broken off, and is gone on with by  {again}"
            if (self._folder / runs.RESULT_FILE).is_file():
                why = f"Keras could not save it, as its notes tell. Its cell, run again by  {again},  gives it back."
            raise SourceNotFound(f"The run {self._folder.name} has no {runs.MODEL_FILE}: {why}")
        self.model = load(path, trust=trust, custom_objects=custom_objects)
        return self.model

    def _of_own_code(self) -> SourceNotFound:
        return SourceNotFound(
            f"The run {self._folder.name} is a fit of your own code, whose data is kept nowhere: try its model by  "
            "run.evaluate(x, y)"
        )

    def at(self, data: object) -> OnDisk:
        return OnDisk(self._folder, self._config, data)

    def _read(self, data: object) -> Dataset:
        given, seed = Given(data), self._config.seed or 0
        if data is None or given.path is not None:
            return find(given.path, seed=seed)
        from colab_magics.train import own_data

        return own_data.read(given, self._config.target, seed)

    def _places(self) -> list[object]:
        """Where the data may be: where the person named it, or where it was found then."""
        if self._data is not None:
            return [self._data]
        if self._config.dataset == DIGITS:
            return ["digits"]
        source = self._config.source
        is_path = self._config.data is None and paths.is_there(Path(source))
        return [self._config.data, *([source] if is_path else [])]


def read(folder: Path, model: Any = None) -> Run:
    """The run in a folder; ``model``: at hand or not. Raises `BrokenFile` where it does not tell what a run tells."""
    config, result = _config(folder), _result(folder)
    history = _history(folder / runs.HISTORY_FILE)
    left = OnDisk(folder, config)
    if model is not None:
        left.model = model
    try:
        seconds = _number(result.get("seconds"))
        return Run(
            name=folder.name,
            status=_status(folder, result),
            config=config,
            history=history,
            test_loss=_number(result.get("test_loss")),
            test_accuracy=_number(result.get("test_accuracy")),
            directory=folder,
            seconds=float(history["seconds"].sum()) if math.isnan(seconds) and "seconds" in history else seconds,
            left=left,
            sizes=Sizes(*(_count(result.get(name)) for name in ("training_images", "test_images", "parameters"))),
            notes=tuple(str(note) for note in result.get("notes") or ()),
            cut=_pair(result.get("cut")),
            went_on_after=_pair(result.get("went_on_after")),
            memory_peak=_count(result.get("memory_peak")),
            best_epoch=_count(result.get("best_epoch")),
        )
    except (TypeError, ValueError) as error:
        raise _broken(folder, runs.RESULT_FILE, error) from error


def _config(folder: Path) -> Config:
    try:
        found = _object(folder / runs.CONFIG_FILE)
        if found.get("kind") == KIND:
            found = {**_OF_A_FIT, **found, "batch_size": found["batch_size"] or 0}
        return Config.read(found)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(folder, runs.CONFIG_FILE, error) from error


def _result(folder: Path) -> dict[str, Any]:
    """What came of it; nothing yet where it did not end."""
    try:
        return _object(folder / runs.RESULT_FILE)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise _broken(folder, runs.RESULT_FILE, error) from error


def _history(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        rows = _rows(path)
        epochs = pd.Index([int(row.pop("epoch")) for row in rows], dtype="int64", name="epoch")
    except FileNotFoundError:
        return pd.DataFrame(index=pd.Index([], dtype="int64", name="epoch"))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, csv.Error) as error:
        raise _broken(path.parent, path.name, error) from error
    return pd.DataFrame(rows, index=epochs)


def _rows(path: Path) -> list[dict[str, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if "epoch" not in (reader.fieldnames or ()):
            raise ValueError("it has no epochs")
        return [{name: float(value or "nan") for name, value in row.items()} for row in reader]


def _status(folder: Path, result: Mapping[str, Any]) -> Status:
    if locking.is_held(folder / runs.LOCK_FILE):
        return "running"
    status = result.get("status")
    return status if status in ("finished", "stopped", "failed") else "broken off"


def _broken(folder: Path, file: str, error: Exception) -> BrokenFile:
    words = f"{error} is missing" if isinstance(error, KeyError) else str(error) or type(error).__name__
    told = read_json(folder / runs.ENVIRONMENT_FILE).get("packages")
    version = told.get("colab_magics") if isinstance(told, dict) else None
    by = f" It was written by colab_magics {version}, and this is {own_version()}." if version else ""
    return BrokenFile(f"{file} of the run {folder.name} cannot be read ({words}).{by}")


def _object(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_bytes())
    if not isinstance(found, dict):
        raise TypeError("it is no JSON object")
    return found


def _number(value: object) -> float:
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _count(value: object) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise TypeError(f"{value!r} is no count")
    return value


def _pair(value: object) -> tuple[int, int] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(item, int) for item in value):
        raise TypeError(f"{value!r} is no place in a training")
    return value[0], value[1]
