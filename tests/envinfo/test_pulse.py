"""One thread for all that is sampled: there while it is needed, on time, and gone after."""

import itertools
import statistics
import threading
import time
from collections.abc import Iterator

import pytest

from colab_magics.envinfo.monitor import pulse as pulse_module
from colab_magics.envinfo.monitor.pulse import Pulse
from tests.waiting import soon


@pytest.fixture
def pulse() -> Iterator[Pulse]:
    pulse = Pulse()
    yield pulse
    for beat in list(pulse._due):
        pulse.remove(beat)
    pulse.rest()
    assert pulse.thread is None


class Drum:
    """Notes when it is beaten, for some time."""

    def __init__(self, period: float, work: float = 0.0) -> None:
        self.times: list[float] = []
        self.threads: set[threading.Thread] = set()
        self._period, self._work = period, work

    def beat(self) -> float:
        self.times.append(time.monotonic())
        self.threads.add(threading.current_thread())
        time.sleep(self._work)
        return self._period


def test_beats_come_at_once_and_then_in_their_period(pulse: Pulse) -> None:
    drum = Drum(0.3, work=0.25)
    pulse.add(drum.beat)
    time.sleep(2.1)
    pulse.remove(drum.beat)
    steps = [after - before for before, after in itertools.pairwise(drum.times)]
    assert statistics.median(steps) < 0.45  # the work does not make the period longer
    pulse.rest()
    count = len(drum.times)
    time.sleep(0.4)
    assert len(drum.times) == count


def test_the_first_beat_waits_for_no_period(pulse: Pulse) -> None:
    drum = Drum(60.0)
    pulse.add(drum.beat)
    assert soon(lambda: bool(drum.times))


def test_all_beats_share_one_daemon_thread(pulse: Pulse) -> None:
    drums = [Drum(0.02), Drum(0.05)]
    for drum in drums:
        pulse.add(drum.beat)
    assert soon(lambda: len(drums[0].times) > len(drums[1].times) > 2)
    threads = drums[0].threads | drums[1].threads
    assert threads == {pulse.thread}
    assert all(thread.daemon for thread in threads)


def test_the_thread_ends_with_the_last_beat_and_comes_back(pulse: Pulse) -> None:
    first, second = Drum(5.0), Drum(5.0)
    pulse.add(first.beat)
    pulse.add(second.beat)
    thread = pulse.thread
    assert thread is not None
    assert soon(lambda: bool(first.times and second.times))
    pulse.remove(first.beat)
    assert thread.is_alive()
    pulse.remove(second.beat)
    pulse.rest()
    assert not thread.is_alive()  # although it was waiting for five seconds
    pulse.add(first.beat)
    assert soon(lambda: len(first.times) == 2)


def test_a_beat_that_is_added_later_does_not_wait_for_a_slow_one(pulse: Pulse) -> None:
    slow, quick = Drum(60.0), Drum(60.0)
    pulse.add(slow.beat)
    assert soon(lambda: bool(slow.times))
    pulse.add(quick.beat)
    assert soon(lambda: bool(quick.times))


def test_what_was_missed_is_not_made_up_for(pulse: Pulse) -> None:
    late = Drum(0.05, work=0.2)
    pulse.add(late.beat)
    assert soon(lambda: len(late.times) > 3)
    pulse.remove(late.beat)
    steps = [after - before for before, after in itertools.pairwise(late.times)]
    assert min(steps) > 0.19


def test_a_beat_may_take_itself_away(pulse: Pulse) -> None:
    ended = threading.Event()

    def beat() -> float:
        pulse.remove(beat)
        ended.set()
        return 0.01

    pulse.add(beat)
    thread = pulse.thread
    assert ended.wait(20)
    if thread is not None:
        thread.join(20)
        assert not thread.is_alive()


def test_a_beat_that_raises_ends_nothing(pulse: Pulse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse_module, "_AFTER_A_FAULT", 0.05)
    calls: list[float] = []

    def fail() -> float:
        calls.append(time.monotonic())
        raise OSError("the page is gone")

    drum = Drum(0.05)
    pulse.add(fail)
    pulse.add(drum.beat)
    assert soon(lambda: len(calls) > 2 and len(drum.times) > 2)
    assert pulse.thread is not None
    assert pulse.thread.is_alive()


def test_adding_and_removing_many_times_leaves_no_thread(pulse: Pulse) -> None:
    before = threading.active_count()
    for _ in range(200):
        drum = Drum(1.0)
        pulse.add(drum.beat)
        pulse.remove(drum.beat)
    pulse.rest()
    assert threading.active_count() == before


def test_rest_does_not_wait_for_a_thread_that_is_needed(pulse: Pulse) -> None:
    drum = Drum(60.0)
    pulse.add(drum.beat)
    began = time.monotonic()
    pulse.rest(60.0)
    assert time.monotonic() - began < 30
