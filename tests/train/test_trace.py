"""Lines of any number of points."""

import itertools
import json
import math

import pytest

from colab_magics.train.trace import MOST, NOTHING, Trace


def traced(losses: list[float]) -> Trace:
    trace = NOTHING
    for number, loss in enumerate(losses):
        trace = trace.add((number, {"loss": loss}))
    return trace


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, MOST])
def test_few_points_are_all_kept(count: int) -> None:
    losses = [(7 * number) % 11 / 10 for number in range(count)]
    assert [logs["loss"] for _, logs in traced(losses).points] == losses


def test_many_points_are_few_that_lie_evenly_and_keep_the_peaks() -> None:
    count = 100_000
    losses = [1 + math.sin(number / 3000) / 10 + number % 7 / 1000 for number in range(count)]
    losses[31_234], losses[77_777] = 9.0, -9.0
    points = traced(losses).points
    assert MOST / 3 < len(points) <= MOST + 5
    places = [at for at, _ in points]
    assert (places[0] < count / 100, places[-1]) == (True, count - 1)
    assert max(after - before for before, after in itertools.pairwise(places)) < count / 50
    assert places == sorted({*places})
    assert {31_234, 77_777} <= {*places}
    assert len(json.dumps(points)) < 50_000


def test_what_is_no_number_is_kept_and_what_never_changes_has_few_points() -> None:
    losses = [1.0] * 5000
    losses[1234] = math.nan
    points = traced(losses).points
    assert any(math.isnan(logs["loss"]) for _, logs in points)
    assert (points[0][0], points[-1][0]) == (0, 4999)
    assert len(points) <= MOST + 5


def test_metrics_need_not_be_there() -> None:
    trace = NOTHING
    for number in range(1000):
        trace = trace.add((number, {}))
    assert trace.points[-1] == (999, {})


def test_points_are_moved_together() -> None:
    assert [at for at, _ in traced([1.0, 2.0, 3.0]).moved(lambda at: 2 * at).points] == [0, 2, 4]
