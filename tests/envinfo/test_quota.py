"""What the CPU quota did, and which of several files tells it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from envinfo.cgroup_trees import cfs, v1, v2

from colab_magics.envinfo.probes.cpu import find_throttle, read_cpu, throttled_seconds
from colab_magics.envinfo.probes.quota import Throttling
from colab_magics.envinfo.reading import Missing

Grow = Callable[[Mapping[str, str]], Path]
GROUPS = "sys/fs/cgroup/"
STAT_V2 = "usage_usec 9\nnr_periods 100\nnr_throttled 7\nthrottled_usec 2500000\nnr_bursts 0\n"
NONE = "nr_periods 0\nnr_throttled 0\nthrottled_usec 0\n"


def test_version_2(grow: Grow) -> None:
    root = grow(
        {
            "proc/self/cgroup": "0::/box",
            "proc/self/mountinfo": v2(),
            f"{GROUPS}box/cpu.max": "50000 100000",
            f"{GROUPS}box/cpu.stat": STAT_V2,
        }
    )
    assert read_cpu(root, 8, 8).throttling == Throttling(2.5, 100, 7)
    assert throttled_seconds(root) == 2.5


def test_version_1_in_nanoseconds(grow: Grow) -> None:
    tree = {**cfs("cpu/box/", 50000), "cpu/box/cpu.stat": "nr_periods 10\nnr_throttled 9\nthrottled_time 2500000000\n"}
    root = grow(
        {
            "proc/self/cgroup": "1:cpu:/box",
            "proc/self/mountinfo": v1("cpu"),
            **{f"{GROUPS}{name}": text for name, text in tree.items()},
        }
    )
    assert read_cpu(root, 8, 8).throttling == Throttling(2.5, 10, 9)


@pytest.mark.parametrize(
    ("local", "seconds"), [("throttled_usec 1500000\n", 1.5), ("", 2.5), ("throttled_usec x", 2.5), (None, 2.5)]
)
def test_the_quota_of_a_parent_is_not_in_the_own_numbers(grow: Grow, local: str | None, seconds: float) -> None:
    files = {
        "proc/self/cgroup": "0::/pod/box",
        "proc/self/mountinfo": v2(),
        f"{GROUPS}pod/box/cpu.max": "max 100000",
        f"{GROUPS}pod/box/cpu.stat": NONE,
        f"{GROUPS}pod/cpu.max": "50000 100000",
        f"{GROUPS}pod/cpu.stat": STAT_V2,
    }
    root = grow(files if local is None else {**files, f"{GROUPS}pod/box/cpu.stat.local": local})
    assert read_cpu(root, 8, 8).throttling == Throttling(seconds, 100, 7)


def test_no_quota_is_not_0_seconds(grow: Grow) -> None:
    root = grow({"proc/self/cgroup": "0::/", "proc/self/mountinfo": v2(), f"{GROUPS}cpu.max": "max 100000"})
    assert throttled_seconds(root) == Missing("no quota is set")
    assert read_cpu(root, 8, 8).throttling.periods == Missing("no quota is set")


def test_a_file_that_goes_away(grow: Grow) -> None:
    root = grow(
        {
            "proc/self/cgroup": "0::/",
            "proc/self/mountinfo": v2(),
            f"{GROUPS}cpu.max": "50000 100000",
            f"{GROUPS}cpu.stat": STAT_V2,
        }
    )
    throttle = find_throttle(root)
    assert throttle() == 2.5
    (root / GROUPS / "cpu.stat").write_text("throttled_usec 3000000")
    assert throttle() == 3
    (root / GROUPS / "cpu.stat").write_text("nothing")
    assert throttle() == Missing("cpu.stat has no line throttled_usec")
    (root / GROUPS / "cpu.stat").unlink()
    assert throttle() == Missing("this control group has no cpu.stat")
