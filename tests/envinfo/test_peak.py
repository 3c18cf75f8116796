"""The peak of resident memory, by the kernel's own mark, by samples and by a lifetime's."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from colab_magics.envinfo.costs.peak import KernelPeak, LifetimePeak, SampledPeak, begin_peak, largest_child
from colab_magics.envinfo.reading import Missing

MB = 2**20


def _has_mark() -> bool:
    try:
        KernelPeak().end()
    except OSError:
        return False
    return True


needs_mark = pytest.mark.skipif(not _has_mark(), reason="this kernel keeps no mark that can be begun anew")
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX tells the peaks of processes")

_SPIKE = """
import json, mmap, os, psutil, sys, threading, time
from pathlib import Path
from colab_magics.envinfo.costs.peak import KernelPeak, SampledPeak, begin_peak
MB = 2**20
def resident():
    # The kernel walks the page tables for this one: no count that lags behind.
    return next(int(line.split()[1]) for line in open("/proc/self/smaps_rollup") if line.startswith("Rss:")) * 1024
def spike(megabytes, at_the_top=lambda: time.sleep(0.001)):
    with mmap.mmap(-1, megabytes * MB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as block:
        for page in range(0, megabytes * MB, mmap.PAGESIZE):
            block[page] = 1
        return at_the_top()
"""


def play(source: str) -> Any:
    """Run ``source``, which sets ``answer``, in a new process whose heap nobody used."""
    done = subprocess.run(
        [sys.executable, "-c", f"{_SPIKE}\n{source}\nprint(json.dumps(answer))"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


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


@needs_mark
def test_a_spike_of_400_megabytes_and_one_millisecond_is_exact_within_one() -> None:
    answer = play("""
peak = KernelPeak()
truth = spike(400, resident)
measured = peak.end()
before = resident()
peak = KernelPeak()
spike(400)
answer = [measured - truth, peak.end() - before]
""")
    assert abs(answer[0]) < MB
    assert abs(answer[1] - 400 * MB) < MB


@needs_mark
def test_a_numpy_array_that_lives_a_moment_is_seen() -> None:
    answer = play("""
import numpy as np
np.ones(1)
before = resident()
peak = KernelPeak()
np.ones(50 * MB)
answer = peak.end() - before
""")
    assert abs(answer - 400 * MB) < MB


@needs_mark
def test_nested_measurements_each_have_their_own_peak() -> None:
    outer, inner, last = play("""
before = resident()
outer = KernelPeak()
spike(400)
inner = KernelPeak()
spike(100)
inner = inner.end() - before
last = KernelPeak()
last = last.end() - before
answer = [outer.end() - before, inner, last]
""")
    assert abs(outer - 400 * MB) < MB
    assert abs(inner - 100 * MB) < MB
    assert abs(last) < MB


@needs_mark
def test_what_all_threads_hold_at_once_adds_up() -> None:
    answer = play("""
all_hold = threading.Barrier(4)
threads = [threading.Thread(target=spike, args=(100, all_hold.wait)) for _ in range(4)]
before = resident()
peak = KernelPeak()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
answer = peak.end() - before
""")
    assert abs(answer - 400 * MB) < 2 * MB  # the threads' own stacks and heaps come on top


@needs_mark
def test_a_forked_process_measures_itself() -> None:
    own, childs = play("""
peak = KernelPeak()
before = resident()
reader, writer = os.pipe()
if os.fork() == 0:
    low = resident()
    inner = KernelPeak()
    spike(200)
    os.write(writer, str(inner.end() - low).encode())
    os._exit(0)
os.wait()
answer = [peak.end() - before, int(os.read(reader, 50))]
""")
    assert abs(own) < MB
    assert abs(childs - 200 * MB) < MB


@needs_mark
def test_a_sandbox_that_forbids_the_mark_gets_samples(tmp_path: Path) -> None:
    (tmp_path / "clear_refs").mkdir()  # writing fails for root, too
    peak = begin_peak(tmp_path)
    assert isinstance(peak, SampledPeak)
    assert isinstance(peak.end(), int)


def test_a_system_without_the_mark(tmp_path: Path) -> None:
    peak = begin_peak(tmp_path / "none")
    assert isinstance(peak, SampledPeak)
    peak.end()


@needs_posix
def test_samples_see_what_lasts_and_say_that_they_are_samples() -> None:
    seen, source, threads = play("""
spike(500)  # higher than what follows, so that the process's highest is no help
before = resident()
peak = SampledPeak()
spike(300, lambda: time.sleep(0.2))
answer = [peak.end() - before, peak.source, threading.active_count()]
""")
    assert 299 * MB < seen < 301 * MB
    assert source == "sampled, 50 times a second"
    assert threads == 1


@needs_posix
def test_samples_give_way_to_the_highest_of_a_lifetime() -> None:
    # A process begins with the highest of the one that started it, here of a whole test run: go above that.
    more, source = play("""
import resource
before = resident()
size = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before) // MB + 300
peak = SampledPeak()
spike(size)
answer = [peak.end() - before - size * MB, peak.source]
""")
    assert abs(more) < 30 * MB
    assert source == "exact: this process's highest so far, reached here"


@needs_posix
def test_a_lifetime_peak_that_is_raised_or_not() -> None:
    raised = LifetimePeak()
    spike = b"x" * (96 * MB + raised._before)
    del spike
    highest = raised.end()
    assert isinstance(highest, int)
    assert highest >= 96 * MB
    quiet = LifetimePeak().end()
    assert isinstance(quiet, Missing)
    assert "had reached before" in quiet.reason


@needs_posix
def test_the_largest_process_that_was_waited_for() -> None:
    subprocess.run([sys.executable, "-c", f"b'x' * {1200 * MB}"], check=True)
    largest = largest_child()
    assert isinstance(largest, int)
    assert largest > 1200 * MB


def test_no_thread_is_left() -> None:
    before = threading.active_count()
    for _ in range(3):
        begin_peak(Path(os.devnull)).end()
    assert threading.active_count() == before
