"""Processes of their own for libraries that a damaged file can hang or crash: what ends there harms no kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

from colab_magics.errors import BrokenFile
from colab_magics.machine.room import available

PROGRAMS = Path(__file__).parent
"""Where the programs lie: each knows nothing of this package, and has a function ``main`` that `child_main` calls."""

_RUNNER = Path(__file__).with_name("child_main.py")

PATIENCE = 8
"""Seconds for a small file."""

_PACE = 20 << 20  # bytes a second that even a slow disk and a strong compression reach
_CODE = 2 << 30  # bytes of addresses that Python and its libraries may take
_UNKNOWN_ROOM = 4 << 30  # bytes, where the free memory cannot be told
# No filter is loaded that an HDF5 file asks for by number, no lock is taken, and few threads are started.
_ENVIRONMENT = {
    "HDF5_PLUGIN_PRELOAD": "::",
    "HDF5_USE_FILE_LOCKING": "FALSE",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}


class Subject(Protocol):
    """A file to look into, as a `Task` is: ``folder`` is private, ``label`` the name of its format."""

    @property
    def path(self) -> Path: ...
    @property
    def name(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    @property
    def label(self) -> str: ...


def ask(task: Subject, program: str, **order: Any) -> dict[str, Any]:
    """Run a program on the file of a task, with what `child_main` and it are told beside ``order``.

    Raises `BrokenFile` where it is not done in time, or ends without an answer.
    """
    seconds = PATIENCE + task.path.stat().st_size // _PACE
    told = {
        "path": str(task.path.absolute()),
        "folder": str(task.folder),
        "memory": room(),
        "code": _CODE,
        "seconds": seconds,
        **order,
    }
    # -P: the modules that lie beside the program are not to stand for those of its libraries.
    words = [sys.executable, "-P", str(_RUNNER), str(PROGRAMS / program), json.dumps(told)]
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env={**os.environ, **_ENVIRONMENT},
        )
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise BrokenFile(
            f"{task.name} kept the library for {task.label} busy for {seconds} s without end: it is damaged."
        ) from error
    except ValueError as error:
        raise BrokenFile(f"{task.name} is damaged: the library for {task.label} ended over it.") from error
    return answer if isinstance(answer, dict) else {"fault": "error", "reason": "no answer"}


def room() -> int:
    """Say how many bytes a child may take for the file."""
    return available() or _UNKNOWN_ROOM


def reason(task: Subject, answer: dict[str, Any]) -> str:
    """Return what the library said, in one line."""
    words = " ".join(str(answer.get("reason", "")).split())[:200]
    return words.replace(str(task.path.absolute()), task.name).rstrip(". ")
