"""The CPUs: how many there are, and how many of them this process may use."""

import os
from dataclasses import dataclass
from pathlib import Path

from colab_magics.envinfo.probes.cgroup import Limit, bound
from colab_magics.envinfo.reading import Missing, Reading, text


@dataclass(frozen=True, slots=True)
class Cpu:
    """The logical CPUs of the machine, how many of them this process may run on, and how many CPUs' time it gets."""

    model: Reading[str]
    count: int
    affinity: Reading[int]
    quota: Reading[Limit]

    @property
    def usable(self) -> float:
        """How many CPUs this process can keep busy: the least of machine, affinity and quota."""
        affinity = self.count if isinstance(self.affinity, Missing) else self.affinity
        quota = self.count if isinstance(self.quota, Missing) else self.quota.value
        return min(self.count, affinity, quota)


def read_cpu(root: Path, count: int, affinity: Reading[int]) -> Cpu:
    """Read model and quota from the file system ``root``; ``count`` and ``affinity`` are what `counts` told."""
    return Cpu(_model(root), count, affinity, _quota(root))


def counts() -> tuple[int, Reading[int]]:
    """Ask the system how many logical CPUs there are, and on how many this process may run (its cpuset counts in)."""
    count = os.cpu_count() or 1
    if not hasattr(os, "sched_getaffinity"):
        return count, Missing("this system does not tell on which CPUs a process may run")
    return count, len(os.sched_getaffinity(0))


def _quota(root: Path) -> Reading[Limit]:
    found = bound("cpu", root, {1: _quota_v1, 2: _quota_v2})
    return found if isinstance(found, Missing) else found.limit


def _quota_v1(folder: Path) -> Reading[Limit]:
    return _ratio(text(folder / "cpu.cfs_quota_us"), text(folder / "cpu.cfs_period_us"), "cpu.cfs_quota_us")


def _quota_v2(folder: Path) -> Reading[Limit]:
    line = text(folder / "cpu.max")
    if isinstance(line, Missing):
        return line
    quota, _, period = line.partition(" ")
    return _ratio(quota, period or "100000", "cpu.max")


def _ratio(quota: Reading[str], period: Reading[str], source: str) -> Reading[Limit]:
    for part in (quota, period):
        if isinstance(part, Missing):
            return part
    if quota in ("max", "-1"):
        return Missing("no quota is set")
    try:
        cpus = int(str(quota)) / int(str(period))
    except (ValueError, ZeroDivisionError):
        cpus = 0.0
    return Limit(cpus, source) if cpus > 0 else Missing(f"{source} holds no quota that can be read")


def _model(root: Path) -> Reading[str]:
    # Its first lines only: the kernel writes the file as it is read, and asks every CPU for its frequency.
    lines = text(root / "proc/cpuinfo", size=4096)
    if isinstance(lines, Missing):
        return lines
    for line in lines.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name" and value.strip():
            return " ".join(value.split())
    return Missing("this kind of CPU has no name in /proc/cpuinfo")
