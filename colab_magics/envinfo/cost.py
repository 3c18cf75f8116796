"""What a piece of code costs: wall time, CPU time and the peak of resident memory."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from colab_magics.envinfo.peak import begin_peak
from colab_magics.envinfo.probes.memory import ask_memory
from colab_magics.envinfo.reading import Reading, field


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and bytes.

    ``cpu`` is that of all threads of this process, ``cpu_children`` that of the processes it started and that ended.
    ``memory_before`` was resident at the beginning, ``peak_memory`` is the most that was resident at any one time,
    and ``peak_source`` says how it is known. ``raised`` names the exception that ended the code.
    """

    wall: float
    cpu: float
    cpu_children: float
    memory_before: Reading[int]
    peak_memory: Reading[int]
    peak_source: str
    raised: str | None


class Meter:
    """Measures from its making until `stop`."""

    def __init__(self, process: Path = Path("/proc/self")) -> None:
        self._memory_before = _resident(process)
        self._peak = begin_peak(process)
        self._cost: Cost | None = None
        self._children, self._cpu, self._wall = _children(), time.process_time(), time.perf_counter()

    @property
    def cost(self) -> Cost:
        """The whole cost. Raises RuntimeError while the code still runs."""
        if self._cost is None:
            raise RuntimeError("The cost is known when the measured block has ended.")
        return self._cost

    def stop(self, raised: BaseException | None = None) -> None:
        """Take the readings; the times first, for taking the others costs time."""
        wall, cpu, children = time.perf_counter(), time.process_time(), _children()
        self._cost = Cost(
            wall=wall - self._wall,
            cpu=cpu - self._cpu,
            cpu_children=children - self._children,
            memory_before=self._memory_before,
            peak_memory=self._peak.end(),
            peak_source=self._peak.source,
            raised=None if raised is None else type(raised).__name__,
        )


@contextmanager
def measure() -> Iterator[Meter]:
    """Measure the block of a ``with`` statement, also when an exception leaves it.

    ``with measure() as meter: ...`` and after it ``meter.cost``. Blocks may stand inside each other.
    """
    meter = Meter()
    try:
        yield meter
    except BaseException as error:
        meter.stop(error)
        raise
    meter.stop()


def _resident(process: Path) -> Reading[int]:
    return field(process / "status", "VmRSS") if process.exists() else ask_memory().process


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system
