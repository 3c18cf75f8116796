"""CPU and memory limits on the layouts of control groups that are met in the field, on damaged ones, and on none."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from envinfo.cgroup_trees import COUNT, GB, LAYOUTS, MEMINFO, NEAREST, TOTAL, Layout, full, v2
from hypothesis import given, settings
from hypothesis import strategies as st

from colab_magics.envinfo.limits import rules, troubles
from colab_magics.envinfo.probes.cpu import find_throttle, read_cpu
from colab_magics.envinfo.probes.memory import read_memory
from colab_magics.envinfo.probes.pressure import read_pressure
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.cgroup import Bound, Limit, bound, entry, find_groups, whole
from colab_magics.machine.memory_gauge import MemoryGauge
from colab_magics.machine.room import available

Grow = Callable[[Mapping[str, str]], Path]


def _grown(grow: Grow, layout: Layout) -> Path:
    mounts = {"proc/self/mountinfo": "\n".join(layout.mounts)} if layout.mounts else {}
    files = {
        name.lstrip("/") if name.startswith("/") else f"sys/fs/cgroup/{name}": text
        for name, text in layout.files.items()
    }
    root = grow({"proc/self/cgroup": layout.own, "proc/meminfo": MEMINFO, "sys/fs/cgroup/tasks": "", **mounts, **files})
    for name in layout.folders:
        (root / "sys/fs/cgroup" / name).mkdir()
    return root


def _agrees(reading: Reading[Limit], expected: Limit | str) -> bool:
    if isinstance(expected, Limit):
        return reading == expected
    return isinstance(reading, Missing) and expected in reading.reason


def test_there_are_enough_layouts() -> None:
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS) >= 40


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_layout(grow: Grow, layout: Layout) -> None:
    root = _grown(grow, layout)
    groups = find_groups(root)
    cpu, memory = read_cpu(root, COUNT, COUNT, groups, {}), read_memory(root, groups)
    assert _agrees(cpu.quota, layout.quota), cpu.quota
    assert _agrees(memory.limit, layout.limit), memory.limit
    assert (cpu.usable, cpu.binding) == (layout.cpus, layout.binding)
    assert memory.usable == (layout.limit.value if isinstance(layout.limit, Limit) else TOTAL)
    assert (memory.used, memory.available) == (layout.used, layout.available)
    assert available(root) == layout.available
    assert MemoryGauge(root).read() == (memory.used, memory.usable)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_layout_is_told_whole(grow: Grow, layout: Layout) -> None:
    root = _grown(grow, layout)
    cpu, memory = read_cpu(root, COUNT, COUNT), read_memory(root)
    rows = dict(rules(cpu, memory, read_pressure(root)))
    assert all(rows.values())
    for row, expected in (("CPU quota", layout.quota), ("RAM limit", layout.limit)):
        assert (expected.source if isinstance(expected, Limit) else expected) in rows[row]


def test_no_control_groups_at_all(grow: Grow) -> None:
    root = grow({"proc/meminfo": MEMINFO})
    assert read_cpu(root, 8, 8).quota == Missing("this system shows no control groups")
    assert read_memory(root).limit == Missing("this system shows no control groups")
    assert bound("memory", root, {}) == Missing("this system shows no control groups")


def test_bound_tells_where_the_limit_stands(grow: Grow) -> None:
    files = {"proc/self/cgroup": "0::/a/b", "proc/self/mountinfo": v2(), "sys/fs/cgroup/a/b/tasks": ""}
    root = grow({**files, "sys/fs/cgroup/a/pids.max": "7"})

    def read(folder: Path) -> Reading[Limit]:
        return Limit(7, "pids.max") if (folder / "pids.max").exists() else Missing("none")

    expected = Bound(Limit(7, "pids.max of a parent group"), root / "sys/fs/cgroup/a", 2)
    assert bound("pids", root, {2: read}) == expected


def test_every_limit_is_told_lowest_first(grow: Grow) -> None:
    tree = {**full("a/b/", 3 * GB, 1, 0), **full("a/", 2 * GB, 1, 0), **full("", 99 * GB, 1, 0)}
    files = {f"sys/fs/cgroup/{name}": text for name, text in tree.items()}
    root = grow({"proc/self/cgroup": "0::/a/b", "proc/self/mountinfo": v2(), "proc/meminfo": MEMINFO, **files})
    found = read_memory(root).limits
    assert found == (Limit(2 * GB, "memory.max of a parent group"), Limit(3 * GB, "memory.max"))


@pytest.mark.parametrize(
    ("lines", "name", "mark", "value"),
    [
        ("oom_kill_disable 0\nunder_oom 0\noom_kill 3", "oom_kill", " ", 3),
        ("inactive_file 7\ntotal_inactive_file 9", "inactive_file", " ", 7),
        ("total_inactive_file 9", "inactive_file", " ", None),
        ("MemTotal:  12 kB\n", "MemTotal", ":", 12 * 1024),
        ("MemTotal: x kB\n", "MemTotal", ":", None),
        ("MemTotal:", "MemTotal", ":", None),
        ("", "MemTotal", ":", None),
    ],
)
def test_entry(lines: str, name: str, mark: str, value: int | None) -> None:
    assert entry(lines, name, mark) == value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("0", 0),
        (str(2**64), 2**64),
        ("-1", None),
        ("1_0", None),
        ("٣", None),
        ("1.5", None),
        ("", None),
        ("9" * 21, None),
    ],
)
def test_whole(word: str, value: int | None) -> None:
    assert whole(word) == value


_WORDS = st.sampled_from(
    [
        "max",
        "-1",
        "0",
        "1",
        "100000",
        "9" * 30,
        "some avg10=",
        "total=",
        "oom_kill ",
        "inactive_file ",
        "0-3,",
        "\n",
        " ",
        "/",
        ":",
        "-",
    ]
)
_GARBAGE = st.one_of(st.binary(max_size=60), st.lists(_WORDS, max_size=8).map(lambda words: "".join(words).encode()))
_OWN = st.one_of(
    _GARBAGE,
    st.sampled_from(
        [b"0::/a/b", b"0::/", b"0::/../x", b"2:cpu:/a\n3:memory:/a\n4:cpuset:/", b"0::/" + b"n" * 5000, b"0::/\0"]
    ),
)
_MOUNTS = st.one_of(
    _GARBAGE,
    st.sampled_from(
        [
            v2().encode(),
            v2(root="/a").encode(),
            b"1 1 0:1 / /sys/fs/cgroup rw - cgroup cgroup rw,cpu,memory,cpuset",
            b"1 1 0:1 / /sys\\000/fs rw - cgroup2 x x",
        ]
    ),
)
_FILES = [
    *(
        "cpu.max",
        "cpu.stat",
        "cpu.stat.local",
        "cpuset.cpus",
        "cpuset.cpus.effective",
        "cpu.pressure",
        "memory.pressure",
    ),
    *("cpu.cfs_quota_us", "cpu.cfs_period_us", "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control"),
    *("memory.max", "memory.high", "memory.current", "memory.stat", "memory.events", "memory.swap.max"),
    *("memory.memsw.limit_in_bytes", "memory.swap.current"),
]
_PROC = ["meminfo", "cpuinfo", "self/status", "self/limits", "pressure/cpu", "pressure/memory"]


@given(
    own=_OWN,
    mounts=_MOUNTS,
    files=st.dictionaries(
        st.tuples(st.sampled_from(["", "a/", "a/b/"]), st.sampled_from(_FILES)), _GARBAGE, max_size=12
    ),
    proc=st.dictionaries(st.sampled_from(_PROC), _GARBAGE, max_size=4),
)
@settings(max_examples=300)
def test_no_garbage_raises(
    own: bytes, mounts: bytes, files: dict[tuple[str, str], bytes], proc: dict[str, bytes]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        tree = {f"sys/fs/cgroup/{place}{name}": content for (place, name), content in files.items()}
        tree |= {f"proc/{name}": content for name, content in proc.items()}
        tree |= {"proc/self/cgroup": own, "proc/self/mountinfo": mounts, "sys/fs/cgroup/a/b/tasks": b""}
        for name, content in tree.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        cpu, memory, pressure = read_cpu(root, COUNT, COUNT), read_memory(root), read_pressure(root)
        assert 0 < cpu.usable <= COUNT
        assert all(rules(cpu, memory, pressure))
        assert all(troubles(cpu, memory, pressure))
        assert isinstance(find_throttle(root)(), float | Missing)
        if "meminfo" in proc:
            assert MemoryGauge(root).read() == (memory.used, memory.usable)


def test_the_nearest_group_is_named_as_such(grow: Grow) -> None:
    root = grow(
        {
            "proc/self/cgroup": "0::/elsewhere",
            "proc/self/mountinfo": v2(),
            "sys/fs/cgroup/cpu.max": "100000 100000",
            "sys/fs/cgroup/cpu.stat.local": "throttled_usec 5000000",
            "sys/fs/cgroup/cpu.stat": "throttled_usec 2000000",
        }
    )
    assert read_cpu(root, 8, 8).quota == Limit(1, f"cpu.max{NEAREST}")
    assert find_throttle(root)() == 2  # the other file is of a group that this process may not belong to
