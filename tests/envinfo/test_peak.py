"""The peak of resident memory, by the kernel's own mark and by a lifetime's."""

import sys
from pathlib import Path

import pytest

from colab_magics.envinfo.peak import KernelPeak, LifetimePeak, begin_peak
from colab_magics.envinfo.reading import Missing

MB = 2**20
needs_mark = pytest.mark.skipif(
    not isinstance(begin_peak(), KernelPeak), reason="this kernel keeps no mark that can be begun anew"
)


class Process:
    """A folder as /proc/self, whose mark is set by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "clear_refs").touch()

    def reach(self, kilobytes: int) -> None:
        (self.folder / "status").write_text(f"VmHWM: {kilobytes} kB\n")


@pytest.fixture
def process(tmp_path: Path) -> Process:
    return Process(tmp_path)


def test_the_mark_is_begun_anew_and_read(process: Process) -> None:
    peak = KernelPeak(process.folder)
    assert (process.folder / "clear_refs").read_text() == "5"
    process.reach(300)
    assert peak.end() == 300 * 1024


def test_an_inner_measurement_takes_nothing_from_the_outer(process: Process) -> None:
    outer = KernelPeak(process.folder)
    process.reach(900)
    inner = KernelPeak(process.folder)
    process.reach(200)  # begun anew, and never so high again
    assert inner.end() == 200 * 1024
    assert outer.end() == 900 * 1024


def test_measurements_may_overlap(process: Process) -> None:
    first = KernelPeak(process.folder)
    process.reach(900)
    second = KernelPeak(process.folder)
    process.reach(500)
    assert first.end() == 900 * 1024
    process.reach(700)
    assert second.end() == 700 * 1024


def test_a_mark_that_cannot_be_read(process: Process) -> None:
    assert KernelPeak(process.folder).end() == Missing("status cannot be read (No such file or directory)")


def test_a_system_without_the_mark(tmp_path: Path) -> None:
    assert isinstance(begin_peak(tmp_path / "none"), LifetimePeak)


@needs_mark
def test_a_short_spike_is_seen() -> None:
    before = begin_peak().end()
    peak = begin_peak()
    spike = b"x" * (64 * MB)
    del spike
    seen = peak.end()
    assert isinstance(before, int)
    assert isinstance(seen, int)
    assert 63 * MB < seen - before < 66 * MB


@pytest.mark.skipif(sys.platform == "win32", reason="the lifetime's peak is raised by a child process only on POSIX")
def test_a_lifetime_peak_that_is_raised_or_not() -> None:
    raised = LifetimePeak()
    spike = b"x" * (96 * MB + (raised._before if raised._before < 2**31 else 0))
    del spike
    highest = raised.end()
    assert isinstance(highest, int)
    assert highest >= 96 * MB
    quiet = LifetimePeak().end()
    assert isinstance(quiet, Missing)
    assert "had reached before" in quiet.reason
