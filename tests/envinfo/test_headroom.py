"""How near code came to the memory's limit."""

import pytest

from colab_magics.envinfo.costs.headroom import Headroom, HeadroomWatch
from colab_magics.envinfo.reading import Missing, Reading
from tests.waiting import soon


class Scripted:
    """A gauge that tells one reading after another, and the last one for ever."""

    def __init__(self, *used: Reading[int], usable: Reading[int] = 1000) -> None:
        self.used, self.usable = list(used), usable

    def read(self) -> tuple[Reading[int], Reading[int]]:
        return (self.used.pop(0) if len(self.used) > 1 else self.used[0]), self.usable


def watch(*used: Reading[int], rise: Reading[int], usable: Reading[int] = 1000, **told: bool) -> Reading[Headroom]:
    return HeadroomWatch(Scripted(*used, usable=usable), samples=False).end(rise, "memory.max", **told)


def test_what_was_read_at_the_end_where_no_spike_lay_higher() -> None:
    assert watch(300, 700, rise=200) == Headroom(700, 1000, "memory.max", "read at the start and at the end")


def test_a_spike_between_two_readings_is_put_in() -> None:
    room = watch(300, 310, rise=520)
    assert room == Headroom(820, 1000, "memory.max", "estimate: in use at the start, and this process's rise")
    assert isinstance(room, Headroom)
    assert (room.share, room.left) == (0.82, 180)


def test_an_estimate_never_passes_the_limit() -> None:
    room = watch(900, 900, rise=500)
    assert isinstance(room, Headroom)
    assert (room.used, room.share, room.left) == (1000, 1.0, 0)


def test_more_than_the_limit_was_read() -> None:
    room = watch(1100, rise=0)
    assert isinstance(room, Headroom)
    assert (room.share, room.left) == (1.0, 0)


def test_resident_memory_says_nothing_about_addresses() -> None:
    room = watch(300, 310, rise=520, is_fatal=False)
    assert room == Headroom(310, 1000, "memory.max", "read at the start and at the end", is_fatal=False)


@pytest.mark.parametrize(
    ("used", "usable", "reason"),
    [
        ((Missing("memory.stat cannot be read"),), 1000, "memory.stat cannot be read"),
        ((300,), Missing("meminfo has no line MemTotal"), "meminfo has no line MemTotal"),
    ],
)
def test_what_is_not_told_has_a_reason(used: tuple[Reading[int], ...], usable: Reading[int], reason: str) -> None:
    assert watch(*used, rise=5, usable=usable) == Missing(reason)


def test_a_rise_that_is_not_known_leaves_the_readings() -> None:
    assert watch(300, 400, rise=Missing("?")) == Headroom(400, 1000, "memory.max", "read at the start and at the end")


def test_a_gauge_that_falls_silent_takes_nothing_back() -> None:
    room = watch(300, Missing("gone"), rise=100)
    assert isinstance(room, Headroom)
    assert room.used == 400


def test_many_readings_see_what_other_processes_took_meanwhile() -> None:
    gauge = Scripted(300, 950, 310)
    watched = HeadroomWatch(gauge, samples=True)
    assert soon(lambda: len(gauge.used) <= 1)
    assert watched.end(0, "memory.max") == Headroom(950, 1000, "memory.max", "sampled, 20 times a second")


def test_a_limit_of_nothing_is_reached() -> None:
    assert Headroom(0, 0, "memory.max", "read").share == 1.0
