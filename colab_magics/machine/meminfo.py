"""The kernel's tables of memory: /proc/meminfo for the machine, /proc/self/status for this process.

See proc_meminfo(5) and proc_pid_status(5).
"""

from pathlib import Path
from typing import NamedTuple

from colab_magics.machine.cgroup import entry
from colab_magics.machine.reading import Missing, Reading, text


class Usage(NamedTuple):
    """Bytes: ``used`` that the kernel cannot simply drop, and ``cache`` that it can."""

    used: int
    cache: int


class Sizes:
    """One of the tables, as read when it is made: ``Sizes(path)["MemTotal"]`` in bytes."""

    def __init__(self, path: Path) -> None:
        self._name, self._lines = path.name, text(path)

    def __getitem__(self, line: str) -> Reading[int]:
        """Find the bytes of a line."""
        if isinstance(self._lines, Missing):
            return self._lines
        value = entry(self._lines, line, ":")
        return Missing(f"{self._name} has no line {line}") if value is None else value


def machine_usage(meminfo: Sizes) -> Reading[Usage]:
    """Say what the machine uses: all but what the kernel estimates as available.

    Kernels before 3.14 and WSL 1 make no such estimate; there it is what is free, and all buffers and cached files.
    """
    total, free, available = meminfo["MemTotal"], meminfo["MemFree"], meminfo["MemAvailable"]
    if isinstance(available, Missing) and not isinstance(free, Missing):
        cached = (meminfo[line] for line in ("Buffers", "Cached"))
        available = free + sum(size for size in cached if not isinstance(size, Missing))
    if isinstance(total, Missing):
        return total
    if isinstance(available, Missing):
        return available
    return Usage(max(total - available, 0), 0 if isinstance(free, Missing) else max(available - free, 0))
