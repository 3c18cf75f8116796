"""The limit on addresses, beside those of groups."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from envinfo.cgroup_trees import GB, MEMINFO, full, v2

from colab_magics.envinfo.probes.memory import read_memory
from colab_magics.envinfo.reading import Missing
from colab_magics.machine.cgroup import Limit
from colab_magics.machine.memory_gauge import MemoryGauge
from colab_magics.machine.memory_rules import ADDRESS_SPACE

Grow = Callable[[Mapping[str, str]], Path]
LIMITS = "Limit                     Soft Limit           Hard Limit           Units     \nMax address space         {} {} bytes"
STATUS = f"VmPeak: 9 kB\nVmSize:\t {GB // 1024} kB\nVmRSS:\t 12 kB\n"


def test_the_lower_of_group_and_addresses_binds(grow: Grow) -> None:
    files = {
        "proc/self/cgroup": "0::/",
        "proc/self/mountinfo": v2(),
        "proc/meminfo": MEMINFO,
        "proc/self/status": STATUS,
    }
    files |= {f"sys/fs/cgroup/{name}": text for name, text in full("", 3 * GB, 2 * GB, GB // 2).items()}
    root = grow({**files, "proc/self/limits": LIMITS.format(2 * GB, "unlimited")})
    memory = read_memory(root)
    assert memory.limits == (Limit(2 * GB, ADDRESS_SPACE), Limit(3 * GB, "memory.max"))
    assert (memory.limit, memory.used, memory.available) == (memory.limits[0], GB, GB)
    assert memory.cache == GB // 2
    assert MemoryGauge(root).read() == (GB, 2 * GB)
    higher = grow({**files, "proc/self/limits": LIMITS.format(4 * GB, "unlimited")})
    assert read_memory(higher).limit == Limit(3 * GB, "memory.max")


@pytest.mark.parametrize("limits", [LIMITS.format("unlimited", "unlimited"), "Max address space", "Max", "", LIMITS])
def test_no_limit_on_addresses(grow: Grow, limits: str) -> None:
    memory = read_memory(grow({"proc/meminfo": MEMINFO, "proc/self/limits": limits}))
    assert memory.limit == Missing("this system shows no control groups")


def test_a_limit_on_addresses_above_the_machine(grow: Grow) -> None:
    root = grow({"proc/meminfo": MEMINFO, "proc/self/limits": LIMITS.format(99 * GB, "unlimited")})
    assert read_memory(root).limits == ()


def test_a_real_limit_on_addresses() -> None:
    if not Path("/proc/self/limits").exists():
        pytest.skip("this system does not show the limits of a process as a file")
    code = """
import json, resource
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.RLIM_INFINITY))
from colab_magics.envinfo.probes.memory import read_memory
memory = read_memory(Path("/"))
print(json.dumps([memory.limit.value, memory.limit.source, memory.used, memory.process]))
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    value, source, used, process = json.loads(ended.stdout)
    assert (value, source) == (GB, ADDRESS_SPACE)
    assert process < used < GB
