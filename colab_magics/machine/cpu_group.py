"""How many CPUs' time a control group gives; see https://docs.kernel.org/scheduler/sched-bwc.html."""

import os
from pathlib import Path

from colab_magics.machine.cgroup import Limit, bounds, find_groups, hierarchy, setting, whole
from colab_magics.machine.reading import Missing, Reading

_NO_QUOTA = Missing("no quota is set")


def usable_cpus(root: Path = Path("/")) -> float:
    """Say how many CPUs this process can keep busy: those that it may run on, or less by the quota of its groups."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quotas = bounds(hierarchy(find_groups(root), "cpu"), QUOTAS)
    return float(count) if isinstance(quotas, Missing) else min(count, quotas[0].limit.value)


def _quota_v1(folder: Path) -> Reading[Limit]:
    return _ratio(setting(folder, "cpu.cfs_quota_us"), setting(folder, "cpu.cfs_period_us"), "cpu.cfs_quota_us")


def _quota_v2(folder: Path) -> Reading[Limit]:
    line = setting(folder, "cpu.max")
    if isinstance(line, Missing):
        return line
    quota, _, period = line.partition(" ")
    return _ratio(quota, period or "100000", "cpu.max")


QUOTAS = {1: _quota_v1, 2: _quota_v2}


def _ratio(quota: Reading[str], period: Reading[str], source: str) -> Reading[Limit]:
    if isinstance(quota, Missing):
        return quota
    if quota in ("max", "-1"):
        return _NO_QUOTA
    if isinstance(period, Missing):
        return period
    microseconds, each = whole(quota), whole(period)
    if not microseconds or not each:
        return Missing(f"{source} holds no quota that can be read")
    return Limit(microseconds / each, source)
