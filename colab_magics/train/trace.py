"""A line of any number of points, kept as few that draw the same picture."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Point = tuple[float, Mapping[str, float]]
    """A place on the axis of time, and the metrics there."""

MOST = 400
"""Points that are kept, with a few of the newest: a chart has not many more pixels."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Points in their order, thinned evenly: of each stretch those with the lowest and the highest loss."""

    settled: tuple[Point, ...] = ()
    recent: tuple[Point, ...] = ()
    """What is kept of the stretch that is not full."""
    count: int = 0
    """Points of that stretch, of ``width``."""
    width: int = 2
    newest: tuple[Point, ...] = ()
    """The last point, which is always shown."""

    @property
    def points(self) -> tuple[Point, ...]:
        kept = (*self.settled, *self.recent)
        return kept if kept[-1:] == self.newest else (*kept, *self.newest)

    def add(self, point: Point) -> Trace:
        """The line with one more point, beyond all others."""
        recent = _extremes((*self.recent, point))
        if self.count + 1 < self.width:
            return replace(self, recent=recent, count=self.count + 1, newest=(point,))
        settled, width = (*self.settled, *recent), self.width
        if len(settled) > MOST:
            settled = tuple(itertools.chain(*(_extremes(settled[at : at + 4]) for at in range(0, len(settled), 4))))
            width *= 2
        return Trace(settled, (), 0, width, (point,))

    def moved(self, place: Callable[[float], float]) -> Trace:
        """The line with each point at another place."""
        settled, recent, newest = (
            tuple((place(at), logs) for at, logs in part) for part in (self.settled, self.recent, self.newest)
        )
        return replace(self, settled=settled, recent=recent, newest=newest)


NOTHING = Trace()


def _extremes(points: tuple[Point, ...]) -> tuple[Point, ...]:
    if len(points) <= 2:
        return points
    places = {min(range(len(points)), key=heights.__getitem__) for heights in _heights(points)}
    return tuple(points[place] for place in sorted(places))


def _heights(points: tuple[Point, ...]) -> tuple[list[float], list[float]]:
    """The loss of each, and its negative; what is no number is above all, for it must be seen."""
    losses = [next(iter(logs.values()), 0.0) for _, logs in points]
    heights = [math.inf if math.isnan(loss) else loss for loss in losses]
    return heights, [-height for height in heights]
