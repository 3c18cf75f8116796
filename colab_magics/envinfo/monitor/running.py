"""The one monitor of this kernel, however many panels show it."""

import atexit
import os
import time
from collections.abc import Callable

from colab_magics.envinfo.monitor.sample import line
from colab_magics.envinfo.monitor.sampler import Sampler
from colab_magics.envinfo.monitor.watch import Monitor

_GLANCE = 0.3
"""Seconds between the two readings that a rate takes."""
_PATIENCE = 5.0
"""Seconds at most for a GPU's driver to be opened."""
_monitors: dict[int, Monitor] = {}
"""By process, so that a forked child does not take its parent's for its own."""


def start(is_busy: Callable[[], bool] = lambda: False) -> Monitor:
    """Give the kernel's monitor, and let it sample; ``is_busy`` says whether a cell runs."""
    monitor = _monitors.get(os.getpid())
    if monitor is None:
        monitor = _monitors[os.getpid()] = Monitor(is_busy)
        atexit.register(_end)
    monitor.resume()
    return monitor


def current() -> Monitor | None:
    """The kernel's monitor while it samples."""
    monitor = _monitors.get(os.getpid())
    return monitor if monitor is not None and monitor.phase == "running" else None


def stop() -> None:
    """Stop sampling and forget the monitor; its panels say so. Doing so twice is fine."""
    monitor = _monitors.pop(os.getpid(), None)
    if monitor is not None:
        monitor.stop("ended")
    atexit.unregister(_end)


def glance() -> str:
    """Tell in one line how the machine is now; it takes a third of a second, and more only where a driver is slow."""
    sampler = Sampler()
    try:
        sampler.settle(_PATIENCE)
        sampler.read()
        time.sleep(_GLANCE)
        return line(sampler.read(), sampler.sources)
    finally:
        sampler.close()


def _end() -> None:
    stop()
