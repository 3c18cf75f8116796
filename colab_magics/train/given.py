"""Data that a person has as variables: what `--data` names, a path or what is in the notebook."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from colab_magics.options import lookup
from colab_magics.train.tf_data import is_dataset

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = ("mnist", "digits")
"""Datasets that are found by name."""


@dataclass(frozen=True, eq=False, slots=True)
class Given:
    """``values``: a path, or data in memory; ``names``: what the person calls it or its parts; ``note``: a doubt."""

    values: object
    names: tuple[str, ...] = ()
    note: str = ""

    @property
    def path(self) -> str | None:
        """The path or the name of a dataset, or None for data in memory."""
        return os.fspath(self.values) if isinstance(self.values, (str, Path)) else None

    @property
    def name(self) -> str:
        """What it is called in one word."""
        if self.names:
            return ",".join(self.names)
        first = next(iter(self.values), None) if isinstance(self.values, (tuple, list)) else self.values
        if is_dataset(first):
            return "tf.data"
        return "arrays" if isinstance(self.values, (tuple, list)) else type(self.values).__name__.lstrip("_")


def named(words: str, namespace: Mapping[str, object]) -> Given:
    """What ``--data`` says: a path that exists or a dataset's name, else a variable or several with commas between.

    Raises `UnknownVariable` where one of several is missing. A single word that is neither is taken as a path.
    """
    names = tuple(word.strip() for word in words.split(","))
    are_variables = all(name.isidentifier() and name in namespace for name in names)
    if words.lower() in NAMES or os.path.exists(words):  # noqa: PTH110 (the same, and without pathlib's errors)
        kind = "dataset" if words.lower() in NAMES else "path"
        way = "give the variable another name"
        note = f"{words} is a {kind} and a variable, and the {kind} was taken: to train on the variable, {way}."
        return Given(words, (), note if are_variables else "")
    if not are_variables:
        if len(names) > 1 and all(name.isidentifier() for name in names):
            for name in names:
                lookup(name, namespace)
        return Given(words)
    values = tuple(namespace[name] for name in names)
    return Given(values if len(values) > 1 else values[0], names)
