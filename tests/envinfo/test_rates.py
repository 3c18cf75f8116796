"""Rates, clocks that jump and counters that begin anew: a gap, never a spike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colab_magics.envinfo.monitor.rates import FIRST, Flow, Rates, Stopwatch
from colab_magics.envinfo.reading import Missing


def test_a_rate_takes_two_readings() -> None:
    rates = Rates()
    assert rates.take(1.0, {"sda": (1000, 500)}) == FIRST
    assert rates.take(2.0, {"sda": (3000, 500)}) == Flow(1000.0, 0.0)


def test_devices_are_added_up() -> None:
    rates = Rates()
    rates.take(1.0, {"sda": (0, 0), "sdb": (0, 0)})
    assert rates.take(1.0, {"sda": (1, 2), "sdb": (10, 20)}) == Flow(11.0, 22.0)


def test_a_device_that_comes_or_goes_makes_no_spike() -> None:
    rates = Rates()
    rates.take(1.0, {"sda": (100, 0)})
    assert rates.take(1.0, {"sda": (101, 0), "usb": (10**12, 10**12)}) == Flow(1.0, 0.0)
    assert rates.take(1.0, {"usb": (10**12 + 5, 10**12)}) == Flow(5.0, 0.0)


def test_a_counter_that_wraps_or_begins_anew_makes_a_gap() -> None:
    rates = Rates()
    rates.take(1.0, {"eth0": (2**32 - 10, 7)})
    assert rates.take(1.0, {"eth0": (90, 7)}) == Missing("a device began to count anew")
    assert rates.take(1.0, {"eth0": (100, 7)}) == Flow(10.0, 0.0)


def test_a_reading_that_fails_makes_a_gap_before_and_after_it() -> None:
    rates, lost = Rates(), Missing("it is gone")
    rates.take(1.0, {"sda": (0, 0)})
    assert rates.take(1.0, lost) == lost
    assert rates.take(1.0, {"sda": (10**9, 0)}) == lost
    assert rates.take(1.0, {"sda": (10**9 + 1, 0)}) == Flow(1.0, 0.0)


@given(st.lists(st.tuples(st.integers(0, 2**64), st.integers(0, 2**64)), min_size=2, max_size=20))
def test_no_counter_makes_a_negative_rate(counters: list[tuple[int, int]]) -> None:
    rates = Rates()
    flows = [rates.take(1.0, {"sda": counts}) for counts in counters]
    assert all(flow.inward >= 0 and flow.outward >= 0 for flow in flows if isinstance(flow, Flow))


def test_the_time_between_two_readings() -> None:
    watch = Stopwatch()
    assert watch.split(100.0, 1e9) == FIRST
    assert watch.split(101.5, 1e9 + 1.5) == 1.5


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_clock_that_jumps_makes_a_gap(jump: float) -> None:
    watch = Stopwatch()
    watch.split(100.0, 1e9)
    assert watch.split(101.0, 1e9 + 1 + jump) == Missing("the clock jumped: the machine slept, or its time was set")
    assert watch.split(102.0, 1e9 + 2 + jump) == 1.0


def test_a_kernel_that_was_held_up_makes_a_gap() -> None:
    watch = Stopwatch()
    watch.split(100.0, 1e9)
    assert watch.split(112.0, 1e9 + 12) == Missing("no reading was taken for 12 s: this kernel was held up")


def test_no_time_at_all_is_no_division_by_zero() -> None:
    watch = Stopwatch()
    watch.split(100.0, 1e9)
    assert watch.split(100.0, 1e9) == FIRST
