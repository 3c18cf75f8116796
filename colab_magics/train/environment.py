"""Where a training ran: what a person needs to know to get the same numbers again."""

from __future__ import annotations

import os
import platform
from functools import cache
from typing import Any

from colab_magics.distributions import installed, of, version_of
from colab_magics.machine import room

_PACKAGES = ("colab_magics", "keras", "numpy", "tensorboard")


def environment() -> dict[str, Any]:
    """Python, packages, processors, free memory in bytes (None where nothing tells it), and Keras' devices."""
    import keras

    backend = keras.backend.backend()
    records = installed()
    found = {name: record for name in (*_PACKAGES, backend) if (record := of(name, records)) is not None}
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_available": room.available(),
        "backend": backend,
        "precision": keras.config.dtype_policy().name,
        "devices": keras.distribution.list_devices() if backend in ("tensorflow", "jax") else [],
        "packages": {name: version_of(record) for name, record in found.items()},
    }


@cache
def own_version() -> str:
    """The version of colab_magics, as the environment of a run tells it."""
    record = of(_PACKAGES[0], installed())
    return "" if record is None else version_of(record)
