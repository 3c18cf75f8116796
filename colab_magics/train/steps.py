"""Many steps of a training in one call of the backend: what Keras' own ``fit`` spends between steps is saved.

Every step is the model's own ``train_step``, so that what a person overrides there holds.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol

import keras

from colab_magics.errors import BadOption

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from colab_magics.train.models import Fitting

TESTED = 1000
"""Samples in one step over the test images."""


class Steps(Protocol):
    """Trains and tries one model, whose variables hold what was reached whenever no call is running.

    Images and labels are as in a `Dataset`; returned are the metrics' means since `reset`.
    """

    def train(self, images: NDArray[np.generic], labels: NDArray[np.int64]) -> dict[str, float]:
        """Learn from these samples, a batch in each step."""

    def test(self, images: NDArray[np.generic], labels: NDArray[np.int64]) -> dict[str, float]:
        """Try these samples, which are not learnt from, in one step."""

    def reset(self) -> None:
        """Begin the means anew."""


def steps_of(model: Any, fitting: Fitting, batch_size: int, most: int) -> Steps:
    """The fastest way of this backend that does to the model what ``fit`` would, ``most`` batches in a call."""
    model.optimizer.build(model.trainable_variables)
    backend = keras.backend.backend()
    is_plain = not model.run_eagerly and keras.distribution.distribution() is None
    if is_plain and backend == "tensorflow" and model.distribute_strategy.num_replicas_in_sync == 1:
        from colab_magics.train.steps_tensorflow import TensorFlowSteps

        return TensorFlowSteps(model, fitting, batch_size)
    if is_plain and backend == "jax":
        from colab_magics.train.steps_jax import JaxSteps

        return JaxSteps(model, fitting, batch_size, most)
    return KerasSteps(model, fitting, batch_size)


class KerasSteps:
    """Keras' own functions for one batch, for what knows no better: PyTorch, eager models, several devices.

    They begin the metrics anew with each batch, so that what is told is the mean of the batches' own.
    """

    def __init__(self, model: Any, fitting: Fitting, batch_size: int) -> None:
        self._model, self._fitting, self._batch_size = model, fitting, batch_size
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._count = 0

    def train(self, images: NDArray[np.generic], labels: NDArray[np.int64]) -> dict[str, float]:
        return self._done(self._model.train_on_batch, images, labels, self._batch_size)

    def test(self, images: NDArray[np.generic], labels: NDArray[np.int64]) -> dict[str, float]:
        return self._done(self._model.test_on_batch, images, labels, len(images))

    def reset(self) -> None:
        self._sums.clear()
        self._count = 0

    def _done(
        self, step: Callable[..., Any], images: NDArray[np.generic], labels: NDArray[np.int64], size: int
    ) -> dict[str, float]:
        devices = _sharing()
        for start in range(0, len(images), size):
            batch = slice(start, start + size)
            if (count := len(images[batch])) % devices:
                raise BadOption(
                    f"{devices} devices cannot share a batch of {count} images: choose a batch size, and a number of "
                    f"images, that can be divided by {devices}."
                )
            taken = self._fitting.images(images[batch])
            logs = step(taken, self._fitting.labels(labels[batch]), return_dict=True)
            for name, value in as_numbers(logs).items():
                self._sums[name] += value * len(taken)
            self._count += len(taken)
        return {name: total / self._count for name, total in self._sums.items()}


def _sharing() -> int:
    """How many devices each batch is shared out to by `keras.distribution`."""
    distribution = keras.distribution.distribution()
    if distribution is None:
        return 1
    mesh = distribution.device_mesh
    axes: dict[str, int] = dict(zip(mesh.axis_names, mesh.shape, strict=True))
    return axes.get(distribution.batch_dim_name, 1)


def as_numbers(logs: dict[str, Any]) -> dict[str, float]:
    """What a backend gave for metrics; for one of several values, their mean.

    A dict among them is of the metrics in it, as Keras takes it: what was compiled has a single result, which a step of
    a person's own gives as it is. See https://keras.io/guides/custom_train_step_in_tensorflow.
    """
    found: dict[str, float] = {}
    for name, value in logs.items():
        if isinstance(value, dict):
            found.update(as_numbers(value))
        else:
            found[name] = float(keras.ops.convert_to_numpy(value).mean())
    return found
