"""The peak of each GPU's memory over a stretch of time, whoever used it."""

from dataclasses import dataclass, field

from colab_magics.envinfo.costs.sampling import Sampling
from colab_magics.envinfo.gpu.live import LiveGpus
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.nvml_load import Load

_HERTZ = 20
_UNREAD = Missing("the GPU was not read")


@dataclass(frozen=True, slots=True)
class GpuPeak:
    """One GPU, all programs on it together: bytes at the beginning, at most, and in all; mean utilization, 0 to 1."""

    name: str
    memory_before: Reading[int]
    memory_peak: Reading[int]
    memory_total: Reading[int]
    utilization: Reading[float]
    source: str = f"sampled, {_HERTZ} times a second"


class GpuWatch:
    """Reads the GPUs ``_HERTZ`` times a second from its making until `end`."""

    def __init__(self, gpus: LiveGpus) -> None:
        self._gpus = gpus
        self._tracks = [_Track(name) for name in gpus.names]
        self._sampler = Sampling(self._note, _HERTZ)

    def end(self) -> tuple[GpuPeak, ...]:
        """Stop, and tell each GPU's peak in the order of the driver."""
        self._sampler.stop()
        return tuple(track.peak() for track in self._tracks)

    def _note(self) -> None:
        for track, load in zip(self._tracks, self._gpus.read(), strict=True):
            track.note(load)


@dataclass(slots=True)
class _Track:
    name: str
    before: Reading[int] = _UNREAD
    most: Reading[int] = _UNREAD
    total: Reading[int] = _UNREAD
    use: list[float] = field(default_factory=list)
    why_no_use: Missing = _UNREAD

    def note(self, load: Load) -> None:
        used = load.memory_used
        if self.before is _UNREAD:
            self.before = used
        if isinstance(self.most, Missing):
            self.most = used
        elif not isinstance(used, Missing):  # a driver that falls silent takes nothing back
            self.most = max(self.most, used)
        if isinstance(self.total, Missing):
            self.total = load.memory_total
        if isinstance(load.utilization, Missing):
            self.why_no_use = load.utilization
        else:
            self.use.append(load.utilization)

    def peak(self) -> GpuPeak:
        use = sum(self.use) / len(self.use) if self.use else self.why_no_use
        return GpuPeak(self.name, self.before, self.most, self.total, use)
