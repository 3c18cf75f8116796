"""A model of the person's own: one that a variable holds, or that a cell makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption
from colab_magics.train import outside
from colab_magics.train.recipes import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def named(name: str, namespace: Mapping[str, Any]) -> Any:
    """The model of a variable; the names of ours and those of files are left. Raises `BadOption`."""
    if name in MODELS or outside.is_file(name):
        return name
    found = namespace.get(name)
    if found is None or isinstance(found, str):
        raise BadOption(
            f"There is no model {name}: choose {' or '.join(MODELS)}, a variable that holds a Keras model, or a "
            ".keras file, or build one with %%train_mnist."
        )
    return found


def built(execute: Callable[[], object], namespace: Mapping[str, Any]) -> Any:
    """The model that a cell makes in ``namespace``, or ends with, when it is run by ``execute``. Raises `BadOption`."""
    __tracebackhide__ = True
    from colab_magics.train.backend import check_installed, grow_on_demand

    check_installed()
    grow_on_demand()
    before = namespace.get("model")
    value = execute()
    model = namespace.get("model")
    if model is None:
        raise BadOption("The cell made no variable named model: end it with  model = keras.Sequential(...).")
    if model is before and value is not model:
        raise BadOption(
            "The cell made no model of its own, and the one of an earlier cell is not trained by mistake: end it with  "
            "model = keras.Sequential(...),  or with the line  model  to train that one."
        )
    return model
