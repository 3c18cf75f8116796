"""Progress in words, ten times a second at most."""

import pytest

from colab_magics.ingest.pace import Pace
from colab_magics.transfer.events import Progress

MB = 1 << 20


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def told() -> list[tuple[str, float | None]]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(told: list, clock: Clock) -> Pace:
    return Pace(lambda *phrase: told.append(phrase), clock)


def test_ten_times_a_second_and_always_the_last(pace: Pace, told: list, clock: Clock) -> None:
    for step in range(1, 1001):
        clock.now = step / 1000
        pace(Progress(step, 1000))
    assert len(told) == 11
    assert told[-1][1] == 1.0


def test_rate_and_time_left_come_when_they_mean_something(pace: Pace, told: list, clock: Clock) -> None:
    pace(Progress(MB, 100 * MB))
    clock.now = 10
    pace(Progress(50 * MB, 100 * MB))
    assert told == [("1.0 MB of 100 MB", 0.01), ("50.0 MB of 100 MB · 5.0 MB/s · 10 s left", 0.5)]


def test_an_unknown_length(pace: Pace, told: list, clock: Clock) -> None:
    clock.now = 2
    pace(Progress(4 * MB, None))
    assert told == [("4.0 MB · 2.0 MB/s", None)]


def test_another_try_starts_a_new_rate(pace: Pace, told: list, clock: Clock) -> None:
    pace(Progress(50 * MB, 100 * MB))
    clock.now = 60
    pace(Progress(0, None, "the server answered 503; trying again in 1.0 s"))
    pace(Progress(0, None, "the server answered 503; trying again in 2.0 s"))
    clock.now = 62
    pace(Progress(2 * MB, 4 * MB))
    assert [phrase for phrase, _ in told[1:]] == [
        "the server answered 503; trying again in 1.0 s",
        "the server answered 503; trying again in 2.0 s",
        "2.0 MB of 4.0 MB · 1.0 MB/s · 2.0 s left",
    ]


def test_which_of_several_files_it_is() -> None:
    told: list[tuple[str, float | None]] = []
    pace = Pace(lambda phase, ratio: told.append((phase, ratio)), clock=iter(range(100)).__next__)
    pace(Progress(2 * MB, 4 * MB, file=1, files=4))
    pace(Progress(MB, None, file=2, files=4))
    assert told[0] == ("file 2 of 4 · 2.0 MB of 4.0 MB · 2.0 MB/s · 1.0 s left", 0.375)
    assert told[1][0].startswith("file 3 of 4 · 1.0 MB")
    assert told[1][1] == 0.5
