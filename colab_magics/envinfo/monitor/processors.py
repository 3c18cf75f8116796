"""How many CPUs are busy, of those that this process may use."""

import os
from pathlib import Path

from colab_magics.envinfo.monitor.rates import FIRST
from colab_magics.envinfo.reading import Missing, Reading, is_there
from colab_magics.envinfo.words import cpus
from colab_magics.machine.cgroup import Bound, Hierarchy, find_groups, hierarchy, whole
from colab_magics.machine.cpu_group import QUOTAS
from colab_magics.machine.livefile import LiveFile

_IDLE = slice(3, 5)
"""Idle, and waiting for a disk: two columns of a line of /proc/stat; see proc_stat(5)."""
_COUNTED = 8  # what guests use is in "user" already


class GroupProcessors:
    """The CPU time that the group with the quota has used, as the kernel holds it against that quota."""

    def __init__(self, file: Path, unit: float, quota: float) -> None:
        self.usable, self.source = quota, f"of this container's quota of {cpus(quota)}"
        self._file, self._unit = LiveFile(file), unit
        self._before: Reading[int] = FIRST

    def read(self, passed: Reading[float]) -> Reading[float]:
        """CPUs that were busy since the last reading, ``passed`` seconds ago."""
        before, self._before = self._before, self._used()
        for needed in (self._before, before, passed):
            if isinstance(needed, Missing):
                return needed
        return _busy((self._before - before) * self._unit / passed)  # type: ignore[operator]

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def _used(self) -> Reading[int]:
        text = self._file.read()
        if isinstance(text, Missing):
            return text
        # One number in version 1, and in version 2 the line of that name, which is the first.
        used = whole(text.partition("\n")[0].removeprefix("usage_usec").strip())
        return Missing("the control group tells no CPU time") if used is None else used


class MachineProcessors:
    """The time that the CPUs on which this process may run were not idle, whoever used them."""

    def __init__(self, root: Path, numbers: frozenset[int], count: int) -> None:
        self.usable = float(len(numbers))
        self.source = (
            f"of this machine's {cpus(count)}" if len(numbers) == count
            else f"of the {cpus(len(numbers))} that this process may run on"
        )  # fmt: skip
        self._file = LiveFile(root / "proc/stat")
        self._names = frozenset(f"cpu{number}" for number in numbers)
        self._before: Reading[tuple[int, int]] = FIRST

    def read(self, passed: Reading[float]) -> Reading[float]:
        """CPUs that were busy since the last reading, ``passed`` seconds ago."""
        before, self._before = self._before, self._ticks()
        for needed in (self._before, before, passed):
            if isinstance(needed, Missing):
                return needed
        (idle, total), (idle_now, total_now) = before, self._before  # type: ignore[misc]
        if total_now <= total:
            return Missing("this system does not count what its CPUs do")
        return _busy(self.usable * (1 - (idle_now - idle) / (total_now - total)))

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def _ticks(self) -> Reading[tuple[int, int]]:
        """Add up the idle and all ticks of our CPUs."""
        lines = self._file.read()
        if isinstance(lines, Missing):
            return lines
        idle = total = 0
        for line in lines.splitlines():
            if not line.startswith("cpu"):
                break  # they come first, and what follows is long
            name, *words = line.split()
            if name in self._names:
                ticks = [int(word) for word in words[:_COUNTED] if word.isdecimal()]
                idle += sum(ticks[_IDLE])
                total += sum(ticks)
        return (idle, total) if total else Missing("this system does not count what its CPUs do")


def processors(root: Path) -> GroupProcessors | MachineProcessors:
    """Find who tells best: the group whose quota binds, or else the machine."""
    count = os.cpu_count() or 1
    numbers = (
        frozenset(os.sched_getaffinity(os.getpid())) if hasattr(os, "sched_getaffinity") else frozenset(range(count))
    )
    limits, uses = (hierarchy(find_groups(root), controller) for controller in ("cpu", "cpuacct"))
    quotas = limits if isinstance(limits, Missing) else limits.bounds(QUOTAS)
    if not isinstance(quotas, Missing) and quotas[0].limit.value < len(numbers):
        file = _usage_file(quotas[0], limits, uses)
        if file is not None:
            return GroupProcessors(file, 1e-9 if quotas[0].version == 1 else 1e-6, quotas[0].limit.value)
    return MachineProcessors(root, numbers, count)


def _usage_file(quota: Bound, limits: Reading[Hierarchy], uses: Reading[Hierarchy]) -> Path | None:
    """Find where the used CPU time of the group with the quota stands.

    In version 1 quota and use may be in two hierarchies, and then tell of the same group only where it has the same
    path in both.
    """
    if quota.version == 2:
        return quota.folder / "cpu.stat"
    together = quota.folder / "cpuacct.usage"
    if is_there(together):
        return together
    if isinstance(limits, Missing) or isinstance(uses, Missing) or limits.gap or uses.gap:
        return None
    top, other_top = limits.folders[-1], uses.folders[-1]
    if limits.folders[0].relative_to(top) != uses.folders[0].relative_to(other_top):
        return None
    return other_top / quota.folder.relative_to(top) / "cpuacct.usage"


def _busy(cpus_busy: float) -> Reading[float]:
    return cpus_busy if cpus_busy >= 0 else Missing("the CPU times began anew")
