"""The learning rate of a training, read while it runs."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from collections.abc import Callable


class LearningRate:
    """Reads the learning rate of the optimizer of ``model``, which may have none."""

    def __init__(self, model: Any) -> None:
        optimizer = model.optimizer
        # One that a training in plain Python has need not be fit to be compiled.
        is_compiled = isinstance(optimizer, keras.optimizers.Optimizer) and model.jit_compile
        is_program = is_compiled and keras.backend.backend() == "jax"
        self._read = _program(optimizer) if is_program else partial(getattr, optimizer, "learning_rate", None)

    def now(self) -> float | None:
        """The rate of this moment; None where there is none, or it is not finite."""
        rate = self._read()
        if rate is None:
            return None
        number = float(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(rate)))
        return number if math.isfinite(number) else None


def _program(optimizer: Any) -> Callable[[], Any]:
    """JAX compiles it once: left alone, it compiles the conditions of a schedule at each look, for 50 ms."""
    import jax

    numbers = [each for each in optimizer.variables if not each.shape]  # the rate, or the steps that a schedule counts

    def read(values: list[Any]) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(numbers, values, strict=True))):
            return keras.ops.convert_to_tensor(optimizer.learning_rate)

    program = jax.jit(read)
    return lambda: program([variable.value for variable in numbers])
