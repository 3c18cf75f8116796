"""How many CPUs are busy: of the machine, of those allowed, of a quota."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from colab_magics.envinfo.monitor.processors import GroupProcessors, MachineProcessors, processors
from colab_magics.envinfo.monitor.rates import FIRST
from colab_magics.envinfo.reading import Missing

Grow = Callable[[Mapping[str, str]], Path]

V2 = {
    "proc/self/cgroup": "0::/box",
    "proc/self/mountinfo": "35 24 0:28 / /cg rw - cgroup2 none rw",
    "cg/box/cpu.max": "50000 100000",
}
V1_APART = {
    "proc/self/cgroup": "2:cpuacct:/box\n1:cpu:/box\n",
    "proc/self/mountinfo": "35 24 0:28 / /cpu rw - cgroup none rw,cpu\n36 24 0:29 / /acct rw - cgroup none rw,cpuacct\n",
    "cpu/box/cpu.cfs_quota_us": "50000",
    "cpu/box/cpu.cfs_period_us": "100000",
}


def stat(*rows: str) -> str:
    return "cpu  0 0 0 0 0 0 0 0 0 0\n" + "".join(f"{row}\n" for row in rows) + "intr 1 2 3\n"


def test_a_share_of_the_machine(grow: Grow) -> None:
    root = grow({"proc/stat": stat("cpu0 100 0 0 100 0 0 0 0 0 0", "cpu1 0 0 0 200 0 0 0 0 0 0")})
    busy = MachineProcessors(root, frozenset({0, 1}), 2)
    assert busy.source == "of this machine's 2 CPUs"
    assert busy.read(FIRST) == FIRST
    # cpu0 was busy all the time, cpu1 a quarter of it, and waited for a disk for another.
    grow({"proc/stat": stat("cpu0 200 0 0 100 0 0 0 0 0 0", "cpu1 10 5 10 250 25 0 0 0 0 0")})
    assert busy.read(1.0) == pytest.approx(1.25)
    busy.close()


def test_only_the_cpus_that_this_process_may_run_on(grow: Grow) -> None:
    root = grow({"proc/stat": stat("cpu0 0 0 0 0 0 0 0 0", "cpu1 0 0 0 10 0 0 0 0", "cpu10 0 0 0 0 0 0 0 0")})
    busy = MachineProcessors(root, frozenset({1}), 11)
    assert (busy.usable, busy.source) == (1.0, "of the 1 CPU that this process may run on")
    busy.read(1.0)
    grow({"proc/stat": stat("cpu0 99 0 0 0 0 0 0 0", "cpu1 5 0 0 15 0 0 0 0", "cpu10 99 0 0 0 0 0 0 0")})
    assert busy.read(1.0) == pytest.approx(0.5)
    busy.close()


@pytest.mark.parametrize("text", ["", "cpu0 0 0 0 0", "cpu0 a b c d", "garbage", "cpu1 5 5 5 5 5"])
def test_a_system_that_does_not_count_says_so(grow: Grow, text: str) -> None:
    busy = MachineProcessors(grow({"proc/stat": text}), frozenset({0}), 1)
    busy.read(1.0)
    assert busy.read(1.0) == Missing("this system does not count what its CPUs do")
    busy.close()


def test_numbers_that_stand_still_or_go_back_are_a_gap(grow: Grow) -> None:
    root = grow({"proc/stat": stat("cpu0 50 0 0 50 0 0 0 0")})
    busy = MachineProcessors(root, frozenset({0}), 1)
    busy.read(1.0)
    assert busy.read(1.0) == Missing("this system does not count what its CPUs do")
    grow({"proc/stat": stat("cpu0 60 0 0 20 0 0 0 0")})  # the idle time of a CPU may go back; see proc_stat(5)
    assert isinstance(busy.read(1.0), Missing)
    busy.close()


def test_a_quota_is_held_against_the_use_of_its_group(grow: Grow) -> None:
    root = grow({**V2, "cg/box/cpu.stat": "usage_usec 1000000\nuser_usec 9\n", "proc/stat": stat("cpu0 1 1 1 1")})
    busy = processors(root)
    assert isinstance(busy, GroupProcessors)
    assert (busy.usable, busy.source) == (0.5, "of this container's quota of 0.5 CPUs")
    assert busy.read(FIRST) == FIRST
    grow({"cg/box/cpu.stat": "usage_usec 1800000\nuser_usec 9\n"})
    assert busy.read(2.0) == pytest.approx(0.4)
    grow({"cg/box/cpu.stat": "usage_usec 100\n"})
    assert busy.read(1.0) == Missing("the CPU times began anew")
    busy.close()


def test_version_1_with_quota_and_use_in_two_hierarchies(grow: Grow) -> None:
    root = grow({**V1_APART, "acct/box/cpuacct.usage": "0", "acct/cpuacct.usage": "9"})
    busy = processors(root)
    assert isinstance(busy, GroupProcessors)
    busy.read(1.0)
    grow({"acct/box/cpuacct.usage": "250000000"})
    assert busy.read(1.0) == pytest.approx(0.25)
    busy.close()


def test_version_1_with_both_in_one_folder(grow: Grow) -> None:
    root = grow({**V1_APART, "cpu/box/cpuacct.usage": "0"})
    busy = processors(root)
    busy.read(1.0)
    grow({"cpu/box/cpuacct.usage": "500000000"})
    assert busy.read(1.0) == pytest.approx(0.5)
    busy.close()


def test_use_that_is_counted_for_another_group_is_not_taken(grow: Grow) -> None:
    files = {**V1_APART, "proc/self/cgroup": "2:cpuacct:/\n1:cpu:/box\n", "acct/cpuacct.usage": "0"}
    busy = processors(grow(files))
    assert isinstance(busy, MachineProcessors)
    busy.close()


@pytest.mark.parametrize("text", ["", "garbage", "usage_usec", "usage_usec -5", "nr_periods 4"])
def test_a_group_that_tells_no_use_says_so(grow: Grow, text: str) -> None:
    busy = processors(grow({**V2, "cg/box/cpu.stat": text}))
    busy.read(1.0)
    assert busy.read(1.0) == Missing("the control group tells no CPU time")
    busy.close()


def test_a_busy_thread_is_seen_on_this_machine() -> None:
    busy, ended = processors(Path("/")), threading.Event()
    busy.read(FIRST)

    def spin() -> None:
        while not ended.is_set():
            sum(range(1000))

    worker = threading.Thread(target=spin)
    began, cpu = time.monotonic(), time.process_time()
    worker.start()
    time.sleep(1.0)
    ended.set()
    worker.join()
    used, reading = time.process_time() - cpu, busy.read(time.monotonic() - began)
    busy.close()
    assert isinstance(reading, float)
    assert reading >= 0.7 * used  # others may use the machine, too, but not less than we did
    assert reading <= (os.cpu_count() or 1) * 1.1
