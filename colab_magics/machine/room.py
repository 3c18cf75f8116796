"""How much memory is left: of the machine, and of whatever limits this process."""

from pathlib import Path

from colab_magics.machine.cgroup import find_groups, hierarchy
from colab_magics.machine.meminfo import Sizes, machine_usage
from colab_magics.machine.memory_rules import ceiling, find_rules
from colab_magics.machine.reading import Missing


def available(root: Path = Path("/")) -> int | None:
    """Say how many bytes can still be taken before the machine or a limit of its container is met; None if unknown.

    ``root`` is the file system of a Linux system; where it has no table of memory, psutil is asked.
    """
    table = root / "proc/meminfo"
    if not table.exists():
        return _asked()
    meminfo, groups = Sizes(table), find_groups(root)
    total = meminfo["MemTotal"]
    usages = [(total, machine_usage(meminfo))]
    rules = find_rules(root, hierarchy(groups, "memory"), ceiling(total, groups))
    if not isinstance(rules, Missing):
        usages += [(int(rule.limit.value), rule.read()) for rule in rules]
    left = [
        limit - usage.used
        for limit, usage in usages
        if not isinstance(limit, Missing) and not isinstance(usage, Missing)
    ]
    return max(min(left), 0) if left else None


def _asked() -> int | None:
    import psutil

    try:
        return int(psutil.virtual_memory().available)
    except (OSError, RuntimeError):
        return None
