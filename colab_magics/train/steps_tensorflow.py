"""Steps in TensorFlow: one graph goes through all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf

from colab_magics.train.fused_adam import fused
from colab_magics.train.steps import as_numbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from colab_magics.train.models import Fitting


class TensorFlowSteps:
    """See `Steps`."""

    def __init__(self, model: Any, fitting: Fitting, batch_size: int) -> None:
        self._model, self._fitting, self._batch_size = model, fitting, batch_size
        self._functions: tuple[Any, Any] | None = None

    def train(self, images: NDArray[np.generic], labels: NDArray[np.int64]) -> dict[str, float]:
        return self._call(0, images, labels)

    def test(self, images: NDArray[np.generic], labels: NDArray[np.int64]) -> dict[str, float]:
        return self._call(1, images, labels)

    def reset(self) -> None:
        self._model.reset_metrics()

    def _call(self, which: int, images: NDArray[np.generic], labels: NDArray[np.int64]) -> dict[str, float]:
        taken = tf.constant(images), tf.constant(self._fitting.labels(labels))
        if self._functions is None:
            # Any number of samples: one graph serves whole batches and the last, smaller one.
            kinds = [tf.TensorSpec((None, *samples.shape[1:]), samples.dtype) for samples in taken]
            self._functions = _functions(self._model, self._fitting, self._batch_size, kinds)
        return as_numbers(self._functions[which](*taken))


def _functions(model: Any, fitting: Fitting, batch_size: int, kinds: list[Any]) -> tuple[Any, Any]:
    # As in Keras' own trainer, a model's code is taken as it is: tf.function would rewrite it.
    @tf.function(input_signature=kinds, jit_compile=model.jit_compile, autograph=False)  # type: ignore[untyped-decorator]
    def step(images: tf.Tensor, labels: tf.Tensor) -> Any:
        with fused(model.optimizer):
            return model.train_step((fitting.prepare(images), labels))

    @tf.function(input_signature=kinds, autograph=False)  # type: ignore[untyped-decorator]
    def train(images: tf.Tensor, labels: tf.Tensor) -> Any:
        last = (tf.shape(images)[0] - 1) // batch_size * batch_size

        def one(start: tf.Tensor) -> tuple[tf.Tensor]:
            stop = start + batch_size
            step(images[start:stop], labels[start:stop])
            return (stop,)

        tf.while_loop(lambda start: start < last, one, (tf.constant(0),), parallel_iterations=1)
        return step(images[last:], labels[last:])

    @tf.function(input_signature=kinds, jit_compile=model.jit_compile, autograph=False)  # type: ignore[untyped-decorator]
    def test(images: tf.Tensor, labels: tf.Tensor) -> Any:
        return model.test_step((fitting.prepare(images), labels))

    return train, test
