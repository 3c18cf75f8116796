"""Pressure of the own group, or else of the machine."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from envinfo.cgroup_trees import v2

from colab_magics.envinfo.probes.pressure import Pressure, Stall, read_pressure
from colab_magics.envinfo.reading import Missing

Grow = Callable[[Mapping[str, str]], Path]
BUSY = "some avg10=12.50 avg60=1.25 avg300=0.48 total=15895087\nfull avg10=0.00 avg60=0.03 avg300=0.00 total=7\n"
CALM = BUSY.replace("12.50", "0.00").replace("1.25", "0.00")
SOME, FULL = Stall(0.125, 0.0125, 15.895087), Stall(0, 0.0003, 0.000007)
OWN = {"proc/self/cgroup": "0::/box", "proc/self/mountinfo": v2(), "sys/fs/cgroup/box/tasks": ""}
MACHINE = {f"proc/pressure/{name}": CALM for name in ("cpu", "memory", "io")}


def test_the_own_group_comes_first(grow: Grow) -> None:
    own = {f"sys/fs/cgroup/box/{name}.pressure": BUSY for name in ("cpu", "memory", "io")}
    expected = Pressure(SOME, SOME, SOME, FULL, FULL, FULL, is_whole_machine=False)
    assert read_pressure(grow({**OWN, **MACHINE, **own})) == expected


def test_else_it_is_the_machine(grow: Grow) -> None:
    found = read_pressure(grow({**OWN, **MACHINE}))
    assert found.is_whole_machine
    assert found.memory == Stall(0, 0, 15.895087)


def test_no_group_at_all(grow: Grow) -> None:
    assert read_pressure(grow({"proc/pressure/cpu": BUSY})).cpu == SOME


def test_a_group_that_tells_a_part(grow: Grow) -> None:
    found = read_pressure(grow({**OWN, **MACHINE, "sys/fs/cgroup/box/memory.pressure": BUSY}))
    assert (found.memory, found.cpu) == (SOME, Missing("this kernel does not measure it"))
    assert not found.is_whole_machine


def test_older_kernels_do_not_tell_when_all_waited_for_a_cpu(grow: Grow) -> None:
    found = read_pressure(grow({"proc/pressure/cpu": BUSY.splitlines()[0]}))
    assert (found.cpu, found.all_cpu) == (SOME, Missing("the kernel does not tell full"))


def test_a_kernel_without(tmp_path: Path) -> None:
    none = Missing("this kernel does not measure it")
    assert read_pressure(tmp_path) == Pressure(none, none, none, none, none, none)


@pytest.mark.parametrize(
    "line",
    [
        "some avg10=x avg60=0 total=1",
        "some avg10=0 total=1",
        "some avg10=nan avg60=0 total=1",
        "some avg10=101 avg60=0 total=1",
        "some avg10=0 avg60=0 total=1.5",
        "some avg10=0 avg60=0 total=" + "9" * 400,
        "some",
    ],
)
def test_damaged_numbers(grow: Grow, line: str) -> None:
    assert read_pressure(grow({"proc/pressure/io": line})).io == Missing("the kernel's numbers cannot be read")


def test_this_machine() -> None:
    if not Path("/proc/pressure/cpu").exists():
        pytest.skip("this kernel does not measure it")
    found = read_pressure(Path("/")).cpu
    assert isinstance(found, Stall)
    assert 0 <= found.last_60_s <= 1
