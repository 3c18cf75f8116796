"""How many CPUs' time a group gives; `test_cgroup` asks it of many machines."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from envinfo.cgroup_trees import v2

from colab_magics.machine.cpu_group import usable_cpus

Grow = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize(("quota", "cpus"), [("50000 100000", 0.5), ("max 100000", None), ("9999900000 100000", None)])
def test_a_quota_and_none(grow: Grow, quota: str, cpus: float | None) -> None:
    files = {"proc/self/cgroup": "0::/", "proc/self/mountinfo": v2(), "sys/fs/cgroup/cpu.max": quota}
    assert usable_cpus(grow(files)) == (len(os.sched_getaffinity(0)) if cpus is None else cpus)


def test_a_system_without_groups(tmp_path: Path) -> None:
    assert usable_cpus(tmp_path) == len(os.sched_getaffinity(0))
