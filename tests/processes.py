"""Whether processes end."""

import time

import psutil


def ends(pid: int, seconds: float) -> bool:
    """Does a process end within so many seconds? One that only waits for its parent to hear of it has ended."""
    deadline = time.monotonic() + seconds
    while is_alive := _is_alive(pid):
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return not is_alive


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
