"""CPU and memory limits on the layouts of control groups that are met in the field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from colab_magics.envinfo.probes.cgroup import Limit
from colab_magics.envinfo.probes.cpu import read_cpu
from colab_magics.envinfo.probes.memory import read_memory
from colab_magics.envinfo.reading import Missing

Grow = Callable[[Mapping[str, str]], Path]
GB = 2**30

_V2 = "35 24 0:28 {root} {point} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate"
_V1 = "36 31 0:32 {root} {point} rw,relatime - cgroup cgroup rw,{controller}"
_MEMINFO = f"MemTotal: {24 * GB // 1024} kB\nMemFree: 1 kB\nMemAvailable: {20 * GB // 1024} kB\n"


def v2(root: str = "/", point: str = "/sys/fs/cgroup") -> str:
    return _V2.format(root=root, point=point)


def v1(controller: str, root: str = "/", folder: str = "") -> str:
    return _V1.format(root=root, point=f"/sys/fs/cgroup/{folder or controller}", controller=controller)


@dataclass(frozen=True)
class Layout:
    name: str
    own: str
    mounts: tuple[str, ...]
    files: dict[str, str]
    quota: Limit | str
    limit: Limit | str
    used: int = 4 * GB  # of the machine: total less available


NO_QUOTA, NO_LIMIT = "no quota is set", "no limit"
HUGE = "9223372036854771712"

LAYOUTS = [
    Layout(
        "a container with a namespace of its own, version 2",
        "0::/",
        (v2(),),
        {
            "cpu.max": "50000 100000",
            "memory.max": str(GB),
            "memory.current": str(GB // 2),
            "memory.stat": f"anon 1\ninactive_file {GB // 4}",
        },
        Limit(0.5, "cpu.max"),
        Limit(GB, "memory.max"),
        used=GB // 4,
    ),
    Layout(
        "a systemd slice above the group limits it",
        "0::/user.slice/user-1.slice/session.scope",
        (v2(),),
        {
            "user.slice/user-1.slice/session.scope/cpu.max": "max 100000",
            "user.slice/user-1.slice/session.scope/memory.max": "max",
            "user.slice/user-1.slice/session.scope/memory.current": "5",
            "user.slice/user-1.slice/cpu.max": "max 100000",
            "user.slice/user-1.slice/memory.max": str(8 * GB),
            "user.slice/user-1.slice/memory.current": str(3 * GB),
            "user.slice/user-1.slice/memory.stat": f"inactive_file {GB}",
            "user.slice/cpu.max": "150000 100000",
            "user.slice/memory.max": "max",
        },
        Limit(1.5, "cpu.max of a parent group"),
        Limit(8 * GB, "memory.max of a parent group"),
        used=2 * GB,
    ),
    Layout(
        "the lowest of several limits binds",
        "0::/pod/box",
        (v2(),),
        {
            "pod/box/cpu.max": "400000 100000",
            "pod/box/memory.max": str(2 * GB),
            "pod/box/memory.current": str(GB),
            "pod/box/memory.stat": "inactive_file 0",
            "pod/cpu.max": "200000 100000",
            "pod/memory.max": str(3 * GB),
        },
        Limit(2.0, "cpu.max of a parent group"),
        Limit(2 * GB, "memory.max"),
        used=GB,
    ),
    Layout(
        "nothing is limited, version 2",
        "0::/box",
        (v2(),),
        {"box/cpu.max": "max 100000", "box/memory.max": "max"},
        NO_QUOTA,
        "no limit is set",
    ),
    Layout(
        "no controller for memory", "0::/box", (v2(),), {"box/cpu.max": "max 100000"}, NO_QUOTA, "memory.max cannot"
    ),
    Layout(
        "a limit above the machine's memory does not bind",
        "0::/box",
        (v2(),),
        {"box/cpu.max": "max", "box/memory.max": str(99 * GB)},
        NO_QUOTA,
        NO_LIMIT,
    ),
    Layout(
        "a container without a namespace of its own, version 1",
        "4:memory:/docker/f00\n2:cpu,cpuacct:/docker/f00",
        (v1("cpu", "/docker/f00", "cpu,cpuacct"), v1("memory", "/docker/f00")),
        {
            "cpu,cpuacct/cpu.cfs_quota_us": "150000",
            "cpu,cpuacct/cpu.cfs_period_us": "100000",
            "memory/memory.limit_in_bytes": str(GB),
            "memory/memory.usage_in_bytes": str(GB // 2),
            "memory/memory.stat": f"inactive_file 7\ntotal_inactive_file {GB // 8}",
        },
        Limit(1.5, "cpu.cfs_quota_us"),
        Limit(GB, "memory.limit_in_bytes"),
        used=GB // 2 - GB // 8,
    ),
    Layout(
        "no limit, as version 1 writes it",
        "4:memory:/box\n2:cpu:/box",
        (v1("cpu"), v1("memory")),
        {
            "cpu/box/cpu.cfs_quota_us": "-1",
            "cpu/box/cpu.cfs_period_us": "100000",
            "memory/box/memory.limit_in_bytes": HUGE,
        },
        NO_QUOTA,
        NO_LIMIT,
    ),
    Layout(
        "a container hides the group that limits it",
        "4:memory:/",
        (v1("memory"),),
        {
            "memory/memory.limit_in_bytes": HUGE,
            "memory/memory.usage_in_bytes": "90",
            "memory/memory.stat": f"hierarchical_memory_limit {GB}\ntotal_inactive_file 80",
        },
        "no control group for cpu",
        Limit(GB, "hierarchical_memory_limit in memory.stat"),
        used=10,
    ),
    Layout(
        "both versions, with the controllers in version 1",
        "4:memory:/job\n2:cpu:/\n0::/",
        (v1("cpu"), v1("memory"), v2(point="/sys/fs/cgroup/unified")),
        {
            "cpu/cpu.shares": "1024",
            "memory/job/memory.limit_in_bytes": str(GB),
            "memory/job/memory.usage_in_bytes": "5",
            "memory/job/memory.stat": "total_inactive_file 9",
            "unified/cgroup.procs": "",
        },
        "cpu.cfs_quota_us cannot be read",
        Limit(GB, "memory.limit_in_bytes"),
        used=0,
    ),
    Layout(
        "both versions, with memory in version 2",
        "2:cpu:/job\n0::/job",
        (v1("cpu"), v2(point="/sys/fs/cgroup/unified")),
        {
            "cpu/job/cpu.cfs_quota_us": "300000",
            "cpu/job/cpu.cfs_period_us": "100000",
            "unified/job/memory.max": str(GB),
            "unified/job/memory.current": "5",
            "unified/job/memory.stat": "inactive_file 0",
        },
        Limit(3.0, "cpu.cfs_quota_us"),
        Limit(GB, "memory.max"),
        used=5,
    ),
    Layout(
        "a path that belongs to another namespace",
        "0::/../../outside",
        (v2(),),
        {"cpu.max": "50000 100000", "memory.max": "max"},
        Limit(0.5, "cpu.max"),
        "no limit is set",
    ),
    Layout(
        "a mount point with a space in its name",
        "0::/",
        (v2(point="/sys/fs/cgroup/a\\040b"),),
        {"a b/cpu.max": "100000", "a b/memory.max": "max"},
        Limit(1.0, "cpu.max"),
        "no limit is set",
    ),
    Layout(
        "damaged files",
        "0::/\nnonsense",
        (v2(), "short line", "1 2 3 4 5 -"),
        {"cpu.max": "many 0", "memory.max": "-7"},
        "cpu.max holds no quota",
        "memory.max holds no number",
    ),
    Layout("no hierarchy is mounted", "0::/", (), {}, "no control group for cpu", "no control group for memory"),
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_limits(grow: Grow, layout: Layout) -> None:
    root = grow(
        {
            "proc/self/cgroup": layout.own,
            "proc/self/mountinfo": "\n".join(layout.mounts),
            "proc/meminfo": _MEMINFO,
            "sys/fs/cgroup/cgroup.procs": "",
            **{f"sys/fs/cgroup/{name}": content for name, content in layout.files.items()},
        }
    )
    memory = read_memory(root)
    for reading, expected in ((read_cpu(root, 8, 8).quota, layout.quota), (memory.limit, layout.limit)):
        if isinstance(expected, Limit):
            assert reading == expected
        else:
            assert isinstance(reading, Missing)
            assert expected in reading.reason
    assert memory.used == layout.used


def test_no_control_groups_at_all(grow: Grow) -> None:
    root = grow({"proc/meminfo": _MEMINFO})
    assert read_cpu(root, 8, 8).quota == Missing("this system shows no control groups")
    assert read_memory(root).limit == Missing("this system shows no control groups")
