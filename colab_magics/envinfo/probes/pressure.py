"""Pressure: for what part of the time tasks had to wait for CPUs, memory or storage.

The kernel's pressure stall information: https://docs.kernel.org/accounting/psi.html.
"""

from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.reading import Missing, Reading, text
from colab_magics.machine.cgroup import Groups, find_groups, hierarchy

_UNREAD = Missing("it was not read")


class Stall(NamedTuple):
    """Waiting: the part of the last 10 and of the last 60 seconds, from 0 to 1, and the seconds altogether."""

    last_10_s: float
    last_60_s: float
    seconds: float


class Pressure(NamedTuple):
    """Waiting for a CPU, for memory and for storage: of at least one task, and (``all_``) of all that had work.

    It is that of this process's group and those below it, or else that of the machine.
    """

    cpu: Reading[Stall] = _UNREAD
    memory: Reading[Stall] = _UNREAD
    io: Reading[Stall] = _UNREAD
    all_cpu: Reading[Stall] = _UNREAD
    all_memory: Reading[Stall] = _UNREAD
    all_io: Reading[Stall] = _UNREAD
    is_whole_machine: bool = True


def read_pressure(root: Path, groups: Reading[Groups] | None = None) -> Pressure:
    """Read the own group's numbers, where version 2 tells them, else the machine's, from the file system ``root``."""
    found = hierarchy(groups or find_groups(root), "")
    lines: list[Reading[str]] = []
    if not isinstance(found, Missing) and not found.gap:
        lines = [text(found.folders[0] / f"{name}.pressure") for name in _NAMES]
    is_whole_machine = all(isinstance(each, Missing) for each in lines)
    if is_whole_machine:
        lines = [text(root / "proc/pressure" / name) for name in _NAMES]
    some, full = (dict(zip(_NAMES, (_stall(each, kind) for each in lines), strict=True)) for kind in ("some", "full"))
    return Pressure(
        cpu=some["cpu"],
        memory=some["memory"],
        io=some["io"],
        all_cpu=full["cpu"],
        all_memory=full["memory"],
        all_io=full["io"],
        is_whole_machine=is_whole_machine,
    )


_NAMES = ("cpu", "memory", "io")


def _stall(lines: Reading[str], kind: str) -> Reading[Stall]:
    if isinstance(lines, Missing):
        return Missing("this kernel does not measure it")
    for line in lines.splitlines():
        first, *pairs = line.split() or [""]
        if first == kind:
            named = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
            try:
                stall = Stall(_part(named["avg10"]), _part(named["avg60"]), int(named["total"]) / 1e6)
            except (KeyError, ValueError, OverflowError):
                return Missing("the kernel's numbers cannot be read")
            return stall
    return Missing(f"the kernel does not tell {kind}")


def _part(percent: str) -> float:
    part = round(float(percent) / 100, 4)
    if not 0 <= part <= 1:
        raise ValueError(percent)
    return part
