"""How many processes the kernel has ended because memory ran out."""

from collections.abc import Iterator
from pathlib import Path

from colab_magics.machine.cgroup import find_groups, whole
from colab_magics.machine.livefile import LiveFile
from colab_magics.machine.reading import Missing, Reading, is_there

_NAMES = {1: "memory.oom_control", 2: "memory.events"}


class KillCount:
    """Counts those of this process's group where it tells them, else those of the whole machine; see cgroups(7).

    ``place`` names where it counts: two numbers from different places are no counts of one thing.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        path = next(_places(root))
        self.place = str(path)
        self._file = LiveFile(path)

    def read(self) -> Reading[int]:
        """The number since the group was made, or since the machine was started."""
        lines = self._file.read()
        if isinstance(lines, Missing):
            return lines
        for line in lines.splitlines():
            name, _, value = line.partition(" ")
            if name == "oom_kill":
                count = whole(value)
                return Missing("oom_kill is no number") if count is None else count
        return Missing("this system does not count what it ends for memory")

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


def _places(root: Path) -> Iterator[Path]:
    groups = find_groups(root)
    hierarchy = groups if isinstance(groups, Missing) else groups.of("memory")
    if not isinstance(hierarchy, Missing) and not hierarchy.gap:
        path = hierarchy.folders[0] / _NAMES[hierarchy.version]
        if is_there(path):
            yield path
    yield root / "proc/vmstat"
