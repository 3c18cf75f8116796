"""Many steps in one call: the same as Keras' own, one batch after the other."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from colab_magics.train.datasets import Dataset
from colab_magics.train.models import fit_to

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")


def both(make: Callable[..., Any], dataset: Dataset, **wishes: Any) -> list[Any]:
    """Two models with the same weights, one for each way, and their steps."""
    from colab_magics.train.steps import KerasSteps, steps_of

    found = []
    for number in range(2):
        keras.utils.set_random_seed(1)
        model = make(**wishes)
        fitting = fit_to(model, dataset)
        steps = KerasSteps(model, fitting, 64) if number else steps_of(model, fitting, 64, 8)
        found.append((model, steps))
    return found


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
@pytest.mark.parametrize("count", [64 * 3, 64 * 2 + 10, 10])
def test_they_learn_what_keras_learns(small: Callable[..., Any], dataset: Dataset, loss: str, count: int) -> None:
    (model, steps), (other, others) = both(small, dataset, loss=loss)
    images, labels = dataset.x_train[:count], dataset.y_train[:count]
    for _ in range(2):
        logs, expected = steps.train(images, labels), others.train(images, labels)
    assert logs == pytest.approx(expected, rel=1e-4)
    for mine, theirs in zip(model.weights, other.weights, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-3, atol=1e-5)
    assert int(model.optimizer.iterations.numpy()) == int(other.optimizer.iterations.numpy()) == 2 * -(-count // 64)


def test_they_try_without_learning(small: Callable[..., Any], dataset: Dataset) -> None:
    (model, steps), (_, others) = both(small, dataset)
    before = [weight.numpy() for weight in model.weights]
    images, labels = dataset.x_test, dataset.y_test
    assert steps.test(images, labels) == pytest.approx(others.test(images, labels), rel=1e-4)
    for weight, value in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), value)


def test_means_begin_anew(small: Callable[..., Any], dataset: Dataset) -> None:
    (_, steps), _ = both(small, dataset)
    first = steps.test(dataset.x_test, dataset.y_test)
    steps.test(dataset.x_train, dataset.y_train)
    steps.reset()
    assert steps.test(dataset.x_test, dataset.y_test) == pytest.approx(first)


def test_a_step_of_ones_own_is_taken(dataset: Dataset) -> None:
    from colab_magics.train.steps import steps_of

    calls = []

    class Own(keras.Sequential):
        def train_step(self, *words: Any) -> Any:
            *_, (images, labels) = words  # as fit gives them
            calls.append((images, labels))
            return super().train_step(*words)

        def test_step(self, *words: Any) -> Any:
            *_, (images, labels) = words
            calls.append((images, labels))
            return super().test_step(*words)

    model = Own([keras.Input((64,)), keras.layers.Dense(10, activation="softmax")])
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    steps = steps_of(model, fit_to(model, dataset), 64, 8)
    steps.train(dataset.x_train[:64], dataset.y_train[:64])
    assert calls
    calls.clear()
    steps.test(dataset.x_test, dataset.y_test)
    assert calls


def test_a_step_that_gives_all_compiled_metrics_as_one(small: Callable[..., Any], dataset: Dataset) -> None:
    from colab_magics.train.steps import KerasSteps, as_numbers, steps_of

    class Guide(keras.Sequential):  # what Keras' guide returns from a step of one's own
        def test_step(self, *words: Any) -> Any:
            found = super().test_step(*words)
            logs, *rest = found if isinstance(found, tuple) else (found,)
            loss = logs.pop("loss")
            return ({"loss": loss, "compile_metrics": logs}, *rest) if rest else {"loss": loss, "compile_metrics": logs}

    model = Guide(small().layers)
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    fitting = fit_to(model, dataset)
    for steps in (steps_of(model, fitting, 64, 8), KerasSteps(model, fitting, 64)):
        assert set(steps.test(dataset.x_test, dataset.y_test)) == {"loss", "accuracy"}
    assert as_numbers({"a": {"b": np.ones(2), "c": {"d": 3}}}) == {"b": 1, "d": 3}


def test_an_eager_model_is_trained_eagerly(small: Callable[..., Any], dataset: Dataset) -> None:
    from colab_magics.train.steps import KerasSteps, steps_of

    model = small()
    model.compile(loss="categorical_crossentropy", run_eagerly=True)
    assert isinstance(steps_of(model, fit_to(model, dataset), 64, 8), KerasSteps)
