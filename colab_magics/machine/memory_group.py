"""What a control group tells of its memory: limits, what is in use, swap, and what went wrong.

Version 1 is described in https://docs.kernel.org/admin-guide/cgroup-v1/memory.html, version 2 in
https://docs.kernel.org/admin-guide/cgroup-v2.html#memory.
"""

from pathlib import Path

from colab_magics.machine.cgroup import Limit, entry, setting, whole
from colab_magics.machine.meminfo import Usage
from colab_magics.machine.reading import Missing, Reading

_NO_LIMIT = Missing("no limit is set")
# Version 1 writes "no limit" as the highest number of whole pages, which differs with the size of a page.
_ENDLESS = 2**62


def read_usage(folder: Path, version: int) -> Reading[Usage]:
    """Read the working set: the usage less the inactive pages of files, with all groups below."""
    names = ("memory.usage_in_bytes", "total_inactive_file") if version == 1 else ("memory.current", "inactive_file")
    usage, stat = _size(folder, names[0]), setting(folder, "memory.stat")
    if isinstance(usage, Missing):
        return usage
    if isinstance(stat, Missing):
        return stat
    cache = entry(stat, names[1])
    if cache is None:
        return Missing(f"memory.stat has no line {names[1]}")
    return Usage(max(usage - cache, 0), min(usage, cache))


def read_ended(folder: Path, version: int) -> Reading[int]:
    """Count the processes of a group that were ended for lack of memory; the count begins with the group."""
    name = "memory.oom_control" if version == 1 else "memory.events"
    events = setting(folder, name)
    if isinstance(events, Missing):
        return events
    count = entry(events, "oom_kill")
    return Missing(f"{name} does not count them") if count is None else count


def read_swap_used(folder: Path, version: int) -> Reading[int]:
    """Read how many bytes of a group are in swap; version 1 tells it only together with the memory."""
    if version == 2:
        return _size(folder, "memory.swap.current")
    both, memory = _size(folder, "memory.memsw.usage_in_bytes"), _size(folder, "memory.usage_in_bytes")
    if isinstance(both, Missing) or isinstance(memory, Missing):
        return both if isinstance(both, Missing) else memory
    return max(both - memory, 0)


def _size(folder: Path, name: str) -> Reading[int]:
    line = setting(folder, name)
    if isinstance(line, Missing):
        return line
    value = whole(line)
    return Missing(f"{name} holds no number") if value is None else value


def _limit_v1(folder: Path) -> Reading[Limit]:
    """Read the lower of the group's limit and that of all its ancestors, also those that a container hides."""
    own, stat = _size(folder, "memory.limit_in_bytes"), setting(folder, "memory.stat")
    if isinstance(own, Missing):
        return own
    inherited = None if isinstance(stat, Missing) else entry(stat, "hierarchical_memory_limit")
    if min(own, own if inherited is None else inherited) >= _ENDLESS:
        return _NO_LIMIT
    if inherited is None or inherited >= own:
        return Limit(own, "memory.limit_in_bytes")
    return Limit(inherited, "hierarchical_memory_limit in memory.stat")


def _limit_v2(folder: Path, name: str = "memory.max") -> Reading[Limit]:
    if setting(folder, name) == "max":
        return _NO_LIMIT
    limit = _size(folder, name)
    return limit if isinstance(limit, Missing) else Limit(limit, name)


def _swap_v1(folder: Path) -> Reading[Limit]:
    both, memory = _size(folder, "memory.memsw.limit_in_bytes"), _size(folder, "memory.limit_in_bytes")
    if isinstance(both, Missing):
        return both
    if isinstance(memory, Missing):
        return memory
    if both >= _ENDLESS:
        return _NO_LIMIT
    return Limit(max(both - memory, 0), "memory.memsw.limit_in_bytes less memory.limit_in_bytes")


LIMITS = {1: _limit_v1, 2: _limit_v2}
"""Readers of the number of bytes at which a process of the group is ended, by version."""

SLOWDOWNS = {
    1: lambda _: Missing("version 1 of control groups does not know it"),
    2: lambda folder: _limit_v2(folder, "memory.high"),
}
"""Readers of the number of bytes above which the kernel slows the group down."""

SWAP_LIMITS = {1: _swap_v1, 2: lambda folder: _limit_v2(folder, "memory.swap.max")}
"""Readers of the number of bytes that the group may have in swap."""
