"""Whether a training is the same as the one that it is to go on with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption
from colab_magics.train import recipes, runs
from colab_magics.train.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    from colab_magics.train.request import Request


def saved_config(directory: Path) -> Config:
    """How a run was trained."""
    try:
        return Config.read(json.loads((directory / runs.CONFIG_FILE).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadOption(
            f"The run {directory.name} does not tell how it was trained ({type(error).__name__}): begin it anew with  "
            "--fresh."
        ) from error


def model_again(saved: Config, model: Any, name: str) -> Any:
    """The model that is given, or the name of ours or the file that the run trained."""
    if model is None and saved.model_file is not None:
        return saved.model_file
    if model is None and saved.model not in recipes.MODELS:
        raise BadOption(
            f"The run trained a model of your own, {saved.model}: build it again in a cell, with  "
            f"%%train_mnist --resume {name}"
        )
    return saved.model if model is None else model


def check_data(saved: Config, request: Request, data: object) -> None:
    """Raises `BadOption` where a run's data was in memory and is not given again."""
    if saved.is_from_memory and data is None and request.data == saved.data:
        raise BadOption(
            "The run trained on data that was in memory, and it is kept nowhere: make it again and give it by "
            f"{_given(saved)},  or by the function as  data=..."
        )


def line(directory: Path) -> str:
    """What goes on with a run that trained in the background, with all that it cannot know by itself."""
    plain = f"%train_mnist --background --resume {directory.name}"
    try:
        saved = saved_config(directory)
    except BadOption:  # which it will say
        return plain
    words = plain + (_given(saved) if saved.is_from_memory else "")
    is_own = saved.model not in recipes.MODELS and saved.model_file is None
    return f"%{words}  above the cell that builds its model" if is_own else words


def _given(saved: Config) -> str:
    target = f" --target {saved.target}" if saved.target else ""
    return f" --data {saved.data}{target}"


def same(saved: Config, config: Config, name: str) -> Config:
    """The config of a run that is gone on with. Raises `BadOption` if this training would be another one."""
    differences = saved.differences(config)
    if differences:
        raise BadOption(
            f"The run {name} cannot be gone on with: {'; '.join(differences)}. Make it the same, or begin "
            "the run anew with  --fresh."
        )
    return saved
