"""A training in a process of its own, followed, stopped, killed and gone on with."""

import functools
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psutil
import pytest
from envinfo.control_groups import confined

from colab_magics.errors import BadOption, OutputDenied
from colab_magics.train import background
from colab_magics.train.background import Background, attach, begin
from colab_magics.train.card import background as background_card
from colab_magics.train.events import EpochEnded, Event, StepEnded
from colab_magics.train.progress import Progress
from colab_magics.train.request import Request
from tests.train.shelf import keep

pytestmark = pytest.mark.train


def told(job: Background) -> list[tuple[float, Event]]:
    return [told for told in job.events() if told is not None]


def process_of(job: Background) -> psutil.Process:
    (process,) = psutil.Process(background._processes[job.folder].pid).children()
    return process


def wait_for_a_step(job: Background) -> None:
    next(told for told in job.events() if told is not None and isinstance(told[1], StepEnded))


def test_it_trains_and_tells() -> None:
    job = begin("mlp", Request(epochs=2, data="digits", name="there"), None)
    assert job.status == "running"
    with pytest.raises(BadOption, match="still going on in the background: show it by {2}--attach there"):
        begin("mlp", Request(epochs=2, data="digits", name="there"), None)
    with pytest.raises(BadOption, match=r"The training there still goes on: \.wait\(\) waits for its end"):
        _ = job.run
    assert len([event for _, event in told(job) if isinstance(event, EpochEnded)]) == 2
    assert (job.status, job.reason) == ("finished", "")
    assert (job.run.name, job.run.status, len(job.run.history)) == ("there", "finished", 2)
    assert (job.directory / "model.keras").is_file()
    again = attach("there")
    assert (again, again.wait(0)) == (job, "finished")
    assert told(again) == told(job)


def test_a_root_that_takes_nothing_is_a_sentence(
    runs_root: Path, no_room: Callable[[int], AbstractContextManager[None]]
) -> None:
    sentence = "The run there cannot be written to .*: make room there, or set the environment variable"
    with no_room(0), pytest.raises(OutputDenied, match=sentence):
        begin("mlp", Request(name="there"), None)
    shutil.rmtree(runs_root)
    runs_root.mkdir()
    (runs_root / ".background").touch()
    with pytest.raises(OutputDenied, match=sentence):
        begin("mlp", Request(name="there"), None)


def test_its_times_are_those_of_the_training_however_late_they_are_read() -> None:
    began = time.monotonic()
    job = begin("mlp", Request(epochs=3, data="digits", batch_size=1), None)
    assert job.wait(120) == "finished"
    most = time.monotonic() - began
    progress = functools.reduce(lambda progress, told: progress.fold(told[1], told[0]), told(job), Progress())
    assert progress.began is not None
    seconds = progress.now - progress.began
    assert 0 < seconds < most
    assert progress.rate is not None
    assert 0 < progress.rate < 100 * 3 * 1500 / seconds


def test_it_is_stopped_from_another_process() -> None:
    job = begin(None, Request(epochs=100_000, data="digits", name="long"), None)
    wait_for_a_step(job)
    words = "import sys; from colab_magics.train.background import attach; job = attach(sys.argv[1]); print(job.status)"
    done = subprocess.run(
        [sys.executable, "-c", f"{words}; job.stop()", "long"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "running\n"
    assert job.wait(60) == "stopped"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "%train_mnist --background --resume cut"),
        (
            {"data": "df", "target": "kind", "is_from_memory": True},
            "%train_mnist --background --resume cut --data df --target kind",
        ),
        (
            {"model": "net", "data": "X,y", "is_from_memory": True},
            "%%train_mnist --background --resume cut --data X,y  above the cell that builds its model",
        ),
        ({"epochs": "none"}, "%train_mnist --background --resume cut"),
    ],
)
def test_what_goes_on_with_a_killed_one_is_all_that_is_to_be_typed(
    runs_root: Path, config: dict[str, Any], words: str
) -> None:
    folder = keep(runs_root, "cut", status=None, **config)
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "000001-00000000.json").touch()
    job = Background("cut", folder, runs_root / ".background" / "cut")
    assert job.reason.endswith(f"; go on with it by  {words}")


