"""The same readings through psutil, on systems that do not show them as files."""

from collections.abc import Callable, Mapping
from typing import Any

from colab_magics.envinfo.monitor.rates import Counters, Flow, Rates
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.envinfo.words import cpus


class PortableProcessors:
    """The time that the machine's CPUs were not idle."""

    def __init__(self) -> None:
        import psutil

        self._psutil = psutil
        self.usable = float(psutil.cpu_count() or 1)
        self.source = f"of this machine's {cpus(self.usable)}"
        psutil.cpu_percent()  # the next call tells of the time since this one

    def read(self, passed: Reading[float]) -> Reading[float]:
        """CPUs that were busy since the last reading, ``passed`` seconds ago."""
        busy = float(self._psutil.cpu_percent()) / 100 * self.usable
        return passed if isinstance(passed, Missing) else busy

    def close(self) -> None:
        """There is nothing to give back."""


class PortableTraffic:
    """Counters that psutil asks the system for; ``source`` says whose traffic they count."""

    def __init__(self, count: Callable[[], Reading[Counters]], source: str) -> None:
        self.source = source
        self._count, self._rates = count, Rates()

    def read(self, passed: Reading[float]) -> Reading[Flow]:
        """Bytes per second since the last reading, ``passed`` seconds ago."""
        try:
            counters = self._count()
        except (OSError, RuntimeError) as error:  # psutil raises RuntimeError where a system shows no disk
            counters = Missing(f"the system cannot be asked ({error})")
        return self._rates.take(passed, counters)

    def close(self) -> None:
        """There is nothing to give back."""


def disks() -> PortableTraffic:
    """Count what all disks read and write."""

    def count() -> Reading[Counters]:
        import psutil

        return _pairs(psutil.disk_io_counters(perdisk=True), "read_bytes", "write_bytes", "disk")

    return PortableTraffic(count, "all disks of this machine")


def links() -> PortableTraffic:
    """Count what goes over the network, the machine's talk with itself left out."""

    def count() -> Reading[Counters]:
        import psutil

        found = psutil.net_io_counters(pernic=True) or {}
        outside = {name: counts for name, counts in found.items() if not name.lower().startswith("lo")}
        return _pairs(outside, "bytes_recv", "bytes_sent", "network")

    return PortableTraffic(count, "of this machine")


def _pairs(found: Mapping[str, Any] | None, inward: str, outward: str, what: str) -> Reading[Counters]:
    counters = {name: (getattr(counts, inward), getattr(counts, outward)) for name, counts in (found or {}).items()}
    return counters or Missing(f"this system counts no {what}")
