"""The control groups of many machines, as their files are, with what is true of each.

Every machine has 8 CPUs and 24 GB, of which 4 GB are in use.
"""

from dataclasses import dataclass, field

from colab_magics.machine.cgroup import Limit

GB = 2**30
COUNT, TOTAL = 8, 24 * GB
MEMINFO = f"MemTotal: {TOTAL // 1024} kB\nMemFree: {16 * GB // 1024} kB\nMemAvailable: {20 * GB // 1024} kB\n"
ENDLESS = "9223372036854771712"  # 0x7ffffffffffff000: how version 1 writes "no limit"
NONE_SET = "no limit is set"
NO_QUOTA = "no quota is set"
PARENT, NEAREST = " of a parent group", " of the nearest group that can be seen"


def v2(root: str = "/", point: str = "/sys/fs/cgroup") -> str:
    return f"35 24 0:28 {root} {point} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate"


def v1(controller: str, root: str = "/", folder: str = "") -> str:
    return f"36 31 0:32 {root} /sys/fs/cgroup/{folder or controller} rw,relatime - cgroup cgroup rw,{controller}"


@dataclass(frozen=True)
class Layout:
    """``own`` is /proc/self/cgroup, ``mounts`` is mountinfo; ``files`` lie in /sys/fs/cgroup, or where "/" begins them.

    Expected are the CPUs and bytes that can be used, and the rule of each: a limit, or a part of the reason for none.
    """

    name: str
    own: str
    mounts: tuple[str, ...]
    files: dict[str, str]
    quota: Limit | str = NO_QUOTA
    limit: Limit | str = NONE_SET
    cpus: float = COUNT
    binding: str = "machine"
    used: int = 4 * GB
    available: int = 20 * GB
    folders: tuple[str, ...] = field(default=())  # empty ones, and folders where a file is expected


def full(folder: str, maximum: object, current: int, inactive: int) -> dict[str, str]:
    """What version 2 tells of the memory of one group."""
    return {
        f"{folder}memory.max": str(maximum),
        f"{folder}memory.current": str(current),
        f"{folder}memory.stat": f"anon 1\nfile 2\ninactive_anon 3\ninactive_file {inactive}\nactive_file 4\n",
    }


def full_v1(folder: str, maximum: object, usage: int, inactive: int, inherited: object = ENDLESS) -> dict[str, str]:
    """What version 1 tells of the memory of one group."""
    return {
        f"{folder}memory.limit_in_bytes": str(maximum),
        f"{folder}memory.usage_in_bytes": str(usage),
        f"{folder}memory.stat": f"inactive_file 7\nhierarchical_memory_limit {inherited}\ntotal_inactive_file {inactive}\n",
    }


def cfs(folder: str, quota: object, period: object = 100000) -> dict[str, str]:
    """The CPU quota of one group in version 1."""
    return {f"{folder}cpu.cfs_quota_us": f"{quota}\n", f"{folder}cpu.cfs_period_us": f"{period}\n"}


DOCKER = "13:name=systemd:/docker/f00\n4:memory:/docker/f00\n3:cpuset:/docker/f00\n2:cpu,cpuacct:/docker/f00"
SLICE = "user.slice/user-1000.slice"

