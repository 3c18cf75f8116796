"""A reading taken again and again while something lasts."""

import threading
import time

from colab_magics.envinfo.costs.sampling import Sampling
from tests.waiting import soon


def test_it_reads_at_once_again_and_at_the_end() -> None:
    readings: list[int] = []
    sampler = Sampling(lambda: readings.append(threading.get_ident()), hertz=100)
    assert soon(lambda: len(readings) >= 5)
    assert sampler.stop() is True
    assert readings[0] == readings[-1] == threading.get_ident()
    assert set(readings[1:-1]).isdisjoint({threading.get_ident()})
    taken = len(readings)
    time.sleep(0.05)
    assert len(readings) == taken


def test_its_thread_ends_with_it() -> None:
    before = threading.active_count()
    sampler = Sampling(lambda: None, hertz=1 / 60)
    assert threading.active_count() == before + 1
    begin = time.monotonic()
    sampler.stop()
    assert time.monotonic() - begin < 200  # it does not wait for the next reading
    assert threading.active_count() == before


def test_one_that_hangs_is_left_behind() -> None:
    freed, is_first = threading.Event(), iter([True])

    def read() -> None:
        if not next(is_first, False):
            freed.wait(30)

    sampler = Sampling(read, hertz=1000)
    time.sleep(0.02)
    begin = time.monotonic()
    assert sampler.stop() is False
    assert time.monotonic() - begin < 20
    freed.set()
