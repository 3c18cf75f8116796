"""Takes samples: opens everything once, and reads it again each time."""

import os
import shutil
import time
from pathlib import Path
from typing import Protocol

from colab_magics.envinfo.monitor.feed import Feed
from colab_magics.envinfo.monitor.gpus import GpuLoads
from colab_magics.envinfo.monitor.processors import processors
from colab_magics.envinfo.monitor.rates import Flow, Stopwatch
from colab_magics.envinfo.monitor.residence import Residence
from colab_magics.envinfo.monitor.sample import Sample, Sources
from colab_magics.envinfo.monitor.traffic import disks, links
from colab_magics.envinfo.reading import Missing, Reading, is_there

_SPACE_PERIOD = 10.0
"""Seconds between two questions for the free space, which a network drive may be slow to answer."""


class Processors(Protocol):
    """Tells how many CPUs are busy: of ``usable`` ones, and ``source`` says whose."""

    source: str
    usable: float

    def read(self, passed: Reading[float]) -> Reading[float]: ...
    def close(self) -> None: ...


class Traffic(Protocol):
    """Tells a flow in bytes per second, and ``source`` says whose."""

    source: str

    def read(self, passed: Reading[float]) -> Reading[Flow]: ...
    def close(self) -> None: ...


class Sampler:
    """Reads CPU, memory, GPUs, disk and network, each a value or the reason why there is none.

    It is used by one thread at a time. `close` gives its files and threads back.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self._processors, self._disk, self._network = _meters(root)
        self._residence = Residence(root)
        self._watch = Stopwatch()
        self._space = Feed(_free_space, _SPACE_PERIOD, "the working folder's disk")
        self._gpus = GpuLoads()
        self.sources = Sources(
            cpu=self._processors.source,
            cpus=self._processors.usable,
            memory=self._residence.source,
            disk=self._disk.source,
            network=self._network.source,
        )

    def settle(self, patience: float) -> None:
        """Wait for what else would be in the later samples only, the GPUs, for ``patience`` seconds at most."""
        self._gpus.settle(patience)

    def read(self) -> Sample:
        """Take one sample; the rates in it are since the last one."""
        tick, at = time.monotonic(), time.time()
        passed = self._watch.split(tick, at)
        used, usable = self._residence.memory()
        disk_read, disk_written = _both(self._disk.read(passed))
        received, sent = _both(self._network.read(passed))
        return Sample(
            at=at,
            tick=tick,
            cpu=self._processors.read(passed),
            used=used,
            usable=usable,
            process=self._residence.process(),
            disk_read=disk_read,
            disk_written=disk_written,
            free=self._space.read(),
            received=received,
            sent=sent,
            gpus=self._gpus.read(),
        )

    def close(self) -> None:
        """Give files and threads back."""
        for part in (self._processors, self._disk, self._network, self._residence, self._space, self._gpus):
            part.close()


def _meters(root: Path) -> tuple[Processors, Traffic, Traffic]:
    if is_there(root / "proc/stat"):
        return processors(root), disks(root), links(root)
    from colab_magics.envinfo.monitor import portable

    return portable.PortableProcessors(), portable.disks(), portable.links()


def _both(flow: Reading[Flow]) -> tuple[Reading[float], Reading[float]]:
    return (flow, flow) if isinstance(flow, Missing) else (flow.inward, flow.outward)


def _free_space() -> Reading[int]:
    try:
        return shutil.disk_usage(os.curdir).free
    except OSError as error:
        return Missing(f"the working folder cannot be asked for its space ({error.strerror})")
