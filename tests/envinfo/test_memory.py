"""The machine's memory, swap, what went wrong, and the gauge; the limits of groups are in test_cgroup.py."""

import mmap
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
import pytest
from envinfo.cgroup_trees import ENDLESS, GB, MEMINFO, full, full_v1, v1, v2

from colab_magics.envinfo.probes.memory import Memory, Swap, ask_memory, read_memory
from colab_magics.envinfo.reading import Missing
from colab_magics.machine.cgroup import Limit
from colab_magics.machine.memory_gauge import MemoryGauge

Grow = Callable[[Mapping[str, str]], Path]
GROUPS = "sys/fs/cgroup/"
SWAP = f"{MEMINFO}SwapTotal: {4 * GB // 1024} kB\nSwapFree: {3 * GB // 1024} kB\n"


def _version_2(tree: Mapping[str, str], meminfo: str = MEMINFO) -> dict[str, str]:
    own = {"proc/self/cgroup": "0::/pod/box", "proc/self/mountinfo": v2(), "proc/meminfo": meminfo}
    return own | {f"{GROUPS}{name}": text for name, text in {"pod/box/tasks": "", **tree}.items()}


def _version_1(tree: Mapping[str, str], meminfo: str = MEMINFO) -> dict[str, str]:
    own = {"proc/self/cgroup": "4:memory:/box", "proc/self/mountinfo": v1("memory"), "proc/meminfo": meminfo}
    return own | {f"{GROUPS}memory/{name}": text for name, text in {"box/tasks": "", **tree}.items()}


def test_fields_in_bytes(grow: Grow) -> None:
    root = grow(
        {
            "proc/meminfo": "MemTotal:  2048 kB\nMemFree: 1 kB\nMemAvailable: 1024 kB\n",
            "proc/self/status": "Name:\tpython\nVmRSS:\t  512 kB\n",
        }
    )
    memory = read_memory(root)
    assert (memory.total, memory.used, memory.process) == (2048 * 1024, 1024 * 1024, 512 * 1024)
    assert (memory.cache, memory.available) == (1023 * 1024, 1024 * 1024)
    assert memory.usable == memory.total


def test_a_missing_field_has_its_reason(grow: Grow) -> None:
    memory = read_memory(grow({"proc/meminfo": "MemTotal: 8 kB\n"}))
    assert memory.total == 8192
    assert memory.used == memory.available == memory.cache == Missing("meminfo has no line MemAvailable")
    assert memory.process == Missing("status cannot be read (No such file or directory)")
    assert memory.swap.total == Missing("meminfo has no line SwapTotal")


def test_usable_is_the_limit_where_one_binds() -> None:
    assert Memory(100, Limit(40.0, "memory.max"), 7, 5).usable == 40


@pytest.mark.parametrize("used", ["memory.current", "memory.stat"])
def test_a_limit_stands_when_its_use_cannot_be_read(grow: Grow, used: str) -> None:
    tree = full("pod/box/", GB, 9, 1)
    del tree[f"pod/box/{used}"]
    memory = read_memory(grow(_version_2(tree)))
    assert memory.limit == Limit(GB, "memory.max")
    assert memory.used == memory.available == memory.cache == Missing(f"this control group has no {used}")


def test_statistics_without_the_line(grow: Grow) -> None:
    root = grow(_version_2({**full("pod/box/", GB, 9, 1), "pod/box/memory.stat": "anon 1"}))
    assert read_memory(root).used == Missing("memory.stat has no line inactive_file")


def test_cache_is_what_the_group_can_drop(grow: Grow) -> None:
    assert read_memory(grow(_version_2(full("pod/box/", GB, 90, 40)))).cache == 40


def test_the_kernel_slows_down_above_memory_high(grow: Grow) -> None:
    tree = {"pod/box/memory.max": "max", "pod/box/memory.high": "max", "pod/memory.high": str(GB)}
    assert read_memory(grow(_version_2(tree))).soft == Limit(GB, "memory.high of a parent group")
    none = Missing("none below the machine's own memory is set")
    assert read_memory(grow(_version_2({**tree, "pod/memory.high": str(99 * GB)}))).soft == none
    assert isinstance(read_memory(grow(_version_1({}))).soft, Missing)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (str(2 * GB), Swap(4 * GB, 5, Limit(2 * GB, "memory.swap.max"))),
        ("0", Swap(4 * GB, 5, Limit(0, "memory.swap.max"))),
        ("max", Swap(4 * GB, GB, Missing("no limit is set"))),
        (str(9 * GB), Swap(4 * GB, GB, Missing("no limit below the machine's own swap is set"))),
        ("?", Swap(4 * GB, GB, Missing("memory.swap.max holds no number"))),
    ],
)
def test_swap_in_version_2(grow: Grow, limit: str, expected: Swap) -> None:
    tree = {"pod/box/memory.swap.max": limit, "pod/box/memory.swap.current": "5"}
    assert read_memory(grow(_version_2(tree, SWAP))).swap == expected


