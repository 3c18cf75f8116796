"""A training's whole state: taken from model, optimizer and callbacks, written to a file, read back and put back."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from colab_magics.durable import writing
from colab_magics.errors import ModelMismatch
from colab_magics.train.files import unfinished

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from colab_magics.train.loop import Position

FORM = 1
"""How the files are laid out."""

_SIMPLE = (bool, int, float, str, type(None))


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """Where a training stands: its place, every variable of model, optimizer and metrics, its callbacks, its history.

    ``arrays`` are named by their number; ``callbacks`` and ``rows`` are values of JSON; ``seconds`` is the
    time that training took so far. ``is_over``: a callback has ended it. ``has_moments``: the optimizer had learnt
    something; that of a model whose own step has others never does.
    """

    epoch: int
    step: int
    arrays: Mapping[str, NDArray[Any]]
    callbacks: Sequence[Mapping[str, Any]]
    rows: Sequence[Mapping[str, float]]
    seconds: float
    is_over: bool = False
    has_moments: bool = True

    @property
    def loss(self) -> float | None:
        """The loss on the test images, if it is known of these very weights, and a number."""
        found = self.rows[-1].get("val_loss", math.nan) if self.rows and not self.step else math.nan
        return found if math.isfinite(found) else None


def capture(
    model: Any,
    position: Position,
    callbacks: Iterable[Any] = (),
    rows: Sequence[Mapping[str, float]] = (),
    seconds: float = 0.0,
    *,
    is_over: bool = False,
) -> State:
    """Copy the state of a training between two calls of the backend."""
    import numpy as np

    arrays = {name: np.array(variable.numpy()) for name, variable in _variables(model).items()}
    states = []
    for number, callback in enumerate(callbacks):
        simple, weights = callback_state(callback)
        arrays.update({f"callback {number} {name}": value for name, value in weights.items()})
        states.append({"kind": type(callback).__name__, **simple})
    told, has_moments = [dict(row) for row in rows], bool(model.optimizer.built)
    return State(position.epoch, position.step, arrays, states, told, seconds, is_over, has_moments)


def restore(state: State, model: Any, *, with_metrics: bool = True) -> None:
    """Put a state back into a model that is built and compiled as that one was. Raises `ModelMismatch`.

    ``with_metrics`` is for metrics that have their variables already.
    """
    variables = _variables(model, with_metrics=with_metrics)
    for name, variable in variables.items():
        stored = state.arrays.get(name)
        if stored is None or tuple(stored.shape) != tuple(variable.shape):
            there = "it has none" if stored is None else f"it has the shape {tuple(stored.shape)}"
            raise ModelMismatch(
                f"The checkpoint is of another model: for {variable.path}, of shape {tuple(variable.shape)}, {there}. "
                "Build the model as it was, or begin a new run."
            )
    for name, variable in variables.items():
        variable.assign(state.arrays[name])


def restore_callbacks(state: State, callbacks: Sequence[Any]) -> None:
    """Let callbacks know again what those of the same place knew."""
    for number, (callback, simple) in enumerate(zip(callbacks, state.callbacks, strict=True)):
        _restore_callback(callback, number, simple, state.arrays)


def _variables(model: Any, *, with_metrics: bool = True) -> dict[str, Any]:
    """Every variable of a model, its optimizer and its metrics: dropout's random numbers among them."""
    found = {}
    for group in (model.variables, model.optimizer.variables, model.metrics_variables if with_metrics else ()):
        found.update({id(variable): variable for variable in group})
    return {str(number): variable for number, variable in enumerate(found.values())}


def callback_state(callback: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a callback remembers in plain values, and in lists of weights."""
    simple, weights = {}, {}
    for name, value in vars(callback).items():
        if name.startswith("_") or name == "params":
            continue
        if isinstance(value, _SIMPLE) or _is_number(value):
            simple[name] = value if isinstance(value, _SIMPLE) else value.item()
        elif isinstance(value, list) and value and all(hasattr(item, "dtype") for item in value):
            import numpy as np

            weights.update({f"{name} {place}": np.array(item) for place, item in enumerate(value)})
    return simple, weights


def _is_number(value: Any) -> bool:
    return getattr(value, "shape", None) == () and hasattr(value, "item")


def _restore_callback(callback: Any, number: int, stored: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    for name, value in stored.items():
        if name != "kind":
            setattr(callback, name, value)
    lists: dict[str, list[Any]] = {}
    for name, value in arrays.items():
        words = name.split(" ")
        if words[:2] == ["callback", str(number)]:
            lists.setdefault(words[2], []).append(value)
    for name, values in lists.items():
        setattr(callback, name, values)


def write_arrays(path: Path, state: State) -> str:
    """Write a state as an ``.npz`` file, whole or not at all; return its sha256."""
    import numpy as np

    facts = {field.name: getattr(state, field.name) for field in fields(state) if field.name != "arrays"}
    arrays: dict[str, Any] = {}
    dtypes = {}
    for number, (name, value) in enumerate(state.arrays.items()):
        dtypes[name] = str(value.dtype)
        # bfloat16 and its like are no types of numpy's own.
        arrays[f"a{number}"] = value.view(f"u{value.dtype.itemsize}") if value.dtype.kind == "V" else value
    text = json.dumps({**facts, "dtypes": dtypes}).encode()
    with writing(path, unfinished(path)) as file:
        np.savez(file, state=np.frombuffer(text, dtype="uint8"), **arrays)
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_arrays(path: Path, facts: Mapping[str, Any]) -> State:
    """Read a state back. Raises one of many exceptions for a file that is not what its manifest says."""
    import numpy as np

    if facts["form"] != FORM:
        raise ValueError("it was written by another version")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != facts["sha256"]:
            raise ValueError("its content is not what was written")
        file.seek(0)
        with np.load(file, allow_pickle=False) as archive:
            told = json.loads(archive["state"].tobytes())
            arrays = {}
            for number, (name, dtype) in enumerate(told.pop("dtypes").items()):
                value = archive[f"a{number}"]
                arrays[name] = value if str(value.dtype) == dtype else value.view(_dtype(dtype))
    return State(arrays=arrays, **told)


def _dtype(name: str) -> np.dtype[Any]:
    import ml_dtypes
    import numpy as np

    found: np.dtype[Any] = np.dtype(getattr(ml_dtypes, name))
    return found
