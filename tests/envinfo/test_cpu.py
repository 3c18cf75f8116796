"""The number of CPUs, and the CPU's name."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from colab_magics.envinfo.probes.cgroup import Limit
from colab_magics.envinfo.probes.cpu import Cpu, counts, read_cpu
from colab_magics.envinfo.reading import Missing, Reading

Grow = Callable[[Mapping[str, str]], Path]
SILENT = Missing("it does not say")


@pytest.mark.parametrize(
    ("affinity", "quota", "usable"),
    [
        (8, SILENT, 8),
        (3, SILENT, 3),
        (SILENT, SILENT, 8),
        (3, Limit(0.5, "cpu.max"), 0.5),
        (2, Limit(3.0, "cpu.max"), 2),
        (SILENT, Limit(99.0, "cpu.max"), 8),
    ],
)
def test_usable_is_the_least(affinity: Reading[int], quota: Reading[Limit], usable: float) -> None:
    assert Cpu(SILENT, 8, affinity, quota).usable == usable


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no CPU affinity")
def test_affinity_of_this_process() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert counts() == (os.cpu_count(), 1)
    finally:
        os.sched_setaffinity(0, before)


def test_a_system_without_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert isinstance(counts()[1], Missing)


@pytest.mark.parametrize(
    ("cpuinfo", "model"),
    [
        ("processor\t: 0\nmodel name\t: AMD  EPYC 7763\n\nprocessor\t: 1\n", "AMD EPYC 7763"),
        ("processor\t: 0\nBogoMIPS\t: 50.00\n", Missing("this kind of CPU has no name in /proc/cpuinfo")),
    ],
)
def test_model(grow: Grow, cpuinfo: str, model: Reading[str]) -> None:
    assert read_cpu(grow({"proc/cpuinfo": cpuinfo}), 8, 8).model == model


def test_a_system_without_cpuinfo(tmp_path: Path) -> None:
    assert read_cpu(tmp_path, 8, 8).model == Missing("cpuinfo cannot be read (No such file or directory)")
