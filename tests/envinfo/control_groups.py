"""Python processes in real control groups of their own, made where this machine lets a test do so."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from colab_magics.envinfo.reading import Missing
from colab_magics.machine.cgroup import find_groups

_PERIOD = 100_000
_MEMBER = """
import json, os, sys, time
for place in sys.argv[1:]:
    with open(place, "w") as file:
        file.write(str(os.getpid()))
from colab_magics.envinfo.reading import plain
"""


def confined(source: str, groups: Mapping[str, float]) -> Any:
    """Run ``source``, which sets ``answer``, in a new process with at most ``groups``: "memory" bytes, "cpu" CPUs."""
    folders = [_make(controller, most) for controller, most in groups.items()]
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                f"{_MEMBER}\n{source}\nprint(json.dumps(answer))",
                *(f"{f}/cgroup.procs" for f in folders),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    finally:
        for folder in folders:
            _remove(folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _make(controller: str, most: float) -> Path:
    groups = find_groups(Path("/"))
    hierarchy = groups if isinstance(groups, Missing) else groups.of(controller)
    if isinstance(hierarchy, Missing):
        pytest.skip(f"no control group for {controller} can be made: {hierarchy.reason}")
    version = hierarchy.version
    # In version 2 a group that has processes lends no controllers: the topmost one may.
    folder = hierarchy.folders[-1] / f"colab-magics-test-{os.getpid()}-{controller}"
    limits = {
        ("memory", 1): {"memory.limit_in_bytes": f"{most:.0f}"},
        ("memory", 2): {"memory.max": f"{most:.0f}", "memory.swap.max": "0"},
        ("cpu", 1): {"cpu.cfs_period_us": f"{_PERIOD}", "cpu.cfs_quota_us": f"{_PERIOD * most:.0f}"},
        ("cpu", 2): {"cpu.max": f"{_PERIOD * most:.0f} {_PERIOD}"},
    }[controller, version]
    try:
        folder.mkdir()
        for name, value in limits.items():
            (folder / name).write_text(value)
    except OSError as error:
        _remove(folder)
        pytest.skip(f"no control group for {controller} can be made here: {error.strerror}")
    return folder


def _remove(folder: Path) -> None:
    """Remove a group; the kernel takes a moment to see that its last process has ended."""
    until = time.monotonic() + 5
    while folder.exists():
        try:
            folder.rmdir()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
