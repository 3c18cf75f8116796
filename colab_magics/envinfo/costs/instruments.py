"""What a cell is measured with: found once, read before and after."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from colab_magics.envinfo.costs.headroom import Gauge
from colab_magics.envinfo.gpu.live import LiveGpus, open_gpus
from colab_magics.envinfo.probes.memory import ask_memory, read_memory
from colab_magics.envinfo.probes.quota import find_throttle
from colab_magics.envinfo.reading import Missing, Reading, is_there
from colab_magics.machine.kills import KillCount
from colab_magics.machine.memory_gauge import MemoryGauge
from colab_magics.machine.memory_rules import ADDRESS_SPACE

_WHOLE_MACHINE = "this machine's memory"


class Kills(Protocol):
    """Counts the processes that the kernel has ended for lack of memory."""

    def read(self) -> Reading[int]: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Instruments:
    """Readers that are cheap to ask. ``limit`` names what ``gauge`` measures against; ``process`` is /proc/self.

    Open GPUs keep a thread that sleeps while nobody asks. `close` gives all of it back.
    """

    process: Path
    throttle: Callable[[], Reading[float]]
    gauge: Gauge
    limit: str
    kills: Kills
    gpus: Reading[LiveGpus]

    @property
    def is_limit_fatal(self) -> bool:
        """Does the kernel end processes at the limit?"""
        return self.limit != ADDRESS_SPACE

    def close(self) -> None:
        """Give files, threads and NVML back."""
        self.kills.close()
        if not isinstance(self.gpus, Missing):
            self.gpus.close()


def find_instruments(root: Path = Path("/")) -> Instruments:
    """Find what this machine can measure with, from its file system ``root``."""
    is_linux = is_there(root / "proc/meminfo")
    memory = read_memory(root) if is_linux else ask_memory()
    return Instruments(
        process=root / "proc/self",
        throttle=find_throttle(root),
        gauge=MemoryGauge(root),
        limit=_WHOLE_MACHINE if isinstance(memory.limit, Missing) else memory.limit.source,
        kills=KillCount(root) if is_linux else _Uncounted(),
        gpus=open_gpus(),
    )


class _Uncounted:
    """Outside Linux."""

    def read(self) -> Reading[int]:
        return Missing("this system does not count what it ends for lack of memory")

    def close(self) -> None:
        """Nothing is open."""
