"""How a model is trained where the person says nothing else."""

import numpy as np
import pytest

from colab_magics.errors import BadOption
from colab_magics.train.recipes import MODELS, NAMES, Recipe, recipe


def test_the_tutorials_own_numbers() -> None:
    assert recipe("tutorial", "mlp") == Recipe(epochs=20, batch_size=128, rate=1e-3)
    assert recipe("tutorial", "") == recipe("tutorial", "mlp")  # a model of the person's own


def test_every_model_has_every_recipe() -> None:
    for model in MODELS:
        whole, fast = (recipe(name, model) for name in NAMES)
        assert fast.epochs < whole.epochs
    with pytest.raises(BadOption, match="choose tutorial or fast"):
        recipe("slow", "mlp")


@pytest.mark.train
def test_one_cycle_rises_and_falls_to_zero() -> None:
    keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")
    plan = Recipe(epochs=4, batch_size=100, rate=0.5, is_one_cycle=True)
    rates = plan.optimizer(samples=2_450)._learning_rate
    steps = 4 * 25
    curve = np.array([float(keras.ops.convert_to_numpy(rates(step))) for step in range(steps + 1)])
    assert curve[0] == 0
    assert curve.argmax() == round(0.3 * steps)
    assert curve.max() == pytest.approx(0.5)
    assert curve[-1] == pytest.approx(0, abs=1e-6)
    assert (np.diff(curve[:30]) > 0).all()
    assert (np.diff(curve[31:]) < 0).all()
