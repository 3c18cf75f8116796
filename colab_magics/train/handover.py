"""A dataset and a model in memory as files, for a training in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colab_magics.errors import ModelMismatch, OutputDenied
from colab_magics.format import size
from colab_magics.train import outside
from colab_magics.train.columns import Columns
from colab_magics.train.datasets import Dataset
from colab_magics.train.fault import said
from colab_magics.train.files import read_json, reason, save_model, write_json

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "dataset.json"
_MODEL_FILE = "given.keras"
_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
_HERE = "Train in this kernel, without --background."
_TEXTS = ("name", "source", "class_names", "preparation", "notes", "is_from_memory")


def leave(dataset: Dataset, folder: Path) -> None:
    """Write it as four ``.npy`` files without pickle, and what is said of it. Raises `OutputDenied`."""
    import numpy as np

    try:
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(dataset, name), allow_pickle=False)
        columns = None if dataset.columns is None else dataset.columns.as_json()
        write_json(folder / _FILE, {**{name: getattr(dataset, name) for name in _TEXTS}, "columns": columns})
    except OSError as error:
        needed = size(sum(getattr(dataset, name).nbytes for name in _ARRAYS))
        raise OutputDenied(
            f"The data cannot be handed to a process of its own, {needed} in {folder} ({error.strerror or error}): "
            "train in this kernel, without --background."
        ) from error


def leave_model(model: Any, folder: Path) -> Path:
    """Write a Keras model, compiled or not, and tell where.

    Raises `ModelMismatch` for what is none, or has parts that only this process knows, and `OutputDenied`.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise ModelMismatch(f"model is of type {type(model).__name__} and not a Keras model.")
    path = folder / _MODEL_FILE
    try:
        save_model(path, model)
        own = outside.own_parts(outside.described(path))
    except OSError as error:
        raise OutputDenied(f"The model cannot be handed to a process of its own ({reason(error)}). {_HERE}") from error
    except Exception as error:
        raise ModelMismatch(f"Keras cannot hand the model to a process of its own ({said(error)}). {_HERE}") from error
    if own:
        raise ModelMismatch(f"The model has {', '.join(own)} of your own, which no other process knows. {_HERE}")
    return path


def taken(folder: Path) -> Dataset | None:
    """Read it and take the files away; None where none was left."""
    import numpy as np

    texts = read_json(folder / _FILE)
    if not texts:
        return None
    found: dict[str, Any] = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS}
    for name in (_FILE, *(f"{name}.npy" for name in _ARRAYS)):
        (folder / name).unlink()
    columns = texts.pop("columns")
    found["columns"] = None if columns is None else Columns.read(columns)
    for name, text in texts.items():
        found[name] = tuple(text) if isinstance(text, list) else text
    return Dataset(**found)
