"""The memory: what the machine has, what this process's groups may take of it, and what is in use."""

from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.reading import Missing, Reading, less
from colab_magics.machine import memory_group as group
from colab_magics.machine.cgroup import Groups, Hierarchy, Limit, bounds, find_groups, hierarchy
from colab_magics.machine.meminfo import Sizes, Usage, machine_usage
from colab_magics.machine.memory_gauge import ask_usage, used
from colab_magics.machine.memory_rules import Rule, ceiling, find_rules, is_less, read_ended

_UNREAD = Missing("it was not read")
_NOT_LINUX = Missing("this system does not tell")


class Swap(NamedTuple):
    """Bytes of swap: ``total`` of the machine, ``used``, and what the control group may take of it.

    Where a limit binds, ``used`` is that of the group; elsewhere it is the machine's.
    """

    total: Reading[int] = _UNREAD
    used: Reading[int] = _UNREAD
    limit: Reading[Limit] = _UNREAD


class Memory(NamedTuple):
    """Bytes: ``total`` of the machine, ``used`` of what is ``usable``, and ``process`` resident in this process.

    Where a limit binds, ``used`` is the working set of the group that it limits: what the kernel cannot simply drop,
    which is the usage less the inactive file pages, as Kubernetes counts
    (https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/). Under `ADDRESS_SPACE` it is the
    address space of this process. Elsewhere it is the machine's own.

    ``limits`` are all rules that hold, lowest first; ``soft`` is where the kernel begins to slow this process down.
    ``cache`` is what the kernel can drop, ``available`` what is left until any of the limits, or the end of the
    machine's memory, is reached. ``ended`` counts the processes of the group that were ended for lack of memory.
    """

    total: Reading[int]
    limit: Reading[Limit]
    used: Reading[int]
    process: Reading[int]
    limits: tuple[Limit, ...] = ()
    soft: Reading[Limit] = _UNREAD
    cache: Reading[int] = _UNREAD
    available: Reading[int] = _UNREAD
    ended: Reading[int] = _UNREAD
    swap: Swap = Swap()

    @property
    def usable(self) -> Reading[int]:
        """The limit where one binds, else all that the machine has."""
        return self.total if isinstance(self.limit, Missing) else int(self.limit.value)


def read_memory(root: Path, groups: Reading[Groups] | None = None) -> Memory:
    """Read the memory of a Linux system from its file system ``root``; ``groups`` where they were found before."""
    groups = groups or find_groups(root)
    meminfo = Sizes(root / "proc/meminfo")
    total, machine = meminfo["MemTotal"], machine_usage(meminfo)
    own, under = hierarchy(groups, "memory"), ceiling(total, groups)
    found = find_rules(root, own, under)
    rules = () if isinstance(found, Missing) else found
    usages = [(rule, rule.read()) for rule in rules]
    return Memory(
        total=total,
        limit=found if isinstance(found, Missing) else found[0].limit,
        used=used(usages[0][1] if usages else machine),
        process=Sizes(root / "proc/self/status")["VmRSS"],
        limits=tuple(rule.limit for rule in rules),
        soft=_soft(own, under),
        cache=_cache(usages, machine),
        available=_available(usages, _left(total, used(machine))),
        ended=read_ended(own, rules),
        swap=_swap(own, meminfo),
    )


def ask_memory() -> Memory:
    """Ask psutil, on systems that do not show their memory as files."""
    import psutil

    memory = psutil.virtual_memory()
    return Memory(
        total=memory.total,
        limit=Missing("this system sets no limit that can be read"),
        used=memory.total - memory.available,
        process=psutil.Process().memory_info().rss,
        soft=_NOT_LINUX,
        cache=ask_usage().cache,
        available=memory.available,
        ended=_NOT_LINUX,
        swap=_ask_swap(),
    )


def _ask_swap() -> Swap:
    import psutil

    try:
        swap = psutil.swap_memory()
    except (OSError, RuntimeError) as error:  # Windows without its performance counters, BSD without the right
        reason = Missing(f"psutil cannot tell ({type(error).__name__})")
        return Swap(reason, reason, _NOT_LINUX)
    return Swap(swap.total, swap.used, _NOT_LINUX)


def _left(total: Reading[int], used: Reading[int]) -> Reading[int]:
    left = less(total, used)
    return left if isinstance(left, Missing) else max(left, 0)


def _soft(groups: Reading[Hierarchy], under: Reading[float]) -> Reading[Limit]:
    found = bounds(groups, group.SLOWDOWNS)
    if isinstance(found, Missing):
        return found
    lowest = found[0].limit
    return lowest if is_less(lowest, under) else Missing("none below the machine's own memory is set")


def _cache(usages: list[tuple[Rule, Reading[Usage]]], machine: Reading[Usage]) -> Reading[int]:
    usage = next((usage for rule, usage in usages if rule.bound), machine)
    return usage if isinstance(usage, Missing) else usage.cache


def _available(usages: list[tuple[Rule, Reading[Usage]]], machine: Reading[int]) -> Reading[int]:
    """Say what is left until the first limit: a parent group may be full while its child is not."""
    left = [_left(int(rule.limit.value), used(usage)) for rule, usage in usages]
    known = [number for number in (*left, machine) if not isinstance(number, Missing)]
    # One that is not known might be the lowest.
    missing = [number for number in left if isinstance(number, Missing)]
    if missing:
        return missing[0]
    return min(known) if known else machine


def _swap(groups: Reading[Hierarchy], meminfo: Sizes) -> Swap:
    total = meminfo["SwapTotal"]
    if total == 0:
        return Swap(0, 0, Missing("this machine has no swap"))
    found = bounds(groups, group.SWAP_LIMITS)
    if isinstance(found, Missing):
        return Swap(total, _left(total, meminfo["SwapFree"]), found)
    lowest = found[0]
    if not isinstance(total, Missing) and lowest.limit.value >= total:
        no_limit = Missing("no limit below the machine's own swap is set")
        return Swap(total, _left(total, meminfo["SwapFree"]), no_limit)
    return Swap(total, group.read_swap_used(lowest.folder, lowest.version), lowest.limit)
