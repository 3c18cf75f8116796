"""Readings that may take their time."""

import threading
import time

from colab_magics.envinfo.monitor.feed import Feed
from colab_magics.envinfo.reading import Missing
from tests.waiting import soon


def wait_for(thread: threading.Thread) -> None:
    thread.join(2)
    assert not thread.is_alive()


def test_the_newest_reading_is_kept_and_taken_again() -> None:
    numbers = iter(range(1000))
    feed = Feed(lambda: next(numbers), 0.02, "the counter")
    assert soon(lambda: isinstance(reading := feed.read(), int) and reading > 3)
    feed.close()
    wait_for(feed.thread)


def test_what_hangs_keeps_nobody_waiting_and_is_told() -> None:
    answer = threading.Event()

    def take() -> int:
        answer.wait(30)
        return 7

    feed = Feed(take, 0.1, "the network drive")
    began = time.monotonic()
    assert feed.read() == Missing("the network drive is being asked")
    assert time.monotonic() - began < 15
    assert soon(lambda: feed.read() == Missing("the network drive has not answered for 1 s"))
    feed.close()  # does not wait, either
    assert time.monotonic() - began < 25
    answer.set()
    wait_for(feed.thread)
    assert feed.read() == 7


def test_closing_ends_a_long_wait() -> None:
    feed = Feed(lambda: 1, 3600.0, "the disk")
    time.sleep(0.05)
    feed.close()
    wait_for(feed.thread)
