"""The rules that leave this process less memory than the machine has: limits of its groups, and `ulimit -v`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from colab_magics.machine import memory_group as group
from colab_magics.machine.cgroup import Bound, Groups, Hierarchy, Limit, bounds, whole
from colab_magics.machine.meminfo import Sizes, Usage
from colab_magics.machine.reading import Missing, Reading, text

ADDRESS_SPACE = "ulimit -v"
"""The source of a limit on the addresses of this process; a request above it fails, and nothing is ended."""


class Rule(NamedTuple):
    """A limit in bytes, how to read what counts against it, and the group that it belongs to, where it is a group's."""

    limit: Limit
    read: Callable[[], Reading[Usage]]
    bound: Bound | None


def find_rules(root: Path, groups: Reading[Hierarchy], under: Reading[float]) -> Reading[tuple[Rule, ...]]:
    """Find every rule that leaves this process less than ``under``, lowest first; ``groups`` are those of "memory"."""
    found = bounds(groups, group.LIMITS)
    rules = [
        Rule(bound.limit, partial(group.read_usage, bound.folder, bound.version), bound)
        for bound in (() if isinstance(found, Missing) else found)
    ]
    addresses = _address_space(root)
    if isinstance(addresses, Limit):
        rules.append(Rule(addresses, partial(_addresses, root), None))
    binding = [rule for rule in rules if is_less(rule.limit, under)]
    if binding:
        return tuple(sorted(binding, key=lambda rule: rule.limit.value))
    return found if isinstance(found, Missing) else Missing("no limit below the machine's own memory is set")


def ceiling(total: Reading[int], groups: Reading[Groups]) -> Reading[float]:
    """Say below what number of bytes a limit binds: what the machine has.

    Where LXCFS writes /proc/meminfo, the total is that of the container, so there the limit of the same size binds.
    """
    is_meminfo_own = not isinstance(groups, Missing) and groups.is_meminfo_own
    return total if isinstance(total, Missing) or not is_meminfo_own else total + 1


def is_less(limit: Limit, under: Reading[float]) -> bool:
    """Tell whether a limit leaves less than the machine has, as far as that is known."""
    return isinstance(under, Missing) or limit.value < under


def read_ended(groups: Reading[Hierarchy], rules: tuple[Rule, ...]) -> Reading[int]:
    """Count the processes ended for lack of memory, in the group whose limit binds with all below it.

    Version 1 counts each group for itself, so there it is the own group.
    """
    if isinstance(groups, Missing):
        return groups
    folders = [rule.bound.folder for rule in rules if rule.bound and groups.version == 2]
    return group.read_ended((folders or groups.folders)[0], groups.version)


def _address_space(root: Path) -> Reading[Limit]:
    """Read the soft limit RLIMIT_AS of this process; see proc_pid_limits(5)."""
    lines = text(root / "proc/self/limits")
    if isinstance(lines, Missing):
        return lines
    for line in lines.splitlines():
        if line.startswith("Max address space"):
            words = line.split()
            value = whole(words[3]) if len(words) > 3 else None
            return Missing("no limit is set") if value is None else Limit(value, ADDRESS_SPACE)
    return Missing("limits has no line Max address space")


def _addresses(root: Path) -> Reading[Usage]:
    size = Sizes(root / "proc/self/status")["VmSize"]
    return size if isinstance(size, Missing) else Usage(size, 0)
