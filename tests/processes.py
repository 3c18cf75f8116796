"""Whether processes end."""

import time

import psutil


def ends(pid: int, seconds: float) -> bool:
    """Does a process end within so many seconds? One that only waits for its parent to hear of it has ended."""
    deadline = time.monotonic() + seconds
    while _is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not _is_alive(pid)


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
