"""Steps in JAX: one compiled loop goes through all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from colab_magics import interrupts
from colab_magics.train.steps import as_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colab_magics.train.models import Fitting


class JaxSteps:
    """See `Steps`."""

    def __init__(self, model: Any, fitting: Fitting, batch_size: int, most: int) -> None:
        self._model, self._fitting, self._batch_size, self._most = model, fitting, batch_size, most
        self._train, self._test = _functions(model, fitting)

    def train(self, images: NDArray[np.generic], labels: NDArray[np.int64]) -> dict[str, float]:
        taken, size = self._fitting.labels(labels), self._batch_size
        whole = len(images) // size
        logs: dict[str, Any] = {}
        if whole:
            logs = self._call(whole, *(_batches(samples, size, whole, self._most) for samples in (images, taken)))
        if whole * size < len(images):
            logs = self._call(1, images[None, whole * size :], taken[None, whole * size :])
        return as_numbers(logs)

    def test(self, images: NDArray[np.generic], labels: NDArray[np.int64]) -> dict[str, float]:
        trainable, others, _, metrics = self._variables()
        logs, found = self._test(_values((trainable, others, metrics)), images, self._fitting.labels(labels))
        _assign((trainable, others, metrics), found)
        return as_numbers(logs)

    def reset(self) -> None:
        self._model.reset_metrics()

    def _call(self, count: int, images: Any, labels: Any) -> dict[str, Any]:
        variables = self._variables()
        with interrupts.held():  # the loop takes the variables' memory over, and gives it back when it ends
            logs, found = self._train(_values(variables), count, images, labels)
            _assign(variables, found)
        return dict(logs)

    def _variables(self) -> tuple[Any, ...]:
        model = self._model
        return (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )


def _functions(model: Any, fitting: Fitting) -> tuple[Any, Any]:
    # What it is traced to is kept: it is wanted twice.
    step = jax.jit(
        lambda state, images, labels: model.train_step(state, (fitting.prepare(images), labels)), inline=True
    )

    def train(state: Any, count: Any, images: Any, labels: Any) -> Any:
        logs, _ = jax.eval_shape(step, state, images[0], labels[0])
        first = jax.tree.map(lambda value: jnp.zeros(value.shape, value.dtype), logs), state
        return jax.lax.fori_loop(0, count, lambda at, carried: step(carried[1], images[at], labels[at]), first)

    def test(state: Any, images: Any, labels: Any) -> Any:
        return model.test_step(state, (fitting.prepare(images), labels))

    return jax.jit(train, donate_argnums=0), jax.jit(test)


def _batches(samples: NDArray[Any], size: int, count: int, room: int) -> NDArray[Any]:
    """So many batches, in an array for more: a loop over another number of rooms would be compiled anew."""
    batches = np.empty((room, size, *samples.shape[1:]), samples.dtype)
    batches[:count] = samples[: count * size].reshape(count, size, *samples.shape[1:])
    return batches


def _values(variables: tuple[Any, ...]) -> tuple[list[Any], ...]:
    return tuple([variable.value for variable in group] for group in variables)


def _assign(variables: tuple[Any, ...], values: Any) -> None:
    for group, found in zip(variables, values, strict=True):
        for variable, value in zip(group, found, strict=True):
            variable.assign(value)
