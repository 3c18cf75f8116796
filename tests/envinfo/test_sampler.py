"""Samples of this machine, of one that tells nothing, and of one without /proc."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

import psutil
import pytest

from colab_magics.envinfo.monitor import portable
from colab_magics.envinfo.monitor.rates import FIRST
from colab_magics.envinfo.monitor.sample import Sample, line
from colab_magics.envinfo.monitor.sampler import Sampler
from colab_magics.envinfo.probes.memory import read_memory
from colab_magics.envinfo.reading import Missing
from tests.waiting import soon

Grow = Callable[[Mapping[str, str]], Path]
RATES = ("cpu", "disk_read", "disk_written", "received", "sent")


def known(sample: Sample) -> set[str]:
    return {field.name for field in fields(sample) if not isinstance(getattr(sample, field.name), Missing)}


def test_this_machine() -> None:
    sampler = Sampler()
    first = sampler.read()
    time.sleep(0.3)
    second = sampler.read()
    sampler.close()
    assert first.cpu == FIRST
    assert {"used", "usable", "process", "cpu"} <= known(second)
    assert isinstance(second.process, int)
    assert abs(second.process - psutil.Process().memory_info().rss) < 64 * 2**20
    assert second.usable == read_memory(Path("/")).usable
    assert second.tick > first.tick
    assert abs(second.at - time.time()) < 5


def test_memory_that_is_taken_is_seen() -> None:
    sampler = Sampler()
    before = sampler.read().process
    taken = bytearray(b"x") * (64 * 2**20)
    after = sampler.read().process
    sampler.close()
    del taken
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert after - before >= 60 * 2**20


def test_the_free_space_comes_with_one_of_the_next_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sampler = Sampler()
    assert soon(lambda: not isinstance(sampler.read().free, Missing))
    free = sampler.read().free
    sampler.close()
    assert isinstance(free, int)
    assert abs(free - psutil.disk_usage(str(tmp_path)).free) < 2**30


def test_a_system_that_tells_nothing_gives_reasons_and_no_numbers(grow: Grow) -> None:
    sampler = Sampler(grow({"proc/stat": "", "proc/meminfo": "", "proc/self/statm": ""}))
    sampler.read()
    sample = sampler.read()
    sampler.close()
    assert known(sample) - {"at", "tick", "gpus", "free"} == set()
    assert sample.process == Missing("statm holds no number")


def test_closing_gives_every_file_and_thread_back() -> None:
    def held() -> tuple[int, int]:
        return len([*Path("/proc/self/fd").iterdir()]), threading.active_count()

    first = Sampler()
    first.settle(5)
    first.close()
    time.sleep(0.1)
    before = held()
    for _ in range(20):
        sampler = Sampler()
        sampler.read()
        sampler.close()
    assert soon(lambda: held() == before)


def test_other_systems_ask_psutil(tmp_path: Path) -> None:
    sampler = Sampler(tmp_path)  # there is no /proc here
    try:
        sampler.read()
        time.sleep(0.2)
        sample = sampler.read()
    finally:
        sampler.close()
    assert isinstance(sample.used, int)
    assert isinstance(sample.process, int)
    assert isinstance(sample.cpu, float)
    assert 0 <= sample.cpu <= sampler.sources.cpus
    assert "this machine's" in sampler.sources.cpu


def test_psutil_may_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("no disk")

    monkeypatch.setattr(psutil, "disk_io_counters", fail)
    assert portable.disks().read(1.0) == Missing("the system cannot be asked (no disk)")
    monkeypatch.setattr(psutil, "disk_io_counters", lambda **_: None)
    assert portable.disks().read(1.0) == Missing("this system counts no disk")


def test_one_line_for_a_terminal() -> None:
    sampler = Sampler()
    sampler.read()
    time.sleep(0.1)
    text = line(sampler.read(), sampler.sources)
    sampler.close()
    assert "\n" not in text
    assert text.startswith("CPU ")
    assert " in this process" in text
