"""What a piece of code costs: time, memory, GPU memory, reading and writing, and what held it up."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from colab_magics.envinfo.costs.framework_peak import FrameworkPeak, watch_frameworks
from colab_magics.envinfo.costs.gpu_peak import GpuPeak, GpuWatch
from colab_magics.envinfo.costs.headroom import Headroom, HeadroomWatch
from colab_magics.envinfo.costs.input_output import InputOutput, read_input_output
from colab_magics.envinfo.costs.instruments import Instruments, find_instruments
from colab_magics.envinfo.costs.peak import begin_peak, largest_child
from colab_magics.envinfo.probes.memory import ask_memory
from colab_magics.envinfo.reading import Missing, Reading, field, is_there, less

_UNREAD = Missing("it was not read")
_SLACK = 2**20  # how far two counts of the same pages may differ


_UNREAD_INPUT_OUTPUT = InputOutput(_UNREAD, _UNREAD, _UNREAD, _UNREAD)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and bytes.

    ``cpu`` is that of all threads of this process, ``cpu_children`` that of the processes it started and that ended.
    ``memory_before`` was resident at the beginning, ``peak_memory`` is the most that was resident at any one time,
    and ``peak_source`` says how it is known. ``raised`` names the exception that ended the code.

    ``child_peak`` was resident in the largest process that it started and waited for. ``throttled`` seconds CPUs
    stood still for the quota, all CPUs together. ``kills`` counts the processes of this group (or machine) that the
    kernel ended for lack of memory meanwhile. ``gpus`` is each GPU with all programs on it, ``frameworks`` what
    PyTorch and TensorFlow counted for themselves, empty where neither uses a GPU.
    """

    wall: float
    cpu: float
    cpu_children: float
    memory_before: Reading[int]
    peak_memory: Reading[int]
    peak_source: str
    raised: str | None
    child_peak: Reading[int] = _UNREAD
    input_output: InputOutput = _UNREAD_INPUT_OUTPUT
    throttled: Reading[float] = _UNREAD
    headroom: Reading[Headroom] = _UNREAD
    kills: Reading[int] = _UNREAD
    gpus: Reading[tuple[GpuPeak, ...]] = _UNREAD
    frameworks: tuple[FrameworkPeak, ...] = ()

    @property
    def rise(self) -> Reading[int]:
        """By how many bytes the peak lay above what was resident at the beginning."""
        rise = less(self.peak_memory, self.memory_before)
        return rise if isinstance(rise, Missing) else max(rise, 0)


class Meter:
    """Measures from its making until `stop`, with instruments of its own or with ones that are found already.

    A ``is_passive`` one may look on at each cell of a notebook: it starts no thread but for GPUs and outside Linux,
    and leaves the marks of frameworks alone, which the person's own code may read.
    """

    def __init__(self, instruments: Instruments | None = None, *, is_passive: bool = False) -> None:
        self._instruments = instruments or find_instruments()
        self._is_borrowed = instruments is not None
        self._pid = os.getpid()
        self._cost: Cost | None = None
        found = self._instruments
        self._headroom = HeadroomWatch(found.gauge, samples=not is_passive)
        self._gpus = found.gpus if isinstance(found.gpus, Missing) else GpuWatch(found.gpus)
        self._frameworks = watch_frameworks(may_reset=not is_passive)
        self._memory_before = _resident(found.process)
        self._peak = begin_peak(found.process)
        self._kills, self._throttled, self._child = found.kills.read(), found.throttle(), largest_child()
        self._input_output = read_input_output(found.process)
        self._children, self._cpu, self._wall = _children(), time.process_time(), time.perf_counter()

    @property
    def cost(self) -> Cost:
        """The whole cost. Raises RuntimeError while the code still runs."""
        if self._cost is None:
            raise RuntimeError("The cost is known when the measured block has ended, in the process that it began in.")
        return self._cost

    def stop(self, raised: BaseException | str | None = None) -> None:
        """Take the readings; the times first, for taking the others costs time. A second time does nothing."""
        wall, cpu, children = time.perf_counter(), time.process_time(), _children()
        if self._cost is not None or self._pid != os.getpid():
            return  # a fork of this process has neither its times nor its threads
        found = self._instruments
        input_output = read_input_output(found.process).since(self._input_output)
        throttled, kills = less(found.throttle(), self._throttled), less(found.kills.read(), self._kills)
        peak_memory = self._peak.end()
        frameworks = tuple(peak for watch in self._frameworks if (peak := watch.end()) is not None)
        gpus = self._gpus if isinstance(self._gpus, Missing) else self._gpus.end()
        rise = less(peak_memory, self._memory_before)
        self._cost = Cost(
            wall=wall - self._wall,
            cpu=cpu - self._cpu,
            cpu_children=children - self._children,
            memory_before=self._memory_before,
            peak_memory=peak_memory,
            peak_source=self._peak.source,
            raised=type(raised).__name__ if isinstance(raised, BaseException) else raised,
            child_peak=_child_peak(self._child, peak_memory),
            input_output=input_output,
            throttled=throttled,
            headroom=self._headroom.end(rise, found.limit, is_fatal=found.is_limit_fatal),
            kills=kills,
            gpus=gpus,
            frameworks=frameworks,
        )
        if not self._is_borrowed:
            found.close()


@contextmanager
def measure(instruments: Instruments | None = None) -> Iterator[Meter]:
    """Measure the block of a ``with`` statement, also when an exception leaves it.

    ``with measure() as meter: ...`` and after it ``meter.cost``. Blocks may stand inside each other.
    """
    meter = Meter(instruments)
    try:
        yield meter
    except BaseException as error:
        meter.stop(error)
        raise
    meter.stop()


def _resident(process: Path) -> Reading[int]:
    return field(process / "status", "VmRSS") if is_there(process) else ask_memory().process


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _child_peak(before: Reading[int], own: Reading[int]) -> Reading[int]:
    """Tell the peak of the largest process that has ended, where it is its own.

    Linux hands the mark of the process that starts another on to it (getrusage(2) after execve(2)), so that even
    `true` counts as large as its parent: what lies below that says nothing.
    """
    largest = largest_child()
    if isinstance(largest, Missing) or isinstance(before, Missing) or isinstance(own, Missing):
        return next(reading for reading in (largest, before, own) if isinstance(reading, Missing))
    if largest <= before:
        return Missing("no larger process was started than those before")
    if largest <= own + _SLACK:
        return Missing("no process that it started was larger than this one")
    return largest
