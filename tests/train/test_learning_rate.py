"""The learning rate is that of the moment, on every backend, and a look at it is cheap."""

import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.train


def test_a_changed_rate_is_seen() -> None:
    import keras

    from colab_magics.train.learning_rate import LearningRate

    optimizer = keras.optimizers.Adam(0.5)
    rate = LearningRate(compiled(optimizer))
    assert rate.now() == 0.5
    optimizer.learning_rate = 0.25
    assert rate.now() == 0.25


def test_a_schedule_is_followed() -> None:
    import keras

    from colab_magics.train.learning_rate import LearningRate

    optimizer = keras.optimizers.SGD(keras.optimizers.schedules.PiecewiseConstantDecay([10], [0.5, 0.25]))
    rate = LearningRate(compiled(optimizer))
    assert rate.now() == 0.5
    optimizer.iterations.assign(11)
    assert rate.now() == 0.25


@pytest.mark.parametrize("optimizer", [None, SimpleNamespace(), SimpleNamespace(learning_rate=float("nan"))])
def test_there_may_be_none(optimizer: Any) -> None:
    from colab_magics.train.learning_rate import LearningRate

    assert LearningRate(SimpleNamespace(optimizer=optimizer)).now() is None


def test_an_eager_one_may_be_plain_python() -> None:
    import keras

    from colab_magics.train.learning_rate import LearningRate

    class Halved(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step: Any) -> float:
            return 0.5 if int(step) < 10 else 0.25

    optimizer = keras.optimizers.SGD(Halved())
    rate = LearningRate(compiled(optimizer, run_eagerly=True))
    assert rate.now() == 0.5
    optimizer.iterations.assign(10)
    assert rate.now() == 0.25


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_every_backend(backend: str) -> None:
    pytest.importorskip(backend)
    source = (
        f"import sys; {backend!r} == 'tensorflow' or sys.modules.update(tensorflow=None)\n"
        "from tests.train import test_learning_rate as tests\n"
        "tests.test_a_changed_rate_is_seen(), tests.test_a_schedule_is_followed()\n"
        "tests.test_an_eager_one_may_be_plain_python()"
    )
    run(source, backend)


def test_every_backend_that_compiles_does_so_once() -> None:
    pytest.importorskip("jax")
    source = (
        "import jax.monitoring, keras\n"
        "from colab_magics.train.learning_rate import LearningRate\n"
        "schedules = keras.optimizers.schedules\n"
        "schedule = schedules.CosineDecay(0.0, decay_steps=9, warmup_target=0.1, warmup_steps=3)\n"
        "optimizer = keras.optimizers.Adam(schedule)\n"
        "from tests.train.test_learning_rate import compiled\n"
        "rate = LearningRate(compiled(optimizer))\n"
        "def look(step):\n"
        "    optimizer.iterations.assign(step)\n"
        "    return rate.now()\n"
        "rates, compiled = [look(0)], []\n"
        "jax.monitoring.register_event_duration_secs_listener(lambda name, *_, **__: compiled.append(name))\n"
        "rates += map(look, range(1, 13))\n"
        "print(rates[0], max(rates) == rates[3], rates[-1], [name for name in compiled if 'compile' in name])"
    )
    assert run(source, "jax") == "0.0 True 0.0 []\n"


def compiled(optimizer: Any, **options: Any) -> Any:
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer=optimizer, **options)
    return model


def run(source: str, backend: str) -> str:
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
