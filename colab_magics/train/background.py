"""A training in a process of its own, which goes on when the kernel that began it is gone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from colab_magics.errors import BadOption
from colab_magics.train import events, runs
from colab_magics.train.child import EVENTS_FILE, LOCK_FILE, REQUEST_FILE, control_of
from colab_magics.transfer import locking

if TYPE_CHECKING:
    from colab_magics.train.control import Control
    from colab_magics.train.events import Event
    from colab_magics.train.request import Request

Status = Literal["running", "finished", "stopped", "failed", "killed"]

_JOBS = ".background"
_OUTPUT_FILE = "output.txt"
_KILLED = -9
"""What `subprocess` gives for a process that SIGKILL ended, as the kernel does where memory is short."""

_PERIOD = 0.1
"""Seconds between two looks at what the process told."""

_processes: dict[Path, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Background:
    """A training in the background: the ``name`` and ``directory`` of its run, ``folder`` of what its process tells.

    All that it knows stands in files, so that it is the same for every kernel.
    """

    name: str
    directory: Path
    folder: Path

    def __repr__(self) -> str:
        return f"Background({self.name}, {self.status})"

    @property
    def status(self) -> Status:
        """running; finished, stopped or failed as the process told; killed where it ended without a word."""
        process = _processes.get(self.folder)
        is_running = process.poll() is None if process is not None else locking.is_held(self.folder / LOCK_FILE)
        if is_running:
            return "running"
        last = self._last()
        if last.get("kind") == "Ended":
            return "stopped" if last.get("status") == "stopped" else "finished"
        return "failed" if last.get("kind") == "Failed" else "killed"

    @property
    def reason(self) -> str:
        """Why it failed, in a sentence; empty where it did not."""
        status = self.status
        if status == "failed":
            return str(self._last().get("sentence", ""))
        if status != "killed":
            return ""
        process = _processes.get(self.folder)
        code = None if process is None else process.poll()
        how = "was killed, perhaps for want of memory" if code == _KILLED else "broke off"
        words = "" if code == _KILLED else self._last_words()
        way = f"go on with it by  %train_mnist --background --resume {self.name}"
        if not any((self.directory / runs.CHECKPOINTS).glob("*.json")):
            way = "it had saved nothing yet: begin it again"
        return f"The process of the training {how}{words}; {way}"

    @property
    def control(self) -> Control:
        """What it can be asked: stop, pause, save."""
        return control_of(self.folder)

    def stop(self) -> None:
        """End it after the step that runs, with all that it reached."""
        self.control.stop.set()

    def wait(self, timeout: float | None = None) -> Status:
        """Wait until it ends, or for ``timeout`` seconds; give its status then."""
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.status) == "running" and (end is None or time.monotonic() < end):
            time.sleep(_PERIOD)
        return status

    def events(self) -> Iterator[Event | None]:
        """All that it told from its beginning, and what it tells until it ends; None where there is nothing new."""
        place = 0
        while True:
            is_over = self.status != "running"
            lines, place = _lines(self.folder / EVENTS_FILE, place)
            for line in lines:
                if line.get("kind") not in ("Ended", "Failed"):
                    yield events.read(line)
            if is_over:
                return
            yield None

    def _last(self) -> Mapping[str, object]:
        lines, _ = _lines(self.folder / EVENTS_FILE, 0)
        return lines[-1] if lines else {}

    def _last_words(self) -> str:
        try:
            said = (self.folder / _OUTPUT_FILE).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            return ""
        return f" ({said[-1][:200]})" if said else ""


def begin(model: str | None, request: Request, backend: str | None) -> Background:
    """Train in a process of its own. Raises what `runs.unfinished` does, and `BadOption` where the name still runs."""
    if request.resume is not None:
        name = runs.unfinished(request.resume or None).name
        asked = {**request.as_json(), "resume": name}
    else:
        name = request.name or f"background-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
        asked = {**request.as_json(), "name": name}
    root = runs.root_folder()
    there = _job(root, name)
    if there.folder.exists():
        if there.status == "running":
            raise BadOption(f"The run {name} is still going on in the background: show it by  --attach {name}")
        _processes.pop(there.folder, None)
        shutil.rmtree(there.folder)
    there.folder.mkdir(parents=True)
    runs.write_json(there.folder / REQUEST_FILE, {**asked, "model": model})
    environ = {**os.environ, runs.ROOT_VARIABLE: str(root), **({"KERAS_BACKEND": backend} if backend else {})}
    with (there.folder / _OUTPUT_FILE).open("wb") as output:
        _processes[there.folder] = subprocess.Popen(
            [sys.executable, "-m", "colab_magics.train.child", str(there.folder)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environ,
            start_new_session=True,  # an interrupt or the end of the kernel is not its own
        )
    return there


def attach(name: str) -> Background:
    """The training in the background of this name, whichever kernel began it. Raises `BadOption` if there is none."""
    root = runs.root_folder()
    found = _job(root, name)
    if not runs.is_name(name) or not (found.folder / REQUEST_FILE).is_file():
        known = sorted(path.parent.name for path in root.glob(f"{_JOBS}/*/{REQUEST_FILE}"))
        others = f": there are {', '.join(known[:10])}" if known else ""
        raise BadOption(f"There is no training in the background named {name}{others}.")
    return found


def _job(root: Path, name: str) -> Background:
    return Background(name, root / name, root / _JOBS / name)


def _lines(path: Path, place: int) -> tuple[list[dict[str, object]], int]:
    """The whole lines from a place on, and the place behind them; one that is half written comes the next time."""
    try:
        with path.open("rb") as file:
            file.seek(place)
            content = file.read()
    except FileNotFoundError:
        return [], place
    whole = content[: content.rfind(b"\n") + 1]
    return [json.loads(line) for line in whole.splitlines()], place + len(whole)