def test_a_killed_one_is_told_and_gone_on_with(runs_root: Path) -> None:
    job = begin("mlp", Request(epochs=100_000, data="digits", name="cut"), None)
    wait_for_a_step(job)
    job.control.pause.set()  # which saves
    while not any((job.directory / "checkpoints").glob("*.json")):
        assert job.status == "running"
    process_of(job).kill()
    assert job.wait(60) == "killed"
    background._processes.clear()  # as another kernel knows it
    assert job.reason.endswith("perhaps for want of memory; go on with it by  %train_mnist --background --resume cut")
    again = begin(None, Request(resume="cut"), None)
    assert again == job
    wait_for_a_step(again)
    again.stop()
    assert again.wait(60) == "stopped"


def test_one_that_the_system_ends_for_memory_leaves_its_kernel_and_says_so() -> None:
    source = (
        "from colab_magics.train.background import begin; from colab_magics.train.request import Request\n"
        "job = begin('mlp', Request(data='digits', name='large'), None); answer = [job.wait(60), job.reason]"
    )
    assert confined(source, {"memory": 150 * 2**20}) == [
        "killed",
        "The process of the training was ended by the system because memory ran out; it had saved nothing yet: begin it again",
    ]


def test_one_that_crashes() -> None:
    job = begin("mlp", Request(data="digits", epochs=100_000), None)
    wait_for_a_step(job)
    process_of(job).send_signal(signal.SIGSEGV)
    assert job.wait(60) == "killed"
    assert "The process of the training was ended by SIGSEGV" in attach(job.name).reason


def test_one_whose_supervisor_is_ended_alone_goes_on() -> None:
    job = begin("mlp", Request(data="digits", epochs=100_000), None)
    wait_for_a_step(job)
    supervisor = psutil.Process(background._processes[job.folder].pid)
    supervisor.kill()
    background._processes.pop(job.folder).wait()
    assert job.status == "running"
    job.stop()
    assert job.wait(60) == "stopped"


def test_why_it_failed() -> None:
    job = begin("mlp", Request(data="nowhere/at/all", name="none"), None)
    assert job.wait(60) == "failed"
    assert "There is no dataset at nowhere/at/all" in job.reason


@pytest.mark.parametrize("name", ["other", "../there", ""])
def test_no_training_of_that_name(name: str) -> None:
    with pytest.raises(BadOption, match="There is no training in the background named"):
        attach(name)


def test_a_name_that_leaves_the_root_takes_nothing_away(runs_root: Path) -> None:
    (runs_root.parent / "mine").mkdir()
    (runs_root.parent / "mine" / "thesis.txt").write_text("kept")
    for name in ("../../mine", "../first", "a/b", "-x", ""):
        with pytest.raises(BadOption, match="cannot name a run"):
            begin("mlp", Request(name=name, data="digits"), None)
    assert (runs_root.parent / "mine" / "thesis.txt").read_text() == "kept"


def test_a_name_that_is_taken(runs_root: Path) -> None:
    (runs_root / "first").mkdir(parents=True)
    with pytest.raises(BadOption, match="There is already a run named first"):
        begin("mlp", Request(name="first", data="digits"), None)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]\n", b"\xff\n", b'{"at": 1.5, "kind": "Ended", "status": "finished"}\n']
)
def test_what_was_told_is_broken_or_gone(runs_root: Path, content: bytes) -> None:
    folder = runs_root / ".background" / "it"
    folder.mkdir(parents=True)
    (folder / "request.json").write_text("{}")
    (folder / "events.jsonl").write_bytes(content)
    job = attach("it")
    assert job.status in ("killed", "finished")
    assert "begin it again" in job.reason or "is gone or broken" in job.reason
    assert "failed" in background_card(job).text()
