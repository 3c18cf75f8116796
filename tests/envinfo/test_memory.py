"""The machine's memory; its limits are in test_cgroup.py."""

from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
import pytest

from colab_magics.envinfo.probes.cgroup import Limit
from colab_magics.envinfo.probes.memory import Memory, ask_memory, read_memory
from colab_magics.envinfo.reading import Missing

Grow = Callable[[Mapping[str, str]], Path]


def test_fields_in_bytes(grow: Grow) -> None:
    root = grow(
        {
            "proc/meminfo": "MemTotal:  2048 kB\nMemFree: 1 kB\nMemAvailable: 1024 kB\n",
            "proc/self/status": "Name:\tpython\nVmRSS:\t  512 kB\n",
        }
    )
    memory = read_memory(root)
    assert (memory.total, memory.used, memory.process) == (2048 * 1024, 1024 * 1024, 512 * 1024)
    assert memory.usable == memory.total


def test_a_missing_field_has_its_reason(grow: Grow) -> None:
    memory = read_memory(grow({"proc/meminfo": "MemTotal: 8 kB\n"}))
    assert memory.total == 8192
    assert memory.used == Missing("meminfo has no line MemAvailable")
    assert memory.process == Missing("status cannot be read (No such file or directory)")


def test_usable_is_the_limit_where_one_binds() -> None:
    assert Memory(100, Limit(40.0, "memory.max"), 7, 5).usable == 40


@pytest.mark.parametrize("used", ["memory.current", "memory.stat"])
def test_a_limit_stands_when_its_use_cannot_be_read(grow: Grow, used: str) -> None:
    files = {"memory.max": "4096", "memory.current": "9", "memory.stat": "inactive_file 1"}
    root = grow(
        {
            "proc/meminfo": "MemTotal: 8 kB\nMemAvailable: 4 kB\n",
            "proc/self/cgroup": "0::/",
            "proc/self/mountinfo": "35 24 0:28 / /cg rw - cgroup2 none rw",
            **{f"cg/{name}": text for name, text in files.items() if name != used},
        }
    )
    memory = read_memory(root)
    assert memory.limit == Limit(4096, "memory.max")
    assert memory.used == Missing(f"{used} cannot be read (No such file or directory)")


def test_psutil_tells_the_same_as_the_files() -> None:
    if not Path("/proc/meminfo").exists():
        pytest.skip("this system does not show its memory as files")
    assert ask_memory().total == read_memory(Path("/")).total == psutil.virtual_memory().total
