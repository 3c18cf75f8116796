"""The fits of one cell, or of one `LiveRun`, in their order: the folder of each, and those that they go on with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from colab_magics.errors import BadOption
from colab_magics.train import fits, runs
from colab_magics.train.files import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Series:
    """Gives each fit its folder: a new one, or that of the fit at the same place of the series that is gone on with.

    ``resume`` names any run of that series, or is True for that of the last fit that did not finish. Raises `BadOption`
    for a name that is none or is taken, and where there is nothing to go on with.
    """

    def __init__(self, name: str | None, resume: str | bool = False) -> None:
        if name is not None and resume:
            raise BadOption("A run that goes on keeps its name: leave --name out, or --resume.")
        if name is not None:
            runs.check_name(name)
        self._name, self._id = name, uuid4().hex
        self._number = 0
        self._before: dict[int, Path] = {}
        self._found = _named(resume) if isinstance(resume, str) else _unfinished() if resume else []

    def check_free(self) -> None:
        """Raises `BadOption` where the name is taken."""
        if self._name is not None:
            runs.free_folder(self._name)

    @property
    def goes_on(self) -> bool:
        """Is there a series that is gone on with?"""
        return bool(self._found or self._before)

    def next(self, config: Mapping[str, Any], *, is_built: bool = True) -> tuple[Path, dict[str, Any], bool]:
        """The folder of the next fit, how it is described there, and whether it is one that was begun before.

        Raises `BadOption` where that one trained another model, or on other data, and where the model is not built
        and has no weights that its own could be put into.
        """
        if self._found:
            self._go_on(config)
        self._number += 1
        described = {**config, "series": self._id, "series_name": self._name, "fit": self._number}
        before = self._before.get(self._number)
        if before is None:
            return runs.new_directory(self._name, config["model"], number=self._number), described, False
        found = read_json(before / runs.CONFIG_FILE)
        if not is_built and found.get("parameters") != config["parameters"]:
            raise BadOption(
                f"The run {before.name} cannot be gone on with as long as its model has no weights: begin the model "
                "with  keras.Input(shape),  or call it on a few samples before  model.fit(...)."
            )
        differences = fits.differences(found, config)
        if differences:
            raise BadOption(
                f"The run {before.name} cannot be gone on with: {'; '.join(differences)}. Make it the same, or leave "
                "--resume out to begin a new run."
            )
        return before, described, True

    @property
    def left(self) -> str | None:
        """The name of the last fit that was broken off, where a first one begins without a name."""
        if self._number != 1 or self._name is not None or self._before:
            return None
        found = runs.broken_off(kind=fits.KIND)
        return None if found is None else found.name

    def _go_on(self, config: Mapping[str, Any]) -> None:
        """Take the place of the newest series with this model, or of the newest, which says how it differs."""
        told = [_described(folder) for folder in self._found]
        fitting = (one for one in told if one.get("model_sha256") == config["model_sha256"])
        begun = next(fitting, told[0])
        self._found = []
        self._id, self._name = begun["series"], begun["series_name"]
        for folder in runs.folders():
            one = _described(folder)
            if one.get("series") == self._id:
                self._before[one["fit"]] = folder


def _named(name: str) -> list[Path]:
    folder = runs.unfinished(name)
    if not _described(folder):
        raise BadOption(f"The run {name} is no fit that %%train can go on with: it kept no checkpoints of such a one.")
    return [folder]


def _unfinished() -> list[Path]:
    """The fits that did not finish, the newest first: with a checkpoint, or behind others of their series."""
    found = [
        folder
        for folder in runs.left_over(kind=fits.KIND)
        if (told := _described(folder)) and (runs.has_checkpoint(folder) or told["fit"] > 1)
    ]
    if not found:
        raise BadOption(f"There is no unfinished fit in {runs.root()}: leave --resume out to begin one.")
    return found


def _described(folder: Path) -> dict[str, Any]:
    """How a fit was described; nothing where that does not tell its place in a series."""
    match found := read_json(folder / runs.CONFIG_FILE):
        case {"series": str(), "series_name": str() | None, "fit": int()}:
            return found
        case _:
            return {}
