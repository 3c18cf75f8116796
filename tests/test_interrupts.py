"""Interrupts, sent to this very process."""

import signal
import threading
from collections.abc import Callable

import pytest

from colab_magics import interrupts


def interrupt(times: int = 1) -> None:
    for _ in range(times):
        signal.raise_signal(signal.SIGINT)


def hold(work: Callable[[], object]) -> None:
    with interrupts.held():
        work()


def test_an_interrupt_is_held_until_the_end() -> None:
    before, reached = signal.getsignal(signal.SIGINT), []
    with pytest.raises(KeyboardInterrupt):
        hold(lambda: (interrupt(2), reached.append("end")))
    assert reached == ["end"]
    assert signal.getsignal(signal.SIGINT) is before


def test_without_an_interrupt_nothing_happens() -> None:
    with interrupts.held():
        pass


def test_an_exception_goes_before_a_held_interrupt() -> None:
    with pytest.raises(ZeroDivisionError):
        hold(lambda: (interrupt(), 1 / 0))


def test_one_inside_another() -> None:
    asked: list[bool] = []
    with interrupts.first_asks(lambda: asked.append(True)), interrupts.held():
        interrupt()
        assert asked == []
    assert asked == [True]


def test_the_first_asks_and_the_second_interrupts() -> None:
    asked: list[bool] = []
    with interrupts.first_asks(lambda: asked.append(True)):
        interrupt()
        assert asked == [True]
        with pytest.raises(KeyboardInterrupt):
            interrupt()


def test_another_thread_changes_nothing() -> None:
    before, seen = signal.getsignal(signal.SIGINT), []

    def look() -> None:
        with interrupts.held(), interrupts.first_asks(lambda: None):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [before]
