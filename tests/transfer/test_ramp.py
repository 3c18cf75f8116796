"""More connections, as long as they pay."""

from collections.abc import Callable

from colab_magics.transfer.ramp import Ramp


def connections_after(seconds: float, rate: Callable[[int], float], first_byte: float = 0.05) -> int:
    """Run a ramp for so long on a line that brings ``rate(connections)`` bytes a second."""
    done, now, ramp = 0.0, 0.0, Ramp(first_byte, 0.0, 0)
    while now < seconds:
        now += 0.01
        done += 0.01 * rate(ramp.connections)
        ramp.look(now, int(done))
    return ramp.connections


def test_a_line_with_a_rate_for_each_connection_gets_all() -> None:
    assert connections_after(0.5, lambda connections: connections * 25e6) == 16


def test_a_line_that_one_connection_fills_keeps_one() -> None:
    assert connections_after(2, lambda connections: 100e6) == 1


def test_a_server_that_parts_cost_more_keeps_one() -> None:
    assert connections_after(2, lambda connections: 100e6 / connections) == 1


def test_a_line_that_four_fill_keeps_four() -> None:
    assert connections_after(2, lambda connections: min(connections, 4) * 25e6) == 4


def test_nothing_is_decided_before_it_was_measured() -> None:
    assert connections_after(0.09, lambda connections: connections * 25e6) == 1
