"""What a fit tells between two steps."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import colab_magics
from colab_magics.train import clock
from colab_magics.train.events import Event, StepEnded
from colab_magics.train.screen import Screen

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")

IMAGES, LABELS = np.zeros((40, 64), "float32"), np.eye(10, dtype="float32")[np.arange(40) % 10]


class AtOnce(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Has Keras tell the end of each step before the next one begins, and not by another thread."""

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        pass


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[StepEnded]:
    """Each step that a fit tells, and it tells all."""
    from colab_magics.train import bulletin

    told: list[StepEnded] = []
    tell = Screen.tell

    def hear(screen: Screen, event: Event) -> None:
        if isinstance(event, StepEnded):
            told.append(event)
        tell(screen, event)

    monkeypatch.setattr(clock, "PERIOD", 0.0)
    monkeypatch.setattr(bulletin, "_PERIOD", 0.0)
    monkeypatch.setattr(Screen, "tell", hear)
    return told


def arrays() -> dict[str, Any]:
    return {"x": IMAGES, "y": LABELS, "batch_size": 8}


def batches() -> Iterator[tuple[Any, Any]]:
    for start in range(0, 40, 8):
        yield IMAGES[start : start + 8], LABELS[start : start + 8]


def generator() -> dict[str, Any]:
    return {"x": batches(), "shuffle": False, "steps_per_epoch": 5}


@pytest.mark.parametrize("given", [arrays, generator])
def test_samples_are_counted_where_nobody_told_the_batch(
    given: Callable[[], dict[str, Any]], small: Callable[..., Any], steps: list[StepEnded]
) -> None:
    small().fit(**given(), verbose=0, callbacks=[AtOnce(), colab_magics.LiveRun()])
    assert [(step.step, step.samples) for step in steps] == [(1, 8), (2, 16), (3, 24), (4, 32)]


def test_a_tf_data_of_the_persons_own(small: Callable[..., Any], steps: list[StepEnded]) -> None:
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    data = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS)).batch(8)
    with colab_magics.train():
        small().fit(data, shuffle=False, callbacks=[AtOnce()])
    assert [step.samples for step in steps] == [8, 16, 24, 32]


def test_batches_that_differ(small: Callable[..., Any], steps: list[StepEnded]) -> None:
    sizes = (8, 3, 8, 2)
    small().fit(
        ((IMAGES[:size], LABELS[:size]) for size in sizes),
        verbose=0,
        shuffle=False,
        steps_per_epoch=4,
        callbacks=[AtOnce(), colab_magics.LiveRun()],
    )
    assert [step.samples for step in steps] == [8, 11, 19]


def test_a_step_of_ones_own_that_counts_no_samples(small: Callable[..., Any], steps: list[StepEnded]) -> None:
    model = small()
    model._loss_tracker.update_state = lambda loss, sample_weight=None: type(model._loss_tracker).update_state(
        model._loss_tracker, loss
    )
    model.fit(IMAGES, LABELS, 8, verbose=0, callbacks=[AtOnce(), colab_magics.LiveRun()])
    assert {step.samples for step in steps} == {None}


def test_steps_that_end_late_are_not_counted_twice(small: Callable[..., Any], steps: list[StepEnded]) -> None:
    small().fit(np.tile(IMAGES, (10, 1)), np.tile(LABELS, (10, 1)), 8, verbose=0, callbacks=[colab_magics.LiveRun()])
    assert {step.samples for step in steps} <= {8 * step.step for step in steps}
