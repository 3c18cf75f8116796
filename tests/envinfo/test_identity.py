"""Processes, starts and notebooks as numbers."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from colab_magics.envinfo.monitor import identity
from colab_magics.envinfo.reading import Missing

Grow = Callable[[Mapping[str, str]], Path]


def test_a_process_is_known_by_when_it_started() -> None:
    own = identity.started(os.getpid())
    assert isinstance(own, int)
    assert own == identity.started(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        other = identity.started(child.pid)
        assert isinstance(other, int)
        assert other > own
        child.kill()
        child.wait()
        assert isinstance(identity.started(child.pid), Missing)


def test_a_process_that_ended_and_was_not_waited_for_does_not_live() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert identity.started(child.pid) == Missing("the process has ended")
    child.wait()


def test_a_name_may_hold_anything(grow: Grow) -> None:
    root = grow({"proc/self/stat": "", "proc/7/stat": "7 (a) b (c) S " + " ".join(map(str, range(4, 53)))})
    assert identity.started(7, root) == 22


def test_damaged_files_are_no_process(grow: Grow) -> None:
    root = grow({"proc/self/stat": "", "proc/7/stat": "7 (x", "proc/8/stat": "", "proc/9/stat": "9 (x) S " + "a " * 40})
    assert all(isinstance(identity.started(number, root), Missing) for number in (7, 8, 9, 10))


def test_starts_and_notebooks_differ(grow: Grow, tmp_path: Path) -> None:
    root = grow({"proc/sys/kernel/random/boot_id": "a"})
    assert identity.boot(root) not in (0, identity.boot(Path("/")))
    assert identity.boot(tmp_path / "nothing") == 0
    names = [identity.session({"JPY_SESSION_NAME": name}) for name in ("a.ipynb", "b.ipynb", "")]
    assert len(set(names)) == 3
    assert names[2] == identity.session({}) == 0
    assert all(0 <= name < 2**64 for name in names)
