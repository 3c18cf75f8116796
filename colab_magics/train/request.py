"""What a person asks of a training: plain values, which another process can be given."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption
from colab_magics.options import Whole, positive
from colab_magics.train import recipes

if TYPE_CHECKING:
    from colab_magics.train.config import Config

SEED = Whole(0, 2**32 - 1)
"""What ``keras.utils.set_random_seed`` takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """None is what the recipe says, or the run that is gone on with.

    ``recipe`` says what the others do not: epochs, size of a batch, learning rate. ``early_stop``: epochs that may
    pass without a better loss on the test images. ``best``: end with the weights of the best epoch. ``device`` is
    auto or one of `placement`; ``mixed_precision``: compute with 16-bit numbers. ``resume`` names the run that is
    gone on with, or is empty for the last one that did not finish; ``fresh`` begins it anew. ``trust_model``: a
    model's file from outside may be loaded; where it ``is_left``, the process that asks wrote it. ``data`` is what
    the person calls it, a path, a name or variables, ``target`` the column of a table, and ``note`` what is to be
    said of that.
    """

    recipe: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    early_stop: int | None = None
    best: bool | None = None
    device: str | None = None
    mixed_precision: bool | None = None
    data: str | None = None
    target: str | None = None
    note: str = ""
    seed: int | None = None
    name: str | None = None
    resume: str | None = None
    fresh: bool = False
    trust_model: bool = False
    is_left: bool = False

    def check(self) -> None:
        """Raises `BadOption` for a number that is out of its range, and for what makes no sense together."""
        if self.fresh and self.resume is None:
            raise BadOption("fresh begins a run anew: say which one with  --resume NAME.")
        if self.name is not None and self.resume is not None:
            raise BadOption("A run that is resumed has its name: leave --name out.")
        for name in ("epochs", "batch_size", "early_stop"):
            if (count := getattr(self, name)) is not None:
                positive.check(name, count)
        if self.learning_rate is not None and not 0 < self.learning_rate < math.inf:
            raise BadOption(f"lr must be a number above 0, and not {self.learning_rate}.")
        if self.seed is not None:
            SEED.check("seed", self.seed)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def filled_from(self, saved: Config) -> Request:
        """What is not asked for, as it was in the run that is gone on with."""
        filled = {name: getattr(saved, name) for name in _AS_BEFORE if getattr(self, name) is None}
        return replace(self, **filled)

    def plan(self, model: str) -> recipes.Recipe:
        """The recipe for a model, with what is asked for in the place of its own. Raises `BadOption`."""
        plan = recipes.recipe(self.recipe or "tutorial", model)
        return replace(
            plan,
            epochs=self.epochs or plan.epochs,
            batch_size=self.batch_size or plan.batch_size,
            rate=plan.rate if self.learning_rate is None else self.learning_rate,
        )


_AS_BEFORE = (
    "recipe",
    "epochs",
    "batch_size",
    "learning_rate",
    "early_stop",
    "best",
    "device",
    "mixed_precision",
    "data",
    "target",
    "seed",
)
