"""The memory: what the machine has, what this process's groups may take of it, and what is in use."""

from dataclasses import dataclass
from pathlib import Path

from colab_magics.envinfo.probes.cgroup import Bound, Limit, bound
from colab_magics.envinfo.reading import Missing, Reading, field, number, text


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes: ``total`` of the machine, ``used`` of what is ``usable``, and ``process`` resident in this process.

    Where a limit binds, ``used`` is the working set of the group that it limits: what the kernel cannot simply drop,
    which is the usage less the inactive file pages, as Kubernetes counts. Elsewhere it is the machine's own.
    """

    total: Reading[int]
    limit: Reading[Limit]
    used: Reading[int]
    process: Reading[int]

    @property
    def usable(self) -> Reading[int]:
        """The limit where one binds, else all that the machine has."""
        return self.total if isinstance(self.limit, Missing) else int(self.limit.value)


def read_memory(root: Path) -> Memory:
    """Read the memory of a Linux system from its file system ``root``."""
    total, process = field(root / "proc/meminfo", "MemTotal"), field(root / "proc/self/status", "VmRSS")
    found = bound("memory", root, {1: _limit_v1, 2: _limit_v2})
    if isinstance(found, Bound) and not isinstance(total, Missing) and found.limit.value >= total:
        found = Missing("no limit below the machine's own memory is set")
    if isinstance(found, Missing):
        return Memory(total, found, _used(root, total), process)
    return Memory(total, found.limit, _working_set(found), process)


def ask_memory() -> Memory:
    """Ask psutil, on systems that do not show their memory as files."""
    import psutil

    memory = psutil.virtual_memory()
    limit = Missing("this system sets no limit that can be read")
    return Memory(memory.total, limit, memory.total - memory.available, psutil.Process().memory_info().rss)


def _limit_v1(folder: Path) -> Reading[Limit]:
    """Read the lower of the group's limit and that of all its ancestors, also those that a container hides."""
    own = number(folder / "memory.limit_in_bytes")
    inherited = field(folder / "memory.stat", "hierarchical_memory_limit")
    if isinstance(own, Missing):
        return own
    if isinstance(inherited, Missing) or inherited >= own:
        return Limit(own, "memory.limit_in_bytes")
    return Limit(inherited, "hierarchical_memory_limit in memory.stat")


def _limit_v2(folder: Path) -> Reading[Limit]:
    if text(folder / "memory.max") == "max":
        return Missing("no limit is set")
    limit = number(folder / "memory.max")
    return limit if isinstance(limit, Missing) else Limit(limit, "memory.max")


def _working_set(found: Bound) -> Reading[int]:
    usage, droppable = (
        ("memory.usage_in_bytes", "total_inactive_file") if found.version == 1 else ("memory.current", "inactive_file")
    )
    used, inactive = number(found.folder / usage), field(found.folder / "memory.stat", droppable)
    if isinstance(used, Missing) or isinstance(inactive, Missing):
        return inactive if isinstance(inactive, Missing) else used
    return max(used - inactive, 0)


def _used(root: Path, total: Reading[int]) -> Reading[int]:
    available = field(root / "proc/meminfo", "MemAvailable")
    if isinstance(total, Missing) or isinstance(available, Missing):
        return available if isinstance(available, Missing) else total
    return total - available
