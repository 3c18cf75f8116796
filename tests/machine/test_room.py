"""The memory that is left, of the machine and of the container; `test_cgroup` asks it of many machines."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
import pytest
from envinfo.cgroup_trees import GB, MEMINFO, full, v2

from colab_magics.machine.room import available

Grow = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize("root", ["/", "/no such folder"])
def test_of_this_machine(root: str) -> None:
    assert 0 < (available(Path(root)) or 0) <= psutil.virtual_memory().total


def test_never_less_than_nothing(grow: Grow) -> None:
    group = {f"sys/fs/cgroup/{name}": text for name, text in full("", GB, 2 * GB, 0).items()}
    mounts = {"proc/self/cgroup": "0::/", "proc/self/mountinfo": v2()}
    assert available(grow({"proc/meminfo": MEMINFO, **mounts, **group})) == 0


def test_a_table_that_tells_nothing(grow: Grow) -> None:
    assert available(grow({"proc/meminfo": "nonsense"})) is None


def test_it_loads_nothing_of_a_slice() -> None:
    code = "import sys, colab_magics.machine.room; print([name for name in sys.modules if 'envinfo.' in name or 'psutil' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
