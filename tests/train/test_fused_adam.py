"""Adam in one operation: the numbers of Keras' own, and only where it is that."""

import os
from typing import Any

import numpy as np
import pytest

pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow", reason="this is TensorFlow's"),
]
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")


def trained(optimizer: Any, *, is_fused: bool) -> tuple[list[np.ndarray], set[str]]:
    """All variables after twenty steps, and the operations of the graph of one."""
    import tensorflow as tf

    from colab_magics.train.fused_adam import fused

    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(3)])
    model.compile(loss="mse", optimizer=optimizer)
    optimizer.build(model.trainable_variables)
    dice = np.random.default_rng(1)
    images, labels = (tf.constant(dice.random((32, size), "float32")) for size in (8, 3))

    @tf.function(autograph=False)
    def step() -> None:
        if is_fused:
            with fused(optimizer):
                model.train_step((images, labels))
        else:
            model.train_step((images, labels))

    for _ in range(20):
        step()
    assert "update_step" not in vars(optimizer)
    operations = {operation.type for operation in step.get_concrete_function().graph.get_operations()}
    return [variable.numpy() for variable in (*model.variables, *optimizer.variables)], operations


def schedule() -> Any:
    return keras.optimizers.schedules.CosineDecay(0.0, 100, warmup_target=0.01, warmup_steps=5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.optimizers.Adam(0.01),
        lambda: keras.optimizers.Adam(schedule(), beta_1=0.8, beta_2=0.99, epsilon=1e-4),
        lambda: keras.optimizers.Adam(0.01, clipnorm=0.01, weight_decay=0.1, use_ema=True, ema_overwrite_frequency=7),
        lambda: keras.optimizers.Adam(0.01, gradient_accumulation_steps=3),
    ],
)
def test_the_numbers_are_those_of_keras(make: Any) -> None:
    (mine, operations), (theirs, _) = trained(make(), is_fused=True), trained(make(), is_fused=False)
    assert "ResourceApplyAdam" in operations or make().gradient_accumulation_steps
    for found, expected in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize("make", [lambda: keras.optimizers.Adam(amsgrad=True), lambda: keras.optimizers.AdamW()])
def test_another_optimizer_is_left_alone(make: Any) -> None:
    (mine, operations), (theirs, _) = trained(make(), is_fused=True), trained(make(), is_fused=False)
    assert "ResourceApplyAdam" not in operations
    for found, expected in zip(mine, theirs, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_an_embedding_learns_what_it_learns_in_keras() -> None:
    import tensorflow as tf

    from colab_magics.train.fused_adam import fused

    found = []
    for is_fused in (True, False):
        keras.utils.set_random_seed(5)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Embedding(9, 3), keras.layers.Flatten()])
        model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
        model.optimizer.build(model.trainable_variables)
        words, labels = tf.constant([[1, 2, 3, 3]]), tf.zeros((1, 12))
        for _ in range(5):
            if is_fused:
                with fused(model.optimizer):
                    model.train_step((words, labels))
            else:
                model.train_step((words, labels))
        found.append(model.weights[0].numpy())
    np.testing.assert_allclose(*found, rtol=2e-4, atol=1e-6)
