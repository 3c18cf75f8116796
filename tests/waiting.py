"""What comes in its time: a test waits for it, and not for a time that a busy machine may exceed."""

import time
from collections.abc import Callable

import psutil


def soon(is_true: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Does it come true within so many seconds?"""
    deadline = time.monotonic() + seconds
    while not (came := is_true()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return came


def ends(pid: int, seconds: float) -> bool:
    """Does a process end within so many seconds? One that only waits for its parent to hear of it has ended."""
    return soon(lambda: not _is_alive(pid), seconds)


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
