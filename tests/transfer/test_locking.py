"""Locks that processes and threads take, and look at."""

import os
import threading
from pathlib import Path

import pytest

from colab_magics.transfer import locking

fcntl = pytest.importorskip("fcntl", reason="Windows has no such locks")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.lock"
    path.touch()
    return path


def test_a_lock_is_held_until_its_file_is_closed(file: Path) -> None:
    mine, other = (os.open(file, os.O_RDWR) for _ in range(2))
    assert not locking.is_held(file)
    assert locking.try_lock(mine)
    assert locking.is_held(file)
    assert not locking.try_lock(other)
    os.close(mine)
    assert not locking.is_held(file)
    assert locking.try_lock(other)
    os.close(other)


def test_no_look_at_a_lock_is_in_the_way_of_another(file: Path) -> None:
    looking = threading.Event()
    held: list[bool] = []

    def look() -> None:
        while not looking.is_set():
            held.append(locking.is_held(file))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    mine = os.open(file, os.O_RDWR)
    held += [locking.is_held(file) for _ in range(2000)]
    looking.set()
    for thread in threads:
        thread.join()
    assert not any(held)
    os.close(mine)


def test_a_lock_that_another_looks_at_is_taken(file: Path) -> None:
    mine, other = (os.open(file, os.O_RDWR) for _ in range(2))
    fcntl.flock(other, fcntl.LOCK_SH)  # as a look does
    threading.Timer(0.03, os.close, (other,)).start()
    assert locking.try_lock(mine)
    os.close(mine)


def test_what_is_not_there_is_not_held(tmp_path: Path) -> None:
    assert not locking.is_held(tmp_path / "none.lock")
