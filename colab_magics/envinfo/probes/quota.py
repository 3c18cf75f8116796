"""The CPU quota: how many CPUs' time the control groups give, and how long they made this process wait for it.

See https://docs.kernel.org/scheduler/sched-bwc.html.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.cgroup import (
    Bound,
    Hierarchy,
    Limit,
    bounds,
    entry,
    find_groups,
    hierarchy,
    setting,
)
from colab_magics.machine.cpu_group import QUOTAS

_UNREAD = Missing("it was not read")
# The name of the line in cpu.stat and cpu.stat.local, and how many of its units make a second.
_WAITED = {1: ("throttled_time", 1e9), 2: ("throttled_usec", 1e6)}


class Throttling(NamedTuple):
    """What the quota did since the group was made.

    ``seconds`` that CPUs stood still, all CPUs together. ``throttled`` is the number of periods (most often of 0.1 s)
    in which the quota was used up, of all ``periods`` in which the group had work.
    """

    seconds: Reading[float] = _UNREAD
    periods: Reading[int] = _UNREAD
    throttled: Reading[int] = _UNREAD


def read_quota(groups: Reading[Hierarchy]) -> tuple[Reading[Limit], Throttling]:
    """Read the lowest quota of the own group and its ancestors, in CPUs, and what it did.

    ``groups`` are those of "cpu".
    """
    found = bounds(groups, QUOTAS)
    seconds = _seconds_reader(groups, found)()
    if isinstance(found, Missing):
        return found, Throttling(seconds, found, found)
    stat = setting(found[0].folder, "cpu.stat")
    return found[0].limit, Throttling(seconds, _count(stat, "nr_periods"), _count(stat, "nr_throttled"))


def find_throttle(root: Path = Path("/")) -> Callable[[], Reading[float]]:
    """Find where the throttled seconds stand, and return what reads them: cheap, for it may be asked often.

    They only grow, so that a difference of two readings is the wait between them, all CPUs together. Since Linux 6.6
    cpu.stat.local of the own group tells it best: it counts the quotas of all ancestors, and only while this group had
    work. Before, it is cpu.stat of the group with the lowest quota, for that of a group below it stays at 0.
    """
    groups = hierarchy(find_groups(root), "cpu")
    return _seconds_reader(groups, bounds(groups, QUOTAS))


def throttled_seconds(root: Path = Path("/")) -> Reading[float]:
    """Read how many seconds CPUs stood still for the quota, all CPUs together, since the group was made."""
    return find_throttle(root)()


def _seconds_reader(groups: Reading[Hierarchy], found: Reading[tuple[Bound, ...]]) -> Callable[[], Reading[float]]:
    if isinstance(groups, Missing):
        return lambda: groups
    name, unit = _WAITED[groups.version]
    folder, file = groups.folders[0], "cpu.stat.local"
    if groups.gap or isinstance(_count(setting(folder, file), name), Missing):
        if isinstance(found, Missing):
            return lambda: found
        folder, file = found[0].folder, "cpu.stat"

    def read() -> Reading[float]:
        count = _count(setting(folder, file), name)
        return count if isinstance(count, Missing) else count / unit

    return read


def _count(stat: Reading[str], name: str) -> Reading[int]:
    if isinstance(stat, Missing):
        return stat
    count = entry(stat, name)
    return Missing(f"cpu.stat has no line {name}") if count is None else count
