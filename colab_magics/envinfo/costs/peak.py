"""The peak of this process's resident memory over a stretch of time."""

import sys
from pathlib import Path

from colab_magics.envinfo.costs.mark import MarkedPeak
from colab_magics.envinfo.costs.sampling import Sampling
from colab_magics.envinfo.reading import Missing, Reading, field
from colab_magics.format import size

_PROCESS = Path("/proc/self")
_HERTZ = 50


class KernelPeak(MarkedPeak):
    """Exact: the kernel keeps a high-water mark (VmHWM), and a 5 in clear_refs begins it anew; see proc(5).

    Exact as far as the kernel counts: each CPU or thread may hold back some pages of its count, 256 kB in all on two
    CPUs. Raises OSError where the mark cannot be begun anew: outside Linux, or in a sandbox that forbids it.
    """

    source = "exact, recorded by Linux"

    def __init__(self, process: Path = _PROCESS) -> None:
        self._process = process
        super().__init__()

    def begin_anew(self) -> None:
        (self._process / "clear_refs").write_text("5", encoding="ascii")

    def read(self) -> Reading[int]:
        return field(self._process / "status", "VmHWM")


class LifetimePeak:
    """The system tells only the highest since the process began: known when it was raised, and else not."""

    source = "exact: this process's highest so far, reached here"

    def __init__(self) -> None:
        self._before = _lifetime_peak()

    def end(self) -> Reading[int]:
        """Stop, and tell the peak in bytes if this stretch of time raised it."""
        highest = _lifetime_peak()
        if highest > self._before:
            return highest
        return Missing(f"it stayed below the {size(highest)} that this process had reached before")


class SampledPeak:
    """The highest of many readings; exact all the same when the stretch raised the process's highest so far."""

    def __init__(self) -> None:
        import psutil

        self.source = f"sampled, {_HERTZ} times a second"
        self._highest = 0
        self._process = psutil.Process()
        self._lifetime = LifetimePeak()
        self._sampler = Sampling(self._note, _HERTZ)

    def end(self) -> Reading[int]:
        """Stop, and tell the most bytes that were seen; `source` then says how they are known."""
        self._sampler.stop()
        exact = self._lifetime.end()
        if isinstance(exact, Missing):
            return self._highest
        self.source = LifetimePeak.source
        return exact

    def _note(self) -> None:
        self._highest = max(self._highest, self._process.memory_info().rss)


Peak = KernelPeak | SampledPeak


def begin_peak(process: Path = _PROCESS) -> Peak:
    """Begin with the best way that this system has; ``process`` is the folder of this process in /proc."""
    try:
        return KernelPeak(process)
    except OSError:
        return SampledPeak()


def largest_child() -> Reading[int]:
    """Tell the most bytes that were ever resident in one process that this one started and waited for."""
    if sys.platform == "win32":
        return Missing("Windows does not tell the memory of processes that have ended")
    import resource

    return _bytes(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def _lifetime_peak() -> int:
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    return _bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _bytes(maxrss: int) -> int:
    """Turn what getrusage(2) tells into bytes: macOS counts these, others kilobytes."""
    return maxrss if sys.platform == "darwin" else maxrss * 1024
