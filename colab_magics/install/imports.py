"""Whether modules can be imported: tried in another process, which may fail, hang or crash."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from colab_magics.install.interrupts import held_back
from colab_magics.install.process import kill

PATIENCE = 60.0
"""Seconds that one import may take; the largest libraries take 20 on two cores with a cold disk."""

_PROBE = Path(__file__).with_name("import_probe.py")
_BEAT = 0.25


@dataclass(frozen=True, slots=True)
class Tried:
    """One import: ``fault`` is empty where it worked; ``origin`` is the file that was found."""

    module: str
    fault: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Trying:
    """An import goes on for ``seconds``."""

    module: str
    seconds: float


def attempt(modules: Sequence[str], patience: float = PATIENCE) -> Iterator[Tried | Trying]:
    """Import ``modules`` with this process' path in a new process of the same Python, and say what came of each.

    After a crash, or ``patience`` seconds, the rest is tried in another process. `Trying` comes at least each
    quarter of a second, so that the caller can stop in between.
    """
    rest = list(modules)
    while rest:
        for outcome in _one_process(rest, patience):
            if isinstance(outcome, Tried):
                rest.remove(outcome.module)
            yield outcome


def _one_process(modules: Sequence[str], patience: float) -> Iterator[Tried | Trying]:
    answers: queue.Queue[str] = queue.Queue()
    path = [entry for entry in sys.path if isinstance(entry, str)]
    process: subprocess.Popen[str] | None = None
    try:
        with held_back():
            process = subprocess.Popen(
                [sys.executable, "-P", str(_PROBE)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # a notebook's interrupt is for us, and it is ended as a group
                text=True,
                encoding="utf-8",
            )
            assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 (for mypy: they are pipes)
            threading.Thread(target=_read, args=(process.stdout, answers), daemon=True).start()
        with suppress(BrokenPipeError):  # it is dead already, which is told below
            process.stdin.write(json.dumps({"path": path, "modules": list(modules)}) + "\n")
            process.stdin.flush()
        yield from _listen(process, answers, modules[0], patience)
    finally:
        if process is not None:
            try:
                kill(process)
            finally:
                process.wait()
                _close(process.stdin)


def _close(pipe: IO[str] | None) -> None:
    with suppress(BrokenPipeError):
        if pipe is not None:
            pipe.close()


def _listen(
    process: subprocess.Popen[str], answers: queue.Queue[str], module: str, patience: float
) -> Iterator[Tried | Trying]:
    began = time.monotonic()
    is_begun = True
    while True:
        try:
            line = answers.get(timeout=_BEAT)
        except queue.Empty:
            passed = time.monotonic() - began
            yield Trying(module, passed)
            if passed > patience:
                yield Tried(module, f"its import did not end within {patience:.0f} s")
                return
            continue
        if not line:
            if is_begun:
                yield Tried(module, f"its import crashed Python ({_status(process.wait())})")
            return
        answer = json.loads(line)
        module, is_begun, began = answer["module"], "begun" in answer, time.monotonic()
        yield Trying(module, 0.0) if is_begun else Tried(module, answer.get("error", ""), answer.get("origin", ""))


def _read(pipe: IO[str], answers: queue.Queue[str]) -> None:
    with pipe:
        for line in pipe:
            answers.put(line)
    answers.put("")


def _status(returncode: int) -> str:
    if returncode >= 0:
        return f"status {returncode}"
    names = {number.value: number.name for number in signal.Signals}
    return names.get(-returncode, f"signal {-returncode}")
