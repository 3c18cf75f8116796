"""A model of the person's own: in a variable, or made by a cell."""

from collections.abc import Callable
from typing import Any

import pytest

from colab_magics.errors import BadOption
from colab_magics.train import own_model

pytestmark = pytest.mark.train


@pytest.mark.parametrize("name", ["mlp", "cnn", "there.keras"])
def test_names_of_ours_and_files_are_left(name: str) -> None:
    assert own_model.named(name, {name: object()}) == name


def test_a_variable_is_taken() -> None:
    mine = object()
    assert own_model.named("mine", {"mine": mine}) is mine
    with pytest.raises(BadOption, match="There is no model mine: choose mlp or cnn"):
        own_model.named("mine", {"mine": "a word"})


def making(namespace: dict[str, Any], model: object, value: object = None) -> Callable[[], object]:
    """A cell that makes a variable, and what it ends with."""

    def execute() -> object:
        if model is not None:
            namespace["model"] = model
        return value

    return execute


def test_the_model_that_a_cell_makes() -> None:
    older, newer = object(), object()
    there = {"model": older}
    assert own_model.built(making(there, newer), there) is newer
    assert own_model.built(making(there, None, newer), there) is newer  # by its last line
    with pytest.raises(BadOption, match="The cell made no model of its own"):
        own_model.built(making(there, None), there)
    nothing: dict[str, Any] = {}
    with pytest.raises(BadOption, match="The cell made no variable named model"):
        own_model.built(making(nothing, None), nothing)
