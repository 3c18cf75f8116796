"""Memory, read again and again: what is in use of what is usable, and what is this process's."""

import os
from pathlib import Path

from colab_magics.envinfo.probes.memory import ask_memory
from colab_magics.envinfo.reading import Missing, Reading, is_there
from colab_magics.machine.cgroup import whole
from colab_magics.machine.livefile import LiveFile
from colab_magics.machine.memory_gauge import MemoryGauge


class Residence:
    """The memory that counts against the limit, and this process's part of it, in bytes."""

    source = "of what this process may use"

    def __init__(self, root: Path = Path("/")) -> None:
        self._gauge = MemoryGauge(root)
        pages = root / "proc/self/statm"
        self._pages = LiveFile(pages) if is_there(pages) else None

    def memory(self) -> tuple[Reading[int], Reading[int]]:
        """What is used, and what is usable."""
        return self._gauge.read()

    def process(self) -> Reading[int]:
        """What is resident in this process."""
        if self._pages is None:
            return ask_memory().process
        line = self._pages.read()
        if isinstance(line, Missing):
            return line
        words = line.split()
        resident = whole(words[1]) if len(words) > 1 else None  # the second number; see proc_pid_statm(5)
        return Missing("statm holds no number") if resident is None else resident * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """Give the file back."""
        if self._pages is not None:
            self._pages.close()
