"""The CPUs: how many there are, and how many of them this process may use."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.probes.processor import read_processor
from colab_magics.envinfo.probes.quota import (
    Throttling,
    find_throttle,
    read_quota,
    throttled_seconds,
)
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.cgroup import Groups, Hierarchy, Limit, find_groups, hierarchy, setting, whole

__all__ = ["Cpu", "Throttling", "counts", "find_throttle", "read_cpu", "throttled_seconds"]


_UNREAD = Missing("it was not read")


class Cpu(NamedTuple):
    """The logical CPUs of the machine, how many of them this process may run on, and how many CPUs' time it gets.

    ``cpuset`` is the number of CPUs that the control group may run on; ``affinity`` counts it in.
    """

    model: Reading[str]
    count: int  # type: ignore[assignment]  # nobody counts in it as in a tuple
    affinity: Reading[int]
    quota: Reading[Limit]
    cpuset: Reading[Limit] = _UNREAD
    throttling: Throttling = Throttling()

    @property
    def usable(self) -> float:
        """How many CPUs this process can keep busy: the least of machine, affinity, cpuset and quota."""
        affinity = self.count if isinstance(self.affinity, Missing) else self.affinity
        limits = (limit.value for limit in (self.quota, self.cpuset) if isinstance(limit, Limit))
        return min(self.count, affinity, *limits)

    @property
    def binding(self) -> str:
        """Which rule makes it so: "machine", "quota", "cpuset" or "affinity"; of equal ones the first of these."""
        usable = self.usable
        if usable == self.count:
            return "machine"
        if isinstance(self.quota, Limit) and self.quota.value == usable:
            return "quota"
        return "cpuset" if isinstance(self.cpuset, Limit) and self.cpuset.value == usable else "affinity"


def read_cpu(
    root: Path,
    count: int,
    affinity: Reading[int],
    groups: Reading[Groups] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Cpu:
    """Read model and limits from the file system ``root``; ``count`` and ``affinity`` are what `counts` told.

    ``groups`` where they were found before.
    """
    groups = groups or find_groups(root)
    quota, throttling = read_quota(hierarchy(groups, "cpu"))
    return Cpu(
        read_processor(root, environ),
        count,
        affinity,
        quota,
        _cpuset(hierarchy(groups, "cpuset")),
        throttling,
    )


def counts() -> tuple[int, Reading[int]]:
    """Ask the system how many logical CPUs there are, and on how many this process may run (its cpuset counts in)."""
    count = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return count, len(os.sched_getaffinity(0))
    import psutil

    process = psutil.Process()
    if not hasattr(process, "cpu_affinity"):
        return count, Missing("this system does not tell on which CPUs a process may run")
    try:
        return count, len(process.cpu_affinity())
    except (psutil.Error, OSError) as error:
        return count, Missing(f"this system does not tell on which CPUs a process may run ({type(error).__name__})")


def _cpuset(groups: Reading[Hierarchy]) -> Reading[Limit]:
    """Count the CPUs of the nearest group that lists them; its list is already cut down to what its parents have."""
    if isinstance(groups, Missing):
        return groups
    names = ("cpuset.effective_cpus", "cpuset.cpus") if groups.version == 1 else ("cpuset.cpus.effective",)
    for folder in groups.folders:
        for name in names:
            line = setting(folder, name)
            if not isinstance(line, Missing) and line:
                size = _list_length(line)
                return Limit(size, name) if size else Missing(f"{name} holds no list of CPUs")
    return Missing(f"no control group of this process has {names[0]}")


def _list_length(line: str) -> int:
    """Count the CPUs of a list such as ``0-2,16``, as cpuset(7) describes it; 0 where it is none."""
    cpus: set[int] = set()
    for part in line.split(","):
        first, _, last = part.strip().partition("-")
        begin, end = whole(first), whole(last or first)
        # No kernel has more CPUs than this; a damaged file must not fill the memory.
        if begin is None or end is None or not begin <= end < 65536:
            return 0
        cpus.update(range(begin, end + 1))
    return len(cpus)
