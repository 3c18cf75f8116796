"""How much memory is in use, of what can be used, read again and again."""

from collections.abc import Callable
from pathlib import Path

from colab_magics.machine.cgroup import find_groups, hierarchy
from colab_magics.machine.meminfo import Sizes, Usage, machine_usage
from colab_magics.machine.memory_rules import ceiling, find_rules
from colab_magics.machine.reading import Missing, Reading, is_there


class MemoryGauge:
    """Reads how much memory is in use, again and again: the rule that binds is found once, when the gauge is made."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._usable: Reading[int]
        self._read: Callable[[], Reading[Usage]]
        meminfo = root / "proc/meminfo"
        if not is_there(meminfo):
            self._usable, self._read = _ask_total(), ask_usage
            return
        self._usable, self._read = Sizes(meminfo)["MemTotal"], lambda: machine_usage(Sizes(meminfo))
        groups = find_groups(root)
        rules = find_rules(root, hierarchy(groups, "memory"), ceiling(self._usable, groups))
        if not isinstance(rules, Missing):
            self._usable, self._read = int(rules[0].limit.value), rules[0].read

    def read(self) -> tuple[Reading[int], Reading[int]]:
        """Read the bytes in use and the bytes that can be used, each or why it is not known."""
        return used(self._read()), self._usable


def used(usage: Reading[Usage]) -> Reading[int]:
    """Give what is in use."""
    return usage if isinstance(usage, Missing) else usage.used


def _ask_total() -> int:
    import psutil

    return int(psutil.virtual_memory().total)


def ask_usage() -> Usage:
    """Ask psutil, on systems that do not show their memory as files."""
    import psutil

    memory = psutil.virtual_memory()
    return Usage(memory.total - memory.available, max(memory.available - memory.free, 0))
