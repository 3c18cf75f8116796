"""What a training takes of the machine, read beside its steps: no thread, some tenths of a millisecond a second."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from typing import TypeVar

from colab_magics.machine.cpu_group import usable_cpus
from colab_magics.machine.memory_gauge import MemoryGauge
from colab_magics.machine.nvml_load import first_gpu
from colab_magics.machine.reading import Missing, Reading
from colab_magics.train.events import Measured

PERIOD = 1.0
"""Seconds between two readings, at least."""

T = TypeVar("T")


class Meter:
    """Reads this process: made when Keras and its devices are there."""

    def __init__(self) -> None:
        import psutil

        self._process = psutil.Process()
        self._cpus, self._memory = usable_cpus(), MemoryGauge()
        self._gpu = first_gpu(os.environ) if _has_gpu() else Missing("Keras computes on no GPU")
        self._at, self._busy = time.monotonic(), time.process_time()

    def read(self) -> Measured | None:
        """A reading; None where the last one is less than a second old."""
        at = time.monotonic()
        if at - self._at < PERIOD:
            return None
        busy = time.process_time()
        cpu = (busy - self._busy) / (at - self._at)
        self._at, self._busy = at, busy
        used, usable = self._memory.read()
        measured = Measured(
            cpu=round(cpu, 3),
            cpus=self._cpus,
            memory=self._process.memory_info().rss,
            used=_known(used),
            usable=_known(usable),
        )
        if isinstance(self._gpu, Missing):
            return measured
        load = self._gpu()
        return replace(
            measured,
            gpu=_known(load.utilization),
            gpu_used=_known(load.memory_used),
            gpu_total=_known(load.memory_total),
        )


def _has_gpu() -> bool:
    """Does Keras compute on a GPU? No, where it is not loaded."""
    keras = sys.modules.get("keras")
    if keras is None:
        return False
    backend = keras.backend.backend()
    if backend == "torch":
        return bool(sys.modules["torch"].cuda.is_available())
    return backend in ("tensorflow", "jax") and any(
        name.startswith(("gpu", "cuda")) for name in keras.distribution.list_devices()
    )


def _known(reading: Reading[T]) -> T | None:
    return None if isinstance(reading, Missing) else reading
