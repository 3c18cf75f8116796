"""The monitor: when it samples, when it stops by itself, and what it leaves."""

import threading
import time

import pytest
from envinfo.monitors import HandPulse, Script, scripted

from colab_magics.envinfo.monitor.pulse import Pulse
from colab_magics.envinfo.monitor.sample import Sample
from colab_magics.envinfo.monitor.watch import Monitor


def test_it_samples_once_a_second_and_keeps_five_minutes() -> None:
    monitor, pulse = scripted()
    monitor.resume()
    assert monitor.phase == "running"
    assert len(monitor.samples) == 1  # at once, so that there is something to show
    pulse.go_on(2)
    assert [sample.tick for sample in monitor.samples] == [1001, 1002, 1003]
    monitor.seen()
    pulse.go_on(400)
    assert len(monitor.samples) == 300
    assert monitor.samples[-1].tick == 1403


def test_listeners_hear_each_sample_and_each_change() -> None:
    monitor, pulse = scripted()
    heard: list[Sample | None] = []
    undo = monitor.listen(heard.append)
    monitor.resume()
    pulse.go_on(2)
    monitor.stop()
    assert [None if sample is None else sample.tick for sample in heard] == [None, 1002, 1003, None]
    undo()
    undo()
    monitor.resume()
    assert len(heard) == 4


def test_stopping_gives_the_sampler_back_and_resuming_takes_a_new_one() -> None:
    monitor, pulse = scripted()
    monitor.resume()
    sampler = monitor._sampler
    assert isinstance(sampler, Script)
    monitor.stop()
    monitor.stop()
    assert sampler.is_closed
    assert monitor.phase == "stopped"
    assert pulse.beats == []
    monitor.resume()
    monitor.resume()
    assert len(pulse.beats) == 1
    assert len(monitor.samples) == 2  # what was there before stays


def test_nobody_looks_for_ten_minutes() -> None:
    monitor, pulse = scripted()
    monitor.resume()
    pulse.go_on(590)
    monitor.seen()
    pulse.go_on(600)
    assert monitor.phase == "running"
    pulse.go_on(1)
    assert monitor.phase == "unseen"
    assert pulse.beats == []
    monitor.resume()
    pulse.go_on(600)
    assert monitor.phase == "running"


def test_the_time_of_running_cells_does_not_count() -> None:
    busy = [True]
    monitor, pulse = scripted(lambda: busy[0])
    monitor.resume()
    pulse.go_on(5000)
    assert monitor.phase == "running"
    busy[0] = False
    pulse.go_on(600)
    assert monitor.phase == "running"
    pulse.go_on(1)
    assert monitor.phase == "unseen"


def test_the_phase_says_why_it_stopped() -> None:
    monitor, _ = scripted()
    monitor.resume()
    monitor.stop("ended")
    assert monitor.phase == "ended"
    monitor.stop()
    assert monitor.phase == "ended"


def test_a_listener_that_fails_is_told_no_more_and_harms_nobody() -> None:
    monitor, pulse = scripted()
    heard: list[Sample | None] = []

    def fail(_: Sample | None) -> None:
        raise RuntimeError("the page is gone")

    monitor.listen(fail)
    monitor.listen(heard.append)
    monitor.resume()
    pulse.go_on(1)
    assert len(heard) == 2
    assert monitor.fault == "RuntimeError: the page is gone"


def test_a_listener_that_ends_itself_and_then_fails_harms_nobody() -> None:
    pulse = Pulse()
    monitor = Monitor(make_sampler=Script, pulse=pulse)
    heard: list[Sample | None] = []

    def fail(_: Sample | None) -> None:
        undo()
        raise OSError("the page is gone")

    undo = monitor.listen(fail)
    monitor.listen(heard.append)
    monitor.resume()
    assert heard == [None]
    assert monitor.fault == "OSError: the page is gone"
    monitor.stop()


@pytest.mark.parametrize("way", ["stop", "listener"])
def test_a_real_thread_ends(way: str) -> None:
    pulse = Pulse()
    monitor = Monitor(make_sampler=Script, pulse=pulse)
    if way == "listener":
        monitor.listen(lambda sample: monitor.stop() if sample is not None else None)
    monitor.resume()
    thread = pulse.thread
    assert thread is not None
    if way == "stop":
        monitor.stop()
        assert not thread.is_alive()
    else:
        thread.join(5)  # stopped from within the thread itself
        assert not thread.is_alive()
    assert monitor.phase == "stopped"


def test_many_threads_may_start_and_stop_it() -> None:
    pulse = Pulse()
    monitor = Monitor(make_sampler=Script, pulse=pulse)

    def play() -> None:
        for _ in range(50):
            monitor.resume()
            monitor.seen()
            monitor.stop()

    players = [threading.Thread(target=play) for _ in range(4)]
    began = time.monotonic()
    for player in players:
        player.start()
    for player in players:
        player.join()
    assert time.monotonic() - began < 20
    monitor.stop()
    assert monitor.phase == "stopped"
    assert monitor._sampler is None
    assert pulse._due == {}
    assert pulse.thread is None or not pulse.thread.is_alive()


def test_hand_and_real_pulse_are_used_the_same_way() -> None:
    monitor, pulse = scripted()
    assert isinstance(pulse, HandPulse)
    monitor.stop()  # before anything began
    assert monitor.phase == "stopped"
