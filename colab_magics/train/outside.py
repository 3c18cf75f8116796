"""Models from outside: read without running what others wrote, and only where the person says that they may be."""

from __future__ import annotations

import json
import math
import re
import threading
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BrokenFile, MissingExtra, SourceDenied, SourceNotFound, TooLarge, UnknownFormat
from colab_magics.format import size
from colab_magics.machine import room
from colab_magics.train import runs
from colab_magics.train.fault import said
from colab_magics.train.files import read_json, sha256_of
from colab_magics.transfer import paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ENDING = ".keras"
_OLD = (".h5", ".hdf5")
_LEAST = (3, 15)
"""The first Keras that we read files with: those before it have known ways around ``safe_mode``."""

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_PARTS = {_CONFIG, _WEIGHTS, "metadata.json"}
_VOCABULARY = re.compile(r"assets/(\w+/)+vocabulary\.txt", re.ASCII)
"""The words that a layer for texts or categories knows, one a line."""

_CODE = ("Lambda", "__lambda__")
_CONFIG_ROOM = 16 << 20
"""Bytes of a description that is read: that of a network of a thousand layers has one million."""

_GROWTH, _ALWAYS = 8, 64 << 20
"""Unpacked, a file may be this many times its size, and always this many bytes; Keras packs nothing."""

_BYTES = 4
"""Of one number, as nearly all models have them."""

_IN_TRAINING = 4
"""Each weight is there as itself, as its gradient, and twice in Adam."""


def is_file(model: str) -> bool:
    """Does this name a file, and not one of our models or a variable?"""
    return model.endswith((_ENDING, *_OLD)) or "/" in model or "\\" in model


def checked(name: str, *, is_trusted: bool) -> Path:
    """The path of a model's file that is there and may be loaded.

    One that a run of ours kept may be, and each other one where the person trusts it. Raises `SourceNotFound`,
    `UnknownFormat` and `SourceDenied`.
    """
    path = paths.absolute(paths.expanded(name))
    missing = f"There is no model's file at {paths.shown(path)}."
    paths.state(path, missing=missing)
    if not path.is_file():
        raise SourceNotFound(missing)
    if path.suffix in _OLD:
        raise UnknownFormat(
            f"{path.name} has the old HDF5 form, which can run code of its author: if you know it to be good, load it "
            f"with Keras yourself, and keep it by  model.save('{path.stem}.keras')"
        )
    if path.suffix != _ENDING:
        raise UnknownFormat(f"{path.name} is no model's file: Keras' own end in {_ENDING}.")
    if not is_trusted and not _is_ours(path):
        raise SourceDenied(
            f"{path.name} is from outside, and a model can hold what its author wants to run here: if you know where "
            "it is from, add  --trust-model"
        )
    return path


def load(path: Path) -> Any:
    """Load a model that `checked` found. Code in it is never run.

    Raises `BrokenFile`, `TooLarge`, `SourceDenied`, and `MissingExtra` for a Keras that is too old.
    """
    import keras

    if tuple(int(part) for part in keras.__version__.split(".")[:2]) < _LEAST:
        least = ".".join(map(str, _LEAST))
        raise MissingExtra(
            f"To load a model's file safely takes Keras {least}, and this is {keras.__version__}: run  "
            f'%pip install "keras>={least}"  and restart the kernel.'
        )
    try:
        config = described(path)
        _check_layers(config, path)
        _check_size(_weight(config), path)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")  # it had learnt nothing yet
            return keras.saving.load_model(path, safe_mode=True)
    except (BrokenFile, TooLarge, SourceDenied):
        raise
    except Exception as error:
        raise BrokenFile(f"The model in {path.name} cannot be loaded: {said(error)}") from error


def _is_ours(path: Path) -> bool:
    """Is it the model that a run under our root kept, byte for byte?"""
    is_there = path.parent in runs.folders() and path.name == runs.MODEL_FILE
    return is_there and read_json(path.parent / runs.RESULT_FILE).get("model_file_sha256") == sha256_of(path)


