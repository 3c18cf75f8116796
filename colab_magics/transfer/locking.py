"""Locks between processes: they save work, and nothing is wrong where they do not hold (NFS, Windows)."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_BEAT = 0.1  # seconds between two looks at a lock that another has
_LOOK, _LOOKS = 0.01, 20  # seconds between two tries, and how many, as another may only be looking whether it is held


def try_lock(descriptor: int) -> bool:
    """Lock an open file until it is closed; False where another has it, be that in the same process: see flock(2)."""
    for _ in range(_LOOKS):
        if _locks(descriptor):
            return True
        time.sleep(_LOOK)
    return False


def is_held(path: Path) -> bool:
    """Does anybody hold the lock of the file? Many may look at once."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _locks(descriptor, is_shared=True)
    finally:
        os.close(descriptor)


def _locks(descriptor: int, *, is_shared: bool = False) -> bool:
    try:
        import fcntl

        fcntl.flock(descriptor, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return True  # Windows, or a drive without locks
    return True


@contextlib.contextmanager
def locked(path: Path, stop: threading.Event) -> Iterator[bool]:
    """Wait for the lock of the file, which is made if need be; give whether it had to be waited for.

    ``stop``, set in another thread, ends the waiting without the lock. Raises OSError where no file can be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    has_waited = False
    try:
        while not _locks(descriptor) and not stop.wait(_BEAT):
            has_waited = True
        yield has_waited
    finally:
        os.close(descriptor)
