"""One reading of everything that the monitor shows."""

from dataclasses import dataclass

from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.envinfo.words import cpus, size_of
from colab_magics.format import percent, size


@dataclass(frozen=True, slots=True)
class GpuSample:
    """One GPU: bytes, and how much of the time it was in use, from 0 to 1."""

    name: str
    memory_used: Reading[int]
    memory_total: Reading[int]
    utilization: Reading[float]


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading.

    ``at`` is its time in seconds since 1970, ``tick`` the same on a clock that is never set. ``cpu`` is how many CPUs
    were busy since the last reading. Memory in bytes: ``used`` of what is ``usable``, and ``process`` of this process.
    The flows are bytes per second since the last reading; ``free`` is what the working folder's disk has left.
    """

    at: float
    tick: float
    cpu: Reading[float]
    used: Reading[int]
    usable: Reading[int]
    process: Reading[int]
    disk_read: Reading[float]
    disk_written: Reading[float]
    free: Reading[int]
    received: Reading[float]
    sent: Reading[float]
    gpus: tuple[GpuSample, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """Whose numbers they are, in words, and how many CPUs could be busy."""

    cpu: str
    cpus: float
    memory: str
    disk: str
    network: str


def line(sample: Sample, sources: Sources) -> str:
    """Tell a reading in one line, for a terminal."""
    parts = [
        f"CPU {_cpu(sample.cpu)} of {cpus(sources.cpus)} busy",
        f"RAM {size_of(sample.used)} of {size_of(sample.usable)}, {size_of(sample.process)} in this process",
        *(f"{gpu.name}: {size_of(gpu.memory_used)} of {size_of(gpu.memory_total)}{_use(gpu)}" for gpu in sample.gpus),
        f"disk {rate(sample.disk_read)} read, {rate(sample.disk_written)} written, {size_of(sample.free)} free",
        f"network {rate(sample.received)} received, {rate(sample.sent)} sent",
    ]
    return " · ".join(parts)


def rate(reading: Reading[float]) -> str:
    """Say bytes per second: ``4.2 MB/s``."""
    return "unknown" if isinstance(reading, Missing) else f"{size(reading)}/s"


def _cpu(reading: Reading[float]) -> str:
    return "unknown" if isinstance(reading, Missing) else f"{reading:.2f}"


def _use(gpu: GpuSample) -> str:
    return "" if isinstance(gpu.utilization, Missing) else f", {percent(gpu.utilization)} in use"