def test_a_machine_without_swap(grow: Grow) -> None:
    root = grow({"proc/meminfo": f"{MEMINFO}SwapTotal: 0 kB\nSwapFree: 0 kB\n"})
    assert read_memory(root).swap == Swap(0, 0, Missing("this machine has no swap"))


def test_swap_in_version_1_is_what_is_above_the_memory(grow: Grow) -> None:
    both = {"box/memory.memsw.limit_in_bytes": str(3 * GB), "box/memory.memsw.usage_in_bytes": str(GB + 7)}
    tree = {**full_v1("box/", 2 * GB, GB, 0), **both}
    source = "memory.memsw.limit_in_bytes less memory.limit_in_bytes"
    assert read_memory(grow(_version_1(tree, SWAP))).swap == Swap(4 * GB, 7, Limit(GB, source))
    endless = {**tree, "box/memory.memsw.limit_in_bytes": ENDLESS}
    assert read_memory(grow(_version_1(endless, SWAP))).swap == Swap(4 * GB, GB, Missing("no limit is set"))


def test_processes_that_were_ended_in_version_2(grow: Grow) -> None:
    tree = {
        **full("pod/box/", "max", 1, 0),
        **full("pod/", GB, 1, 0),
        "pod/box/memory.events": "low 0\nhigh 0\nmax 4\noom 2\noom_kill 2\noom_group_kill 0\n",
        "pod/memory.events": "low 0\nhigh 0\nmax 4\noom 3\noom_kill 3\n",
    }
    assert read_memory(grow(_version_2(tree))).ended == 3
    # Where nothing binds it is the own group's count.
    assert read_memory(grow(_version_2({**tree, "pod/memory.max": "max"}))).ended == 2


def test_processes_that_were_ended_in_version_1(grow: Grow) -> None:
    tree = {**full_v1("box/", GB, 1, 0), "box/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n"}
    assert read_memory(grow(_version_1(tree))).ended == 5
    older = {**tree, "box/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\n"}
    assert read_memory(grow(_version_1(older))).ended == Missing("memory.oom_control does not count them")


def test_psutil_tells_the_same_as_the_files() -> None:
    if not Path("/proc/meminfo").exists():
        pytest.skip("this system does not show its memory as files")
    asked, found = ask_memory(), read_memory(Path("/"))
    assert asked.total == found.total == psutil.virtual_memory().total
    assert asked.swap.total == found.swap.total
    assert asked.process == pytest.approx(found.process, rel=0.2)


def test_psutil_without_swap(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise RuntimeError("PdhAddEnglishCounterW failed")

    monkeypatch.setattr(psutil, "swap_memory", refuse)
    assert ask_memory().swap.total == Missing("psutil cannot tell (RuntimeError)")


def test_the_gauge_reads_anew(grow: Grow) -> None:
    root = grow(_version_2(full("pod/box/", GB, 90, 40)))
    gauge = MemoryGauge(root)
    assert gauge.read() == (50, GB)
    (root / GROUPS / "pod/box/memory.current").write_text("100")
    assert gauge.read() == (60, GB)
    (root / GROUPS / "pod/box/memory.current").unlink()
    assert gauge.read() == (Missing("this control group has no memory.current"), GB)


def test_the_gauge_of_a_machine(grow: Grow) -> None:
    root = grow({"proc/meminfo": MEMINFO})
    assert MemoryGauge(root).read() == (4 * GB, 24 * GB)


def test_the_gauge_asks_psutil_where_there_are_no_files(tmp_path: Path) -> None:
    used, usable = MemoryGauge(tmp_path).read()
    assert usable == psutil.virtual_memory().total
    assert isinstance(used, int)
    assert 0 < used < usable


def test_the_gauge_sees_memory_that_is_taken() -> None:
    for _ in range(4):  # other processes come and go meanwhile
        gauge = MemoryGauge()
        before, _ = gauge.read()
        with mmap.mmap(-1, 2**30) as held:
            for page in range(0, len(held), mmap.PAGESIZE):
                held[page] = 1
            after, _ = gauge.read()
        assert isinstance(before, int)
        assert isinstance(after, int)
        if after - before > 2**27:
            return
        time.sleep(2.5)  # Linux sums up every two seconds what of a group's use is files
    pytest.fail(f"the gauge saw {after - before} bytes of 1 GiB")
