"""How many processes were ended because memory ran out."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from colab_magics.machine.kills import KillCount
from colab_magics.machine.reading import Missing, Reading

Grow = Callable[[Mapping[str, str]], Path]

V2 = {"proc/self/cgroup": "0::/box", "proc/self/mountinfo": "35 24 0:28 / /cg rw - cgroup2 none rw"}
V1 = {"proc/self/cgroup": "4:memory:/box", "proc/self/mountinfo": "35 24 0:28 / /cg rw - cgroup none rw,memory"}
MACHINE = {"proc/vmstat": "nr_free_pages 9\noom_kill 5\n"}


def count(root: Path) -> Reading[int]:
    kills = KillCount(root)
    reading = kills.read()
    kills.close()
    return reading


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({**V2, **MACHINE, "cg/box/memory.events": "low 0\noom 9\noom_kill 2\noom_group_kill 1\n"}, 2),
        ({**V1, **MACHINE, "cg/box/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"}, 3),
        ({**V2, **MACHINE, "cg/box/cgroup.procs": ""}, 5),
        (MACHINE, 5),
        ({"proc/vmstat": "nr_free_pages 9\n"}, Missing("this system does not count what it ends for memory")),
        ({"proc/vmstat": "oom_kill many\n"}, Missing("oom_kill is no number")),
        ({"proc/x": ""}, Missing("vmstat cannot be read (No such file or directory)")),
    ],
)
def test_the_nearest_that_tells(grow: Grow, files: dict[str, str], expected: Reading[int]) -> None:
    assert count(grow(files)) == expected


def test_another_place_of_counting_is_told_apart(grow: Grow) -> None:
    machine = KillCount(grow(MACHINE))
    group = KillCount(grow({**V2, "cg/box/memory.events": "oom_kill 0\n"}))
    again = KillCount(grow({}))
    assert machine.place != group.place == again.place
    for kills in (machine, group, again):
        kills.close()


def test_this_machine_tells() -> None:
    assert isinstance(count(Path("/")), int | Missing)