def described(path: Path) -> dict[str, Any]:
    """What the file tells of its model, if it is whole and no larger than it seems."""
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise BrokenFile(f"{path.name} is no model's file, or it is cut short: get it again.")
        with zipfile.ZipFile(file) as archive:
            names = {member.filename for member in archive.infolist()}
            strange = {name for name in names - _PARTS if not _VOCABULARY.fullmatch(name)}
            if strange:
                raise BrokenFile(f"{path.name} holds what no classifier's file does: {min(strange)[:60]!r}.")
            most = max(_ALWAYS, _GROWTH * path.stat().st_size)
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > most or archive.getinfo(_CONFIG).file_size > _CONFIG_ROOM:
                raise TooLarge(f"Unpacked, {path.name} would be {size(unpacked)}, which no honest model's file is.")
            if archive.testzip() is not None:
                raise BrokenFile(f"{path.name} is damaged: get it again.")
            _check_arrays(archive, most, path)
            config = json.loads(archive.read(_CONFIG))
    if not isinstance(config, dict):
        raise BrokenFile(f"{path.name} does not tell what its model is.")
    return config


def _check_arrays(archive: zipfile.ZipFile, most: int, path: Path) -> None:
    """Refuse arrays that are larger than what is stored of them, or that lie in other files."""
    import h5py

    told = 0

    def see(_: str, item: object) -> None:
        nonlocal told
        if isinstance(item, h5py.Dataset):
            if item.external or item.is_virtual:
                raise SourceDenied(f"{path.name} wants to read other files of this machine, and is not loaded.")
            told += item.nbytes

    with archive.open(_WEIGHTS) as content, h5py.File(content, "r") as weights:
        weights.visititems(see)
    if told > most:
        raise TooLarge(f"{path.name} tells of {size(told)} of weights, which it does not hold.")


def _check_layers(config: object, path: Path) -> None:
    """Refuse a layer that is code."""
    if any(part.get("class_name") in _CODE for part in _parts(config)):
        raise SourceDenied(
            f"{path.name} has a Lambda layer, which is code of its author, and is not loaded: take a model of "
            "Keras' own layers."
        )


def own_parts(config: object) -> list[str]:
    """The names of what a model has beside Keras' own parts: another process does not know them."""
    found = [
        str(part.get("class_name") if part.get("class_name") != "function" else part.get("config"))
        for part in _parts(config)
        if part.get("registered_name") or part.get("class_name") in _CODE
    ]
    return list(dict.fromkeys("Lambda" if name in _CODE else name for name in found))


def _parts(config: object) -> Iterator[dict[str, Any]]:
    """All objects in a description."""
    left = [config]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield value
            left += value.values()
        elif isinstance(value, list):
            left += value


def _weight(config: dict[str, Any]) -> int:
    """Bytes of all variables, none of which is made.

    In a thread, since Keras keeps by thread what it is to make later, and the numbers behind its names.
    """
    import keras

    found: list[int | BaseException] = []

    def weigh() -> None:
        try:
            with keras.StatelessScope(initialize_variables=False):
                model = keras.saving.deserialize_keras_object({**config, "compile_config": None}, safe_mode=True)
                found.append(_BYTES * sum(math.prod(variable.shape) for variable in model.variables))
        except BaseException as error:  # noqa: BLE001 (raised again below)
            found.append(error)

    thread = threading.Thread(target=weigh, name="colab_magics weigh")
    thread.start()
    thread.join()
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


def _check_size(weight: int, path: Path) -> None:
    available = room.available()
    if available is not None and weight * _IN_TRAINING > available:
        raise TooLarge(
            f"The model in {path.name} has {size(weight)} of weights, to train it takes {_IN_TRAINING} times that, and "
            f"{size(available)} of memory are free."
        )
