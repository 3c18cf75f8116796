"""All that describes a training, as values that can be written down, compared and carried to another process."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import MISSING, asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colab_magics.train.datasets import Dataset


@dataclass(frozen=True, slots=True)
class Config:
    """``data`` is what the person named, ``dataset`` and ``source`` what was found.

    ``seed`` is the person's, ``order`` that of the samples' order; a hash tells one content from another.
    ``learning_rate`` is None for a model that was compiled by the person; ``early_stop`` is in epochs. ``model_file``
    is where the model was, if it was loaded. ``best``: it ends with the weights of the best epoch. ``precision``
    is the policy of Keras that the model has. ``target`` is the
    column of a table that is learnt, ``samples`` are those of training and test, ``shape`` is that of one of them, and
    ``preparation`` says what was done to them. Data of which ``is_from_memory`` is true is kept nowhere; ``columns`` is
    what `Columns` made of a table.
    """

    data: str | None
    dataset: str
    source: str
    data_sha256: str
    model: str
    model_sha256: str
    epochs: int
    batch_size: int
    recipe: str
    learning_rate: float | None
    early_stop: int | None
    seed: int | None
    order: int
    keras: str
    backend: str
    model_file: str | None = None
    best: bool = False
    device: str = "auto"
    mixed_precision: bool = False
    precision: str = "float32"
    target: str | None = None
    is_from_memory: bool = False
    samples: tuple[int, ...] = ()
    shape: tuple[int, ...] = ()
    class_names: tuple[str, ...] = ()
    preparation: tuple[str, ...] = ()
    is_scaled: bool = True
    columns: tuple[dict[str, Any], ...] = ()

    @property
    def noun(self) -> str:
        """What one sample is: an image, or a row."""
        return "row" if len(self.shape) == 1 else "image"

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Self:
        """Read it back from JSON. Raises KeyError or TypeError for what another version wrote, or somebody else.

        What an earlier version did not know is as it was then: the field's default.
        """
        known = [field for field in fields(cls) if field.name in found or field.default is MISSING]
        config = cls(**{field.name: _unlisted(found[field.name]) for field in known})
        counts = (config.epochs, config.batch_size, config.order)
        if not all(isinstance(count, int) and count >= 0 for count in counts):
            raise TypeError("its numbers are none")
        for field in known:
            if not isinstance(getattr(config, field.name), _KINDS[str(field.type)]):
                raise TypeError(f"its {field.name} is of another kind")
        return config

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def known(self) -> dict[str, Any]:
        """Its fields, with None for what a fit in a person's own code does not tell: that has no dataset."""
        return {name: value if self.dataset else value or None for name, value in self.as_json().items()}

    def differences(self, other: Config) -> list[str]:
        """What makes a training go another way, in words, from ``self`` to ``other``."""
        pairs = {field.name: (getattr(self, field.name), getattr(other, field.name)) for field in fields(self)}
        told = [
            f"{label} was {_spoken(pairs[name][0])}, and is {_spoken(pairs[name][1])}"
            for name, label in _TOLD.items()
            if pairs[name][0] != pairs[name][1]
        ]
        was, is_now = self._data(), other._data()
        if self.data_sha256 != other.data_sha256:
            told.append("the data is another one" + (f", it was {was}, and is {is_now}" if was != is_now else ""))
        return told + (["the model is another one"] if self.model_sha256 != other.model_sha256 else [])

    def _data(self) -> str:
        """The data in words; nothing of what an earlier version wrote."""
        if not self.samples:
            return ""
        counts, shape = " and ".join(f"{count:,}" for count in self.samples), "x".join(map(str, self.shape))
        return f"{counts} samples of {shape} in {len(self.class_names)} classes"


def _spoken(value: object) -> str:
    return {"True": "given", "False": "not given"}.get(str(value), str(value))


_KINDS: dict[str, Any] = {
    "str": str,
    "str | None": str | None,
    "int": int,
    "int | None": int | None,
    "float | None": int | float | None,
    "bool": bool,
    "tuple[int, ...]": tuple,
    "tuple[str, ...]": tuple,
    "tuple[dict[str, Any], ...]": tuple,
}
"""What the fields of a `Config` are when they are read back, by their annotations."""

_TOLD = {
    "epochs": "the number of epochs",
    "batch_size": "the batch size",
    "recipe": "the recipe",
    "learning_rate": "the learning rate",
    "early_stop": "the patience of --early-stop",
    "best": "--best",
    "device": "the device",
    "mixed_precision": "--mixed-precision",
    "seed": "the seed",
    "backend": "the backend",
}


def _unlisted(value: Any) -> Any:
    """JSON has lists for tuples."""
    return tuple(value) if isinstance(value, list) else value


def hash_of_data(dataset: Dataset) -> str:
    """The sha256 of all images and labels, with their shapes and types."""
    import numpy as np

    whole = hashlib.sha256()
    for array in (dataset.x_train, dataset.y_train, dataset.x_test, dataset.y_test):
        whole.update(f"{array.dtype.str} {array.shape}".encode())
        whole.update(np.ascontiguousarray(array).data.cast("B"))
    return whole.hexdigest()


def hash_of_model(model: Any) -> str:
    """The sha256 of what a compiled model is, whatever numbers Keras put behind the names of its layers."""
    shapes = [(tuple(variable.shape), str(variable.dtype)) for variable in model.variables]
    return hashlib.sha256(f"{_structure(model)} {_compiled(model)} {shapes}".encode()).hexdigest()


def _structure(model: Any) -> str:
    try:
        text = str(model.to_json())
    except Exception:  # noqa: BLE001 (a person's own layers need not know how they are written)
        return " ".join(type(layer).__name__ for layer in model.layers)
    return _unnumbered(_BATCH.sub(r"\1null", text))


_BATCH = re.compile(r'("(?:batch_shape|build_input_shape|input_shape)": \[)\d+')
"""The size of a batch is written into the shapes of a model that got them with its first one."""


def _compiled(model: Any) -> str:
    try:
        return _unnumbered(json.dumps(model.get_compile_config(), sort_keys=True, default=str))
    except Exception:  # noqa: BLE001 (as above, of a loss)
        return f"{type(model.optimizer).__name__} {type(model.loss).__name__}"


def _unnumbered(text: str) -> str:
    """Call the things that Keras named ``dense_7`` by their order instead."""
    for number, name in enumerate(dict.fromkeys(re.findall(r'"name": ("[^"]*")', text))):
        text = text.replace(name, f'"thing {number}"')
    return text
