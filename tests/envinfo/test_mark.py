"""A high-water mark that all measurements of a process share."""

import gc
import os
import threading

import pytest

from colab_magics.envinfo.costs.mark import MarkedPeak
from colab_magics.envinfo.reading import Missing, Reading


class Tide:
    """What is in use, with the mark that it left."""

    def __init__(self) -> None:
        self.now = self.highest = 0

    def rise(self, to: int) -> None:
        self.now, self.highest = to, max(self.highest, to)


TIDE = Tide()


class TidePeak(MarkedPeak):
    def begin_anew(self) -> None:
        TIDE.highest = TIDE.now

    def read(self) -> Reading[int]:
        return TIDE.highest


class Broken(MarkedPeak):
    def begin_anew(self) -> None:
        raise OSError("read-only file system")

    def read(self) -> Reading[int]:
        return 1


class Silent(MarkedPeak):
    marks = iter([Missing("it fell silent"), 9, 9])

    def begin_anew(self) -> None: ...

    def read(self) -> Reading[int]:
        return next(self.marks)


@pytest.fixture(autouse=True)
def low_tide() -> None:
    TIDE.now = TIDE.highest = 0


def test_an_inner_measurement_takes_nothing_from_the_outer() -> None:
    outer = TidePeak()
    TIDE.rise(900)
    TIDE.now = 100
    inner = TidePeak()
    TIDE.rise(200)
    assert inner.end() == 200
    assert outer.end() == 900


def test_what_came_before_does_not_count() -> None:
    TIDE.rise(900)
    TIDE.now = 100
    assert TidePeak().end() == 100


def test_measurements_of_many_threads_each_see_the_peak_they_shared() -> None:
    peaks, barrier = [], threading.Barrier(8)

    def measure() -> None:
        barrier.wait()
        peak = TidePeak()
        barrier.wait()
        TIDE.rise(500)
        barrier.wait()
        peaks.append(peak.end())

    threads = [threading.Thread(target=measure) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert peaks == [500] * 8


def test_one_that_never_ended_is_forgotten() -> None:
    TidePeak()
    gc.collect()
    assert len(TidePeak._running) == 0


def test_one_whose_mark_cannot_be_begun_anew_is_not_kept() -> None:
    with pytest.raises(OSError, match="read-only"):
        Broken()
    assert len(Broken._running) == 0


def test_kinds_know_only_their_own() -> None:
    assert TidePeak._running is not Silent._running


def test_a_mark_that_fell_silent_in_between_is_not_known() -> None:
    outer = Silent()
    Silent().end()
    assert outer.end() == Missing("it fell silent")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_lock_held_while_the_process_is_forked_holds_nobody_up_in_the_child() -> None:
    reader, writer = os.pipe()
    with TidePeak._lock:
        child = os.fork()
        if child == 0:
            try:
                TidePeak().end()
                os.write(writer, b"measured")
            finally:
                os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        assert told.read() == b"measured"
    os.waitpid(child, 0)
