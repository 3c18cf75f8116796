"""Samples, and a monitor whose time a test moves on."""

from collections.abc import Callable
from dataclasses import replace

from colab_magics.envinfo.monitor.pulse import Beat, Pulse
from colab_magics.envinfo.monitor.sample import GpuSample, Sample, Sources
from colab_magics.envinfo.monitor.watch import Monitor
from colab_magics.envinfo.reading import Missing

GB = 2**30
SOURCES = Sources("of this machine's 2 CPUs", 2.0, "of what this process may use", "all disks", "all networks")
SAMPLE = Sample(
    at=1_795_000_000.0,
    tick=1000.0,
    cpu=0.5,
    used=4 * GB,
    usable=8 * GB,
    process=GB,
    disk_read=0.0,
    disk_written=2048.0,
    free=30 * GB,
    received=100.0,
    sent=Missing("the cable is <b>loose</b>"),
)
GPU = GpuSample("NVIDIA H100", 20 * GB, 80 * GB, 0.45)


class Script:
    """A sampler that gives a sample a second, the CPU a little busier each time."""

    sources = SOURCES

    def __init__(self) -> None:
        self.is_closed = False
        self.count = 0

    def read(self) -> Sample:
        assert not self.is_closed
        self.count += 1
        return replace(SAMPLE, tick=SAMPLE.tick + self.count, cpu=self.count / 1000)

    def close(self) -> None:
        self.is_closed = True


class HandPulse(Pulse):
    """A pulse that a test beats by hand, a second each time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.beats: list[Beat] = []

    def add(self, beat: Beat, wait: float = 0.0) -> None:
        self.beats.append(beat)

    def remove(self, beat: Beat) -> None:
        if beat in self.beats:
            self.beats.remove(beat)

    def go_on(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            for beat in tuple(self.beats):
                beat()


def scripted(is_busy: Callable[[], bool] = lambda: False) -> tuple[Monitor, HandPulse]:
    """A monitor that samples from a script, and the hand that moves its time on."""
    pulse = HandPulse()
    return Monitor(is_busy, make_sampler=Script, pulse=pulse, clock=lambda: pulse.now), pulse
