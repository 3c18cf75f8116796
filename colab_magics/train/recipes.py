"""Recipes: how a model is trained where the person says nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption

if TYPE_CHECKING:
    from colab_magics.train.config import Config


@dataclass(frozen=True, slots=True)
class Recipe:
    """``rate`` is the learning rate of Adam: the same throughout, or the peak where ``is_one_cycle``.

    One cycle is a linear warm-up and a cosine down to zero (L. N. Smith and N. Topin, Super-Convergence,
    https://arxiv.org/abs/1708.07120): it reaches in a few epochs what a constant rate needs many for. ``beta_2`` is
    how much Adam remembers of the squared gradients; 0.95 forgets in tens of steps and not in a thousand, as trainings
    with a schedule do elsewhere (T. Brown et al., https://arxiv.org/abs/2005.14165, appendix B).
    """

    epochs: int
    batch_size: int
    rate: float
    is_one_cycle: bool = False
    beta_2: float = 0.999

    def optimizer(self, samples: int) -> Any:
        """A new optimizer for a training on so many samples."""
        import keras

        if not self.is_one_cycle:
            return keras.optimizers.Adam(self.rate, beta_2=self.beta_2)
        steps = self.epochs * -(-samples // self.batch_size)
        warm_up = round(_WARM_UP * steps)
        schedule = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=0.0,
            warmup_target=self.rate,
            warmup_steps=warm_up,
            decay_steps=max(1, steps - warm_up),
        )
        return keras.optimizers.Adam(schedule, beta_2=self.beta_2)


_WARM_UP = 0.3
"""The share of all steps in which the learning rate rises."""

MODELS = ("mlp", "cnn")

_RECIPES = {
    ("tutorial", "mlp"): Recipe(epochs=20, batch_size=128, rate=1e-3),
    ("tutorial", "cnn"): Recipe(epochs=12, batch_size=128, rate=6e-3, is_one_cycle=True),  # the tutorial has none
    # 250 divides the 60,000 of MNIST: for a smaller last batch, JAX would compile a second program
    ("fast", "mlp"): Recipe(epochs=5, batch_size=250, rate=4e-3, is_one_cycle=True, beta_2=0.95),
    ("fast", "cnn"): Recipe(epochs=6, batch_size=128, rate=6e-3, is_one_cycle=True),
}
NAMES = ("tutorial", "fast")


def recipe(name: str, model: str) -> Recipe:
    """The recipe of a name for a model; for one of the person's own, that of the ``mlp``. Raises `BadOption`."""
    if name not in NAMES:
        raise BadOption(f"There is no recipe {name}: choose {' or '.join(NAMES)}.")
    return _RECIPES[name, model if model in MODELS else "mlp"]


def stoppers(config: Config) -> list[Any]:
    """What ends a training early, and has it end with the best weights."""
    if config.early_stop is None and not config.best:
        return []
    import keras

    patience = config.epochs if config.early_stop is None else config.early_stop  # all epochs are never in vain
    return [keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True)]
