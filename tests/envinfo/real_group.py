"""A real control group of half a CPU and 300 MB, made for a test where that may be done, and always taken away."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from colab_magics.machine.cgroup import Hierarchy, find_groups, hierarchy

CPUS, BYTES = 0.5, 300 * 2**20
_SETTINGS = {
    ("cpu", 1): {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "50000"},
    ("cpu", 2): {"cpu.max": "50000 100000"},
    ("memory", 1): {"memory.limit_in_bytes": str(BYTES)},
    ("memory", 2): {"memory.max": str(BYTES)},
}
# Joins the groups before anything is imported, so that what is imported counts, too.
_JOIN = """
import sys
for folder in sys.argv[2:]:
    with open(folder + "/cgroup.procs", "w") as file:
        file.write("0")
exec(compile(sys.argv[1], "inside", "exec"))
"""

Run = Callable[[str], Any]
"""Runs Python code inside the group, and returns what it prints as JSON."""


class NotAllowedError(Exception):
    """No group can be made here, and the message says why."""


@contextmanager
def limited_group() -> Iterator[Run]:
    """Make the group below the own one, or else let systemd make one. Raises NotAllowedError."""
    folders: list[Path] = []
    name = f"colab-magics-test-{os.getpid()}-{time.monotonic_ns()}"
    try:
        try:
            for controller in ("cpu", "memory"):
                folder = _made(controller, name)
                if folder not in folders:
                    folders.append(folder)
        except NotAllowedError as error:
            yield _by_systemd(error)
        else:
            yield lambda code: _printed([sys.executable, "-c", _JOIN, code, *map(str, folders)])
    finally:
        for folder in reversed(folders):
            _remove(folder)


def _made(controller: str, group: str) -> Path:
    found = hierarchy(find_groups(Path("/")), controller)
    if not isinstance(found, Hierarchy):
        raise NotAllowedError(found.reason)
    folder = found.folders[0] / group
    try:
        folder.mkdir(exist_ok=True)
        for name, value in _SETTINGS[controller, found.version].items():
            (folder / name).write_text(value)
    except OSError as error:
        if folder.is_dir():
            folder.rmdir()
        raise NotAllowedError(f"a group for {controller} cannot be made here: {error.strerror}") from error
    return folder


def _by_systemd(reason: NotAllowedError) -> Run:
    program = shutil.which("systemd-run")
    if program is None:
        raise NotAllowedError(f"{reason}; and there is no systemd-run") from reason
    whose = [] if os.geteuid() == 0 else ["--user"]
    command = [program, *whose, "--scope", "--quiet", "-p", "CPUQuota=50%", "-p", f"MemoryMax={BYTES}"]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False, timeout=30)
    if tried.returncode:
        raise NotAllowedError(f"{reason}; and systemd-run says: {tried.stderr.strip()}") from reason
    return lambda code: _printed([*command, sys.executable, "-c", _JOIN, code])


def _printed(command: list[str]) -> Any:
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def _remove(folder: Path) -> None:
    """Remove a group; its last process may need a moment to be gone from it."""
    for _ in range(50):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    folder.rmdir()
