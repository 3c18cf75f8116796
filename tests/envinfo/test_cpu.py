"""The number of CPUs: of the machine, of the affinity, of the control group."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
import pytest
from envinfo.cgroup_trees import v1, v2

from colab_magics.envinfo.probes.cpu import Cpu, counts, read_cpu
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.cgroup import Limit

Grow = Callable[[Mapping[str, str]], Path]
SILENT = Missing("it does not say")


@pytest.mark.parametrize(
    ("affinity", "quota", "cpuset", "usable", "binding"),
    [
        (8, SILENT, SILENT, 8, "machine"),
        (3, SILENT, SILENT, 3, "affinity"),
        (SILENT, SILENT, SILENT, 8, "machine"),
        (3, Limit(0.5, "cpu.max"), SILENT, 0.5, "quota"),
        (2, Limit(3.0, "cpu.max"), SILENT, 2, "affinity"),
        (2, Limit(2.0, "cpu.max"), SILENT, 2, "quota"),
        (SILENT, Limit(99.0, "cpu.max"), SILENT, 8, "machine"),
        (3, SILENT, Limit(3, "cpuset.cpus"), 3, "cpuset"),
        (2, SILENT, Limit(3, "cpuset.cpus"), 2, "affinity"),
        (SILENT, Limit(3.5, "cpu.max"), Limit(3, "cpuset.cpus"), 3, "cpuset"),
        (SILENT, SILENT, Limit(64, "cpuset.cpus"), 8, "machine"),
    ],
)
def test_usable_is_the_least(
    affinity: Reading[int], quota: Reading[Limit], cpuset: Reading[Limit], usable: float, binding: str
) -> None:
    cpu = Cpu(SILENT, 8, affinity, quota, cpuset)
    assert (cpu.usable, cpu.binding) == (usable, binding)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no CPU affinity")
def test_affinity_of_this_process() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert counts() == (os.cpu_count(), 1)
    finally:
        os.sched_setaffinity(0, before)


def test_psutil_tells_the_affinity_where_python_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(psutil.Process, "cpu_affinity"):
        pytest.skip("this system has no CPU affinity")
    expected = len(psutil.Process().cpu_affinity())
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert counts() == (os.cpu_count(), expected)


def test_a_system_without_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delattr(psutil.Process, "cpu_affinity", raising=False)
    assert counts()[1] == Missing("this system does not tell on which CPUs a process may run")


def test_an_affinity_that_may_not_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(process: psutil.Process) -> list[int]:
        raise psutil.AccessDenied(process.pid)

    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(psutil.Process, "cpu_affinity", refuse, raising=False)
    assert counts()[1] == Missing("this system does not tell on which CPUs a process may run (AccessDenied)")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0-2,16", Limit(4, "cpuset.cpus.effective")),
        ("0", Limit(1, "cpuset.cpus.effective")),
        ("0-1, 1-3", Limit(4, "cpuset.cpus.effective")),
        ("3-1", Missing("cpuset.cpus.effective holds no list of CPUs")),
        ("0-99999999999", Missing("cpuset.cpus.effective holds no list of CPUs")),
        ("a-b", Missing("cpuset.cpus.effective holds no list of CPUs")),
        ("", Missing("no control group of this process has cpuset.cpus.effective")),
    ],
)
def test_cpuset(grow: Grow, line: str, expected: Reading[Limit]) -> None:
    files = {"proc/self/cgroup": "0::/", "proc/self/mountinfo": v2(), "sys/fs/cgroup/cpuset.cpus.effective": line}
    assert read_cpu(grow(files), 64, 64).cpuset == expected


def test_an_empty_cpuset_takes_that_of_its_parent(grow: Grow) -> None:
    root = grow(
        {
            "proc/self/cgroup": "5:cpuset:/a/b",
            "proc/self/mountinfo": v1("cpuset"),
            "sys/fs/cgroup/cpuset/a/b/cpuset.cpus": "\n",
            "sys/fs/cgroup/cpuset/a/cpuset.cpus": "0,2\n",
        }
    )
    assert read_cpu(root, 8, 8).cpuset == Limit(2, "cpuset.cpus")


def test_a_cpu_that_tells_nothing(tmp_path: Path) -> None:
    none = Missing("this system shows no control groups")
    cpu = read_cpu(tmp_path, 8, 8, environ={})
    assert (cpu.quota, cpu.cpuset, cpu.throttling.seconds) == (none, none, none)
    assert isinstance(cpu.model, Missing)


def test_nothing_heavy_is_loaded_to_read_it() -> None:
    code = """
import sys
from pathlib import Path
from colab_magics.envinfo.probes.cpu import counts, read_cpu
from colab_magics.envinfo.probes.memory import read_memory
from colab_magics.machine.memory_gauge import MemoryGauge
from colab_magics.envinfo.probes.pressure import read_pressure
read_cpu(Path("/"), *counts()), read_memory(Path("/")), MemoryGauge().read(), read_pressure(Path("/"))
print(sorted({"psutil", "ctypes", "subprocess"} & set(sys.modules)))
"""
    if not sys.platform.startswith("linux"):
        pytest.skip("outside Linux psutil is asked")
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout == "[]\n"
