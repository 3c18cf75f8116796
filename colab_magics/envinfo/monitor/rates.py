"""From counters that only grow to bytes per second."""

from collections.abc import Mapping
from dataclasses import dataclass

from colab_magics.envinfo.reading import Missing, Reading

FIRST = Missing("a rate takes two readings")
LONGEST = 5.0
"""Seconds between two readings, above which what was counted between them is no rate of now."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Bytes per second in and out: read and written, or received and sent."""

    inward: float
    outward: float


Counters = Mapping[str, tuple[int, int]]
"""Bytes in and out so far, for each device."""


class Stopwatch:
    """Tells the time between two readings, or why it means nothing."""

    def __init__(self) -> None:
        self._before: tuple[float, float] | None = None

    def split(self, steady: float, wall: float) -> Reading[float]:
        """Seconds since the last call; ``steady`` is a clock that is never set, ``wall`` the one that people read."""
        before, self._before = self._before, (steady, wall)
        if before is None:
            return FIRST
        passed, passed_on_the_wall = steady - before[0], wall - before[1]
        # While a laptop sleeps the steady clock of most systems stands still, and the wall's goes on.
        if abs(passed_on_the_wall - passed) > LONGEST:
            return Missing("the clock jumped: the machine slept, or its time was set")
        if passed > LONGEST:
            return Missing(f"no reading was taken for {passed:.0f} s: this kernel was held up")
        return passed if passed > 0 else FIRST


class Rates:
    """Bytes per second over all devices; a device that comes, goes or begins to count anew makes no spike."""

    def __init__(self) -> None:
        self._before: Reading[Counters] = FIRST

    def take(self, passed: Reading[float], counters: Reading[Counters]) -> Reading[Flow]:
        """Give the flow since the last call, ``passed`` seconds ago."""
        before, self._before = self._before, counters
        if isinstance(counters, Missing):
            return counters
        if isinstance(before, Missing):
            return before
        if isinstance(passed, Missing):
            return passed
        return _flow(passed, before, counters)


def _flow(passed: float, before: Counters, after: Counters) -> Reading[Flow]:
    pairs = [(before[name], counts) for name, counts in after.items() if name in before]
    inward = sum(new[0] - old[0] for old, new in pairs)
    outward = sum(new[1] - old[1] for old, new in pairs)
    if any(new[0] < old[0] or new[1] < old[1] for old, new in pairs):
        return Missing("a device began to count anew")
    return Flow(inward / passed, outward / passed)
