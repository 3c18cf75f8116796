"""Locks between processes: they save work, and nothing is wrong where they do not hold (NFS, Windows)."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

_BEAT = 0.1  # seconds between two looks at a lock that another has


def try_lock(descriptor: int) -> bool:
    """Lock an open file until it is closed; False where another has it, be that in the same process: see flock(2)."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return True  # Windows, or a drive without locks
    return True


def is_held(path: Path) -> bool:
    """Does anybody hold the lock of the file?"""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path, stop: threading.Event) -> Iterator[bool]:
    """Wait for the lock of the file, which is made if need be; give whether it had to be waited for.

    ``stop``, set in another thread, ends the waiting without the lock. Raises OSError where no file can be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    has_waited = False
    try:
        while not try_lock(descriptor) and not stop.wait(_BEAT):
            has_waited = True
        yield has_waited
    finally:
        os.close(descriptor)
