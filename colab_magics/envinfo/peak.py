"""The peak of this process's resident memory over a stretch of time."""

import sys
from pathlib import Path
from threading import Lock

from colab_magics.envinfo.reading import Missing, Reading, field
from colab_magics.format import size

_PROCESS = Path("/proc/self")


class KernelPeak:
    """Exact: the kernel keeps a high-water mark (VmHWM), and a 5 in clear_refs begins it anew; see proc(5).

    Raises OSError where the mark cannot be begun anew: outside Linux, or in a sandbox that forbids it.
    """

    source = "exact, recorded by Linux"
    _lock = Lock()
    _running: "list[KernelPeak]" = []  # noqa: RUF012 (shared on purpose: the mark is one for the whole process)

    def __init__(self, process: Path = _PROCESS) -> None:
        self._process = process
        self._highest: Reading[int] = 0
        with self._lock:
            # Beginning anew would take the mark away from the measurements around this one.
            for other in self._running:
                other.note()
            (process / "clear_refs").write_text("5", encoding="ascii")
            self._running.append(self)

    def end(self) -> Reading[int]:
        """Stop, and tell the most bytes that were resident at any one time."""
        with self._lock:
            self._running.remove(self)
            self.note()
        return self._highest

    def note(self) -> None:
        """Take the mark as it stands."""
        mark = field(self._process / "status", "VmHWM")
        if isinstance(mark, Missing) or isinstance(self._highest, Missing):
            self._highest = mark
        else:
            self._highest = max(self._highest, mark)


class LifetimePeak:
    """The system tells only the highest since the process began: known when it was raised, and else not."""

    source = "this process's highest so far, reached here"

    def __init__(self) -> None:
        self._before = _lifetime_peak()

    def end(self) -> Reading[int]:
        """Stop, and tell the peak in bytes if this stretch of time raised it."""
        highest = _lifetime_peak()
        if highest > self._before:
            return highest
        return Missing(f"it stayed below the {size(highest)} that this process had reached before")


Peak = KernelPeak | LifetimePeak


def begin_peak(process: Path = _PROCESS) -> Peak:
    """Begin with the best way that this system has; ``process`` is the folder of this process in /proc."""
    try:
        return KernelPeak(process)
    except OSError:
        return LifetimePeak()


def _lifetime_peak() -> int:
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
