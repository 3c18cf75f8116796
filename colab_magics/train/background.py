"""A training in a process of its own, which goes on when the kernel that began it is gone."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from colab_magics.errors import BadOption, ColabMagicsError
from colab_magics.train import events, handover, runs
from colab_magics.train.child import EVENTS_FILE, REQUEST_FILE
from colab_magics.train.control import Control
from colab_magics.train.ending import OUTPUT_FILE, how_it_ended, last_line
from colab_magics.train.files import read_json, write_json
from colab_magics.transfer import locking

if TYPE_CHECKING:
    from colab_magics.train.datasets import Dataset
    from colab_magics.train.events import Event
    from colab_magics.train.given import Given
    from colab_magics.train.request import Request
    from colab_magics.train.run import Run

Status = Literal["running", "finished", "stopped", "failed", "killed"]

_JOBS = ".background"

_PERIOD = 0.1
"""Seconds between two looks at what the process told."""

_processes: dict[Path, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Background:
    """A training in the background: the ``name`` and ``directory`` of its run, ``folder`` of what its process tells.

    All that it knows stands in files, so that it is the same for every kernel; only that it runs, on a drive without
    locks, is known to none but the kernel that began it.
    """

    name: str
    directory: Path
    folder: Path

    def __repr__(self) -> str:
        return f"Background({self.name}, {self.status})"

    @property
    def status(self) -> Status:
        """running; finished, stopped or failed as the process told; killed where it ended without a word."""
        if _runs_here(self.folder) or locking.is_held(_lock(self.folder)):
            return "running"
        last = last_line(self.folder)
        if last.get("kind") == "Ended":
            return "stopped" if last.get("status") == "stopped" else "finished"
        return "failed" if last.get("kind") == "Failed" else "killed"

    @property
    def reason(self) -> str:
        """Why it failed, in a sentence; empty where it did not."""
        match self.status:
            case "failed":
                return str(last_line(self.folder).get("sentence", ""))
            case "killed":
                return self._end()
            case "finished" | "stopped" as status:
                is_there = isinstance(read_json(self.directory / runs.RESULT_FILE).get("test_accuracy"), float)
                return "" if is_there else f"The training {status}; what it left in {self.directory} is gone or broken."
            case _:
                return ""

    def _end(self) -> str:
        """How a process ended that said nothing of it, and how to go on."""
        from colab_magics.train.resumption import line

        way = f"go on with it by  {line(self.directory)}"
        if not any((self.directory / runs.CHECKPOINTS).glob("*.json")):
            way = "it had saved nothing yet: begin it again"
        return f"The process of the training {how_it_ended(self.folder)}; {way}"

    @property
    def run(self) -> Run:
        """What came of it. Raises `BadOption` while it still goes on and where nothing came of it, else as `read`."""
        from colab_magics.train.stored import read

        goes_on = f"The training {self.name} still goes on: .wait() waits for its end, .stop() ends it."
        if why := goes_on if self.status == "running" else self.reason:
            raise BadOption(why)
        return read(self.directory)

    @property
    def control(self) -> Control:
        """What it can be asked: stop, pause, save."""
        return Control.by_files(self.folder)

    def attach(self) -> Self:
        """The training itself: as the last line of a cell it is shown, live where it still goes on."""
        return self

    def stop(self) -> None:
        """End it after the step that runs, with all that it reached."""
        self.control.stop.set()

    def wait(self, timeout: float | None = None) -> Status:
        """Wait until it ends, or for ``timeout`` seconds; give its status then."""
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.status) == "running" and (end is None or time.monotonic() < end):
            time.sleep(_PERIOD)
        return status

    def events(self) -> Iterator[tuple[float, Event] | None]:
        """All that it told from its beginning, and what it tells until it ends; None where there is nothing new.

        Each with its time, in seconds since the process began to tell: it may be read much later.

        Raises ValueError, KeyError or TypeError for what this version cannot read.
        """
        place = 0
        while True:
            is_over = self.status != "running"
            lines, place = _lines(self.folder / EVENTS_FILE, place)
            for line in lines:
                if line.get("kind") not in ("Ended", "Failed"):
                    at = float(line.pop("at"))  # type: ignore[arg-type]  # what is no number is a TypeError
                    yield at, events.read(line)
            if is_over:
                return
            yield None


def begin(model: Any, request: Request, backend: str | None, data: Given | None = None) -> Background:
    """Train in a process of its own; ``data`` in memory, and a Keras model, are handed to it as files.

    Raises what `runs.unfinished`, `runs.free_folder`, `own_data.read`, `handover.leave` and `handover.leave_model` do,
    and `BadOption` where one of that name still runs.
    """
    if request.resume is not None:
        directory = runs.unfinished(request.resume or None)
        asked = {**request.as_json(), "resume": directory.name}
    else:
        directory = runs.free_folder(_free_name() if request.name is None else request.name)
        asked = {**request.as_json(), "name": directory.name}
    dataset = None if data is None or data.path is not None else _read(data, request, directory)
    job = _job(directory)
    try:
        job.folder.parent.mkdir(exist_ok=True)
        lock = os.open(_lock(job.folder), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise runs.denied(directory, error) from error
    try:
        if _runs_here(job.folder) or not locking.try_lock(lock):
            raise BadOption(f"The run {job.name} is still going on in the background: show it by  --attach {job.name}")
        if job.folder.exists():
            shutil.rmtree(job.folder)
        job.folder.mkdir()
        if dataset is not None:
            handover.leave(dataset, job.folder)
        if model is not None and not isinstance(model, str):
            model, asked["is_left"] = str(handover.leave_model(model, job.folder)), True
        write_json(job.folder / REQUEST_FILE, {**asked, "model": model})
        _processes[job.folder] = _launched(job, backend, lock)
    except ColabMagicsError:
        raise
    except OSError as error:
        raise runs.denied(directory, error) from error
    finally:
        os.close(lock)
    return job


def _read(data: Given, request: Request, directory: Path) -> Dataset:
    """Read data in memory as the training will, which may be one to go on with."""
    from colab_magics.train import own_data, resumption

    if request.resume is not None and not request.fresh:
        request = request.filled_from(resumption.saved_config(directory))
    return own_data.read(data, request.target, request.seed or 0)


def attach(name: str) -> Background:
    """The training in the background of this name, whichever kernel began it. Raises `BadOption` if there is none."""
    root = runs.root_folder()
    found = _job(root / name)
    if not runs.is_name(name) or not (found.folder / REQUEST_FILE).is_file():
        known = sorted(job.name for job in jobs(root))
        others = f": there are {', '.join(known[:10])}" if known else ""
        raise BadOption(f"There is no training in the background named {name}{others}.")
    return found


def jobs(root: Path) -> list[Background]:
    """All trainings in the background under the folder of all runs, ended ones among them."""
    return [_job(root / path.parent.name) for path in root.glob(f"{_JOBS}/*/{REQUEST_FILE}")]


def _free_name() -> str:
    wanted, root = f"background-{datetime.now().astimezone():%Y%m%d-%H%M%S}", runs.root_folder()
    names = itertools.chain([wanted], (f"{wanted}-{number}" for number in itertools.count(2)))
    return next(name for name in names if not (root / name).exists() and not _job(root / name).folder.exists())


def _job(directory: Path) -> Background:
    return Background(directory.name, directory, directory.parent / _JOBS / directory.name)


def _runs_here(folder: Path) -> bool:
    process = _processes.get(folder)
    return process is not None and process.poll() is None


def _lock(folder: Path) -> Path:
    """Beside the folder, which is made anew for each process."""
    return folder.with_name(f"{folder.name}.lock")


def _launched(job: Background, backend: str | None, lock: int) -> subprocess.Popen[bytes]:
    """The process of its supervisor; both have the lock as long as they live, from their very beginning."""
    environ = {**os.environ, runs.ROOT_VARIABLE: str(job.directory.parent)}
    with (job.folder / OUTPUT_FILE).open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "colab_magics.train.supervisor", str(job.folder)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**environ, "KERAS_BACKEND": backend} if backend else environ,
            pass_fds=(lock,) if os.name == "posix" else (),
            start_new_session=True,  # an interrupt or the end of the kernel is not its own
        )


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