VERSION_2 = [
    Layout(
        "Docker with a namespace of its own",
        "0::/",
        (v2(),),
        {"cpu.max": "50000 100000", **full("", GB, GB // 2, GB // 4)},
        Limit(0.5, "cpu.max"),
        Limit(GB, "memory.max"),
        cpus=0.5,
        binding="quota",
        used=GB // 4,
        available=GB - GB // 4,
    ),
    Layout(
        "a systemd slice two levels up limits the memory, one three levels up the CPU",
        f"0::/{SLICE}/session-2.scope",
        (v2(),),
        {
            f"{SLICE}/session-2.scope/cpu.max": "max 100000",
            **full(f"{SLICE}/session-2.scope/", "max", 5, 0),
            f"{SLICE}/cpu.max": "max 100000",
            **full(f"{SLICE}/", 8 * GB, 3 * GB, GB),
            "user.slice/cpu.max": "150000 100000",
            "user.slice/memory.max": "max",
        },
        Limit(1.5, "cpu.max" + PARENT),
        Limit(8 * GB, "memory.max" + PARENT),
        cpus=1.5,
        binding="quota",
        used=2 * GB,
        available=6 * GB,
    ),
    Layout(
        "a burstable Kubernetes pod: its container sets none, the pod does",
        "0::/kubepods.slice/kubepods-burstable.slice/pod7.slice/cri-1.scope",
        (v2(),),
        {
            "kubepods.slice/kubepods-burstable.slice/pod7.slice/cri-1.scope/cpu.max": "max 100000",
            **full("kubepods.slice/kubepods-burstable.slice/pod7.slice/cri-1.scope/", "max", GB, 0),
            "kubepods.slice/kubepods-burstable.slice/pod7.slice/cpu.max": "200000 100000",
            **full("kubepods.slice/kubepods-burstable.slice/pod7.slice/", 2 * GB, GB + 50, 50),
            "kubepods.slice/kubepods-burstable.slice/cpu.max": "max 100000",
            "kubepods.slice/memory.max": str(20 * GB),
            "kubepods.slice/memory.current": str(9 * GB),
            "kubepods.slice/memory.stat": "inactive_file 0",
        },
        Limit(2, "cpu.max" + PARENT),
        Limit(2 * GB, "memory.max" + PARENT),
        cpus=2,
        binding="quota",
        used=GB,
        available=GB,
    ),
    Layout(
        "a parent with a higher limit is nearly full, so less is left than the own limit says",
        "0::/all/mine",
        (v2(),),
        {**full("all/mine/", 4 * GB, GB, 0), **full("all/", 8 * GB, 7 * GB, 0)},
        "no cpu.max",
        Limit(4 * GB, "memory.max"),
        used=GB,
        available=GB,
    ),
    Layout(
        "the lowest of several limits binds",
        "0::/pod/box",
        (v2(),),
        {
            "pod/box/cpu.max": "400000 100000",
            **full("pod/box/", 2 * GB, GB, 0),
            "pod/cpu.max": "200000 100000",
            **full("pod/", 3 * GB, GB, 0),
        },
        Limit(2, "cpu.max" + PARENT),
        Limit(2 * GB, "memory.max"),
        cpus=2,
        binding="quota",
        used=GB,
        available=GB,
    ),
    Layout("nothing is limited", "0::/box", (v2(),), {"box/cpu.max": "max 100000", "box/memory.max": "max"}),
    Layout("max without a period", "0::/box", (v2(),), {"box/cpu.max": "max", "box/memory.max": "max\n"}),
    Layout(
        "an odd period",
        "0::/box",
        (v2(),),
        {"box/cpu.max": "12345 54321", "box/memory.max": "max"},
        Limit(12345 / 54321, "cpu.max"),
        cpus=12345 / 54321,
        binding="quota",
    ),
    Layout(
        "a quota above the machine",
        "0::/box",
        (v2(),),
        {"box/cpu.max": "9900000 100000", "box/memory.max": "max"},
        Limit(99, "cpu.max"),
    ),
    Layout(
        "no controller for memory",
        "0::/box",
        (v2(),),
        {"box/cpu.max": "max 100000"},
        limit="this control group has no memory.max",
    ),
    Layout(
        "rootless Podman: the CPU controller was not delegated",
        "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-1.scope/container",
        (v2("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-1.scope"),),
        full("container/", 2 * GB, GB, 0),
        "this control group has no cpu.max",
        Limit(2 * GB, "memory.max"),
        used=GB,
        available=GB,
    ),
    Layout(
        "a limit above the machine's memory is none",
        "0::/box",
        (v2(),),
        {"box/cpu.max": "max", **full("box/", 99 * GB, 5, 0)},
        limit="no limit below the machine's own memory",
    ),
    Layout(
        "a number above 64 bits is none",
        "0::/box",
        (v2(),),
        {"box/cpu.max": f"{'9' * 5000} 100000", "box/memory.max": "9" * 5000},
        "cpu.max holds no quota",
        "memory.max holds no number",
    ),
    Layout(
        "a CPU set with gaps",
        "0::/box",
        (v2(),),
        {
            "box/cpu.max": "max 100000",
            "box/memory.max": "max",
            "box/cpuset.cpus": "",
            "box/cpuset.cpus.effective": "0-2,6\n",
        },
        cpus=4,
        binding="cpuset",
    ),
    Layout(
        "a CPU set of the parent, and a quota above it",
        "0::/box/kid",
        (v2(),),
        {"box/kid/cpu.max": "300000 100000", "box/memory.max": "max", "box/cpuset.cpus.effective": "4,5"},
        Limit(3, "cpu.max"),
        "no memory.max",
        cpus=2,
        binding="cpuset",
    ),
    Layout(
        "part of the tree is mounted, at another place",
        "0::/docker/f00/kernel",
        (v2("/docker/f00", "/run/groups"),),
        {
            "/run/groups/kernel/cpu.max": "max 100000",
            "/run/groups/cpu.max": "250000 100000",
            "/run/groups/kernel/memory.max": "max",
            **{f"/run/groups/{name}": text for name, text in full("", GB, 30, 20).items()},
        },
        Limit(2.5, "cpu.max" + PARENT),
        Limit(GB, "memory.max" + PARENT),
        cpus=2.5,
        binding="quota",
        used=10,
        available=GB - 10,
    ),
    Layout(
        "two mounts: that which shows the group and the most above it tells",
        "0::/docker/f00",
        (v2("/docker/f00", "/run/part"), v2("/other", "/run/other"), v2("/", "/sys/fs/cgroup")),
        {
            "/run/part/cpu.max": "max 100000",
            "/run/part/memory.max": "max",
            "/run/other/cpu.max": "1000 100000",
            "/run/other/memory.max": "9",
            "docker/f00/cpu.max": "max 100000",
            "docker/f00/memory.max": "max",
            "docker/cpu.max": "700000 100000",
            "docker/memory.max": "max",
        },
        Limit(7, "cpu.max" + PARENT),
        cpus=7,
        binding="quota",
    ),
    Layout(
        "a path that belongs to another namespace",
        "0::/../../outside",
        (v2(),),
        {"cpu.max": "50000 100000", "memory.max": "max"},
        Limit(0.5, "cpu.max" + NEAREST),
        "the control group of this process cannot be seen here; where it can be seen, no limit is set",
        cpus=0.5,
        binding="quota",
    ),
    Layout(
        "the group was removed while the process lives",
        "0::/box/gone (deleted)",
        (v2(),),
        {"box/cpu.max": "100000 100000", "box/memory.max": "max"},
        Limit(1, "cpu.max" + PARENT),
        "the control group of this process was removed",
        cpus=1,
        binding="quota",
    ),
    Layout(
        "a group whose name says that it was removed",
        "0::/box (deleted)",
        (v2(),),
        {"box (deleted)/cpu.max": "100000 100000", "box (deleted)/memory.max": "max"},
        Limit(1, "cpu.max"),
        cpus=1,
        binding="quota",
    ),
    Layout(
        "names with a colon, and a mount point with a space and a backslash",
        "0::/a:b",
        (v2(point="/sys/fs/cgroup/a\\040b\\134c"),),
        {"a b\\c/a:b/cpu.max": "100000", "a b\\c/a:b/memory.max": "max"},
        Limit(1, "cpu.max"),
        cpus=1,
        binding="quota",
    ),
    Layout(
        "WSL 2: the process is in the root group, which has no such files",
        "0::/",
        (v2(),),
        {"cgroup.procs": "1", "cpuset.cpus.effective": "0-7"},
        "this control group has no cpu.max",
        "this control group has no memory.max",
    ),
    Layout(
        "only a part of the tree is mounted, and it is not known to be above this process",
        "0::/",
        (v2("/ecs/task/box"), "1 2 3 broken"),
        {"cpu.max": "25000 100000", **full("", GB // 2, GB // 4, 0)},
        Limit(0.25, "cpu.max" + NEAREST),
        Limit(GB // 2, "memory.max" + NEAREST),
        cpus=0.25,
        binding="quota",
        used=GB // 4,
        available=GB // 4,
    ),
    Layout(
        "LXCFS writes meminfo: the machine's total is the limit itself",
        "0::/",
        (v2(), "90 31 0:60 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw,allow_other"),
        {"cpu.max": "max 100000", **full("", TOTAL, 3 * GB, GB)},
        limit=Limit(TOTAL, "memory.max"),
        used=2 * GB,
        available=20 * GB,
    ),
]

VERSION_1 = [
    Layout(
        "Docker without a namespace: the path of the host is what is mounted",
        DOCKER,
        (v1("cpu,cpuacct", "/docker/f00"), v1("memory", "/docker/f00"), v1("cpuset", "/docker/f00")),
        {
            **cfs("cpu,cpuacct/", 150000),
            **full_v1("memory/", GB, GB // 2, GB // 8),
            "cpuset/cpuset.cpus": "0-3",
            "cpuset/cpuset.effective_cpus": "0-3",
        },
        Limit(1.5, "cpu.cfs_quota_us"),
        Limit(GB, "memory.limit_in_bytes"),
        cpus=1.5,
        binding="quota",
        used=GB // 2 - GB // 8,
        available=GB // 2 + GB // 8,
    ),
    Layout(
        "Docker shows the path of the host, but mounts its own groups as if they were the root",
        DOCKER,
        (v1("cpu,cpuacct"), v1("memory")),
        {**cfs("cpu,cpuacct/", 200000), **full_v1("memory/", GB, 9, 8)},
        Limit(2, "cpu.cfs_quota_us" + NEAREST),
        Limit(GB, "memory.limit_in_bytes" + NEAREST),
        cpus=2,
        binding="quota",
        used=1,
        available=GB - 1,
    ),
    Layout(
        "no limit, as it is written",
        "4:memory:/box\n2:cpu:/box",
        (v1("cpu"), v1("memory")),
        {**cfs("cpu/box/", -1), **full_v1("memory/box/", ENDLESS, 9, 8)},
    ),
    Layout(
        "no limit, as it is written with pages of 64 kB",
        "4:memory:/box\n2:cpu:/box",
        (v1("cpu"), v1("memory")),
        {**cfs("cpu/box/", -1), **full_v1("memory/box/", 2**63 - 65536, 9, 8, 2**63 - 65536)},
    ),
    Layout(
        "an ancestor limits both",
        "4:memory:/a/b\n2:cpu:/a/b",
        (v1("cpu"), v1("memory")),
        {
            **cfs("cpu/a/b/", -1),
            **cfs("cpu/a/", 50000, 20000),
            **cfs("cpu/", -1),
            **full_v1("memory/a/b/", ENDLESS, 100, 8, ENDLESS),
            **full_v1("memory/a/", 3 * GB, GB, 0, 3 * GB),
        },
        Limit(2.5, "cpu.cfs_quota_us" + PARENT),
        Limit(3 * GB, "memory.limit_in_bytes" + PARENT),
        cpus=2.5,
        binding="quota",
        used=GB,
        available=2 * GB,
    ),
    Layout(
        "a container hides the group that limits it",
        "4:memory:/",
        (v1("memory"),),
        full_v1("memory/", ENDLESS, 90, 80, GB),
        "no control group for cpu",
        Limit(GB, "hierarchical_memory_limit in memory.stat"),
        used=10,
        available=GB - 10,
    ),
    Layout(
        "Fargate: the task's limit is told by the container's statistics",
        "9:memory:/ecs/task/box\n5:cpu,cpuacct:/ecs/task/box",
        (v1("memory", "/ecs/task/box"), v1("cpu,cpuacct", "/ecs/task/box")),
        {**full_v1("memory/", ENDLESS, GB // 2, 0, 2 * GB), "cpu,cpuacct/cpu.shares": "256", **cfs("cpu,cpuacct/", -1)},
        limit=Limit(2 * GB, "hierarchical_memory_limit in memory.stat"),
        used=GB // 2,
        available=2 * GB - GB // 2,
    ),
    Layout(
        "a CPU set without the effective file of newer kernels",
        "3:cpuset:/box",
        (v1("cpuset"),),
        {"cpuset/box/cpuset.cpus": "0-2,5\n"},
        "no control group for cpu",
        "no control group for memory",
        cpus=4,
        binding="cpuset",
    ),
    Layout(
        "gVisor: there is no mountinfo, only the older table",
        "2:memory:/\n1:cpu:/",
        (),
        {
            "/proc/self/mounts": "none / 9p rw 0 0\n"
            "none /sys/fs/cgroup/memory cgroup rw,memory 0 0\nnone /sys/fs/cgroup/cpu cgroup rw,cpu 0 0",
            **full_v1("memory/", GB, 9, 8),
            **cfs("cpu/", 300000),
        },
        Limit(3, "cpu.cfs_quota_us"),
        Limit(GB, "memory.limit_in_bytes"),
        cpus=3,
        binding="quota",
        used=1,
        available=GB - 1,
    ),
]

MIXED = [
    Layout(
        "the controllers in version 1, and version 2 empty beside them",
        "4:memory:/job\n2:cpu:/\n1:name=systemd:/\n0::/",
        (v1("cpu"), v1("memory"), v2(point="/sys/fs/cgroup/unified")),
        {"cpu/cpu.shares": "1024", **full_v1("memory/job/", GB, 5, 9), "unified/cgroup.procs": ""},
        "this control group has no cpu.cfs_quota_us",
        Limit(GB, "memory.limit_in_bytes"),
        used=0,
        available=GB,
    ),
    Layout(
        "memory in version 2, the CPU in version 1",
        "2:cpu:/job\n0::/job",
        (v1("cpu"), v2(point="/sys/fs/cgroup/unified")),
        {
            **cfs("cpu/job/", 300000),
            **{f"unified/job/{name}": text for name, text in full("", GB, 5, 0).items()},
        },
        Limit(3, "cpu.cfs_quota_us"),
        Limit(GB, "memory.max"),
        cpus=3,
        binding="quota",
        used=5,
        available=GB - 5,
    ),
]

BROKEN = [
    Layout(
        "damaged files",
        "0::/\nnonsense\n::::\n7:memory:relative",
        (v2(), "short line", "1 2 3 4 5 -", "- cgroup2", " - cgroup2 x"),
        {"cpu.max": "many 0", "memory.max": "-7", "cpuset.cpus.effective": "7-3,x"},
        "cpu.max holds no quota",
        "memory.max holds no number",
    ),
    Layout(
        "a path that is too long for any file system",
        f"0::/box/{'n' * 5000}",
        (v2(),),
        {"box/cpu.max": "400000 100000", "box/memory.max": "max"},
        Limit(4, "cpu.max" + NEAREST),
        "the control group of this process cannot be seen here",
        cpus=4,
        binding="quota",
    ),
    Layout(
        "empty files",
        "0::/",
        (v2(),),
        {"cpu.max": "", "memory.max": "", "cpuset.cpus.effective": ""},
        "cpu.max holds no quota",
        "memory.max holds no number",
    ),
    Layout(
        "files that cannot be read",
        "0::/",
        (v2(),),
        {},
        "cpu.max cannot be read",
        "memory.max cannot be read",
        folders=("cpu.max", "memory.max", "memory.stat", "cpuset.cpus.effective"),
    ),
    Layout(
        "no hierarchy is mounted",
        "0::/",
        (),
        {"/proc/self/mountinfo": ""},
        "no control group for cpu",
        "no control group for memory",
    ),
    Layout(
        "WSL 1: a process is in no group",
        "",
        (v2(),),
        {"cpu.max": "1 1"},
        "no control group for cpu",
        "no control group for memory",
    ),
    Layout(
        "no file system of groups where it was mounted",
        "0::/x",
        (v2(point="/nowhere"),),
        {},
        "no control group for cpu",
        "no control group for memory",
    ),
]

LAYOUTS = [*VERSION_2, *VERSION_1, *MIXED, *BROKEN]
