"""Where a training ran: what a person needs to know to get the same numbers again."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from colab_magics.machine import room

_PACKAGES = ("colab_magics", "keras", "numpy", "tensorboard")
_BACKENDS = {"tensorflow": ("tensorflow", "tensorflow-cpu"), "jax": ("jax", "jaxlib"), "torch": ("torch",)}


def environment() -> dict[str, Any]:
    """Python, packages, processors, free memory in bytes (None where nothing tells it), and Keras' devices."""
    import keras

    backend = keras.backend.backend()
    names = (*_PACKAGES, *_BACKENDS.get(backend, (backend,)))
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_available": room.available(),
        "backend": backend,
        "precision": keras.config.dtype_policy().name,
        "devices": keras.distribution.list_devices() if backend in ("tensorflow", "jax") else [],
        "packages": {name: found for name in names if (found := _version(name)) is not None},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
