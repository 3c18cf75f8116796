"""A training that goes on where an earlier one ended: as if nothing had been, or not at all."""

import shutil
import signal
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colab_magics.errors import BadOption
from colab_magics.train import runs
from colab_magics.train.card import card
from colab_magics.train.control import Control
from colab_magics.train.events import Event, Saved, StepEnded
from colab_magics.train.request import Request
from colab_magics.train.run import Run
from colab_magics.train.training import train

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")

SETTINGS = {"epochs": 3, "batch_size": 64, "data": "digits", "seed": 7, "name": None}


def model() -> Any:
    """A model with all that has a state of its own: dropout, batch normalisation, an optimizer that remembers."""
    layers = keras.layers
    found = keras.Sequential(
        [keras.Input((64,)), layers.Dense(32), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(10)]
    )
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    found.compile(loss=loss, optimizer="adam", metrics=["accuracy"])
    return found


def trained(stop_at: int | None = None, **options: Any) -> Run:
    stop, steps = threading.Event(), 0

    def tell(event: Event) -> None:
        nonlocal steps
        if isinstance(event, StepEnded):
            steps += 1
            if steps == stop_at:
                stop.set()

    keras.utils.set_random_seed(options.pop("model_seed", 7))
    return train(options.pop("make", model)(), Request(**{**SETTINGS, **options}), tell=tell, control=Control(stop))


def everything(run: Run) -> list[np.ndarray]:
    variables = [*run.model.variables, *run.model.optimizer.variables]
    return [variable.numpy() for variable in variables] + [run.history.drop(columns="seconds").to_numpy()]


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call of the backend is told, so that a stop comes where the test wants it."""
    monkeypatch.setattr(import_module("colab_magics.train.clock"), "PERIOD", 0.0)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("stop_at", [1, 9, 24, 30])
def test_a_stopped_and_resumed_run_equals_one_that_was_not(stop_at: int) -> None:
    whole = trained()
    stopped = trained(stop_at, name="cut")
    assert stopped.status == "stopped"
    resumed = trained(resume="cut", model_seed=8)
    assert resumed.status == "finished"
    assert len(resumed.history) == SETTINGS["epochs"]
    for expected, found in zip(everything(whole), everything(resumed), strict=True):
        np.testing.assert_array_equal(expected, found)


@pytest.mark.usefixtures("often")
def test_early_stopping_knows_what_it_knew() -> None:
    # A high rate, so that the loss soon grows.
    options = {"epochs": 30, "early_stop": 2, "batch_size": 256}
    make = {"make": lambda: keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)]), "learning_rate": 0.5}
    whole = trained(**options, **make)
    assert 2 < len(whole.history) < 30
    stopped = trained(9, name="cut", **options, **make)
    assert stopped.status == "stopped"
    resumed = trained(resume="cut", **options, **make)
    for expected, found in zip(everything(whole), everything(resumed), strict=True):
        np.testing.assert_array_equal(expected, found)
    best = whole.history.val_loss.min()
    assert whole.test_loss == pytest.approx(best, rel=1e-3)


@pytest.mark.usefixtures("often")
def test_training_goes_on_while_the_disk_takes_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from colab_magics.train.shelf import Shelf

    goes_on, write = threading.Event(), Shelf.write
    monkeypatch.setattr(Shelf, "write", lambda self, state: goes_on.wait(20) and write(self, state))
    told: list[Event] = []
    control = Control()

    def tell(event: Event) -> None:
        told.append(event)
        steps = sum(isinstance(event, StepEnded) for event in told)
        if steps == 3:
            control.save.set()
        elif steps == 12:
            goes_on.set()

    train(model(), Request(**SETTINGS), tell=tell, control=control)
    (saved,) = [event for event in told if isinstance(event, Saved)]
    assert saved.fault is None
    assert saved.step <= 5
    assert sum(isinstance(event, StepEnded) for event in told[: told.index(saved)]) >= 12


def overdone() -> Any:
    """A model that gets worse again after its fourth epoch."""
    found = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([24], [0.5, 50.0])
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    found.compile(loss=loss, optimizer=keras.optimizers.SGD(rate), metrics=["accuracy"])
    return found


OVERDONE = {"epochs": 8, "batch_size": 256, "make": overdone}


@pytest.mark.usefixtures("often")
def test_it_ends_with_the_best_weights_if_asked() -> None:
    whole = trained(best=True, **OVERDONE)
    losses = whole.history.val_loss
    assert whole.best_epoch == losses.idxmin() == 4
    assert "of epoch 4, the best test loss" in card(whole).text()
    assert whole.test_loss == pytest.approx(losses.min(), rel=1e-3)
    stopped = trained(32, name="cut", best=True, **OVERDONE)
    assert stopped.status == "stopped"
    assert stopped.test_loss == pytest.approx(losses.min(), rel=1e-3)
    resumed = trained(resume="cut", **OVERDONE)  # with the best, since it was so
    assert resumed.best_epoch == 4
    for expected, found in zip(everything(whole), everything(resumed), strict=True):
        np.testing.assert_array_equal(expected, found)


@pytest.mark.parametrize("interval", [0.0, 1000.0])
def test_the_best_and_the_last_two_are_kept(interval: float, monkeypatch: pytest.MonkeyPatch) -> None:
    from colab_magics.train import saver

    monkeypatch.setattr(saver, "INTERVAL", interval)
    monkeypatch.setattr(saver, "_SHARE", 0)
    run = trained(**OVERDONE)
    kept = sorted(path.stem for path in (run.directory / "checkpoints").glob("*.npz"))
    assert (kept[0], kept[-1]) == ("000004-00000000", "000008-00000000")
    assert len(kept) == (3 if interval == 0 else 2)


_CHILD = """
import os, signal, sys
from tests.train.test_checkpoint import trained
from colab_magics.train import saver, shelf
saver.INTERVAL = saver._SHARE = 0
write = shelf.Shelf.write
def dying(self, state):
    write(self, state)
    if (state.epoch, state.step > 0) >= (1, True):
        os.kill(os.getpid(), signal.SIGKILL)
shelf.Shelf.write = dying
trained(name="killed")
"""


def test_a_killed_run_is_gone_on_with(runs_root: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", _CHILD], check=False, cwd=Path(__file__).parents[2], capture_output=True, text=True
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert runs.broken_off() == (runs_root / "killed").resolve()
    other = trained(epochs=1)
    assert any("--resume killed" in note for note in other.notes)
    resumed, whole = trained(resume=""), trained()
    assert resumed.name == "killed"
    for expected, found in zip(everything(whole), everything(resumed), strict=True):
        np.testing.assert_array_equal(expected, found)
    assert runs.broken_off() is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"epochs": 4}, "the number of epochs was 3, and is 4"),
        ({"batch_size": 32}, "the batch size was 64, and is 32"),
        ({"seed": 8}, "the seed was 7, and is 8"),
        ({"device": "cpu:0"}, "the device was auto, and is cpu:0"),
        ({"best": True}, "--best was not given, and is given"),
    ],
)
def test_another_training_is_no_going_on(change: dict[str, Any], sentence: str) -> None:
    trained(1, name="first")
    with pytest.raises(BadOption, match=sentence):
        trained(resume="first", **change)
    assert trained(resume="first").status == "finished"


def test_another_model_or_other_data_is_no_going_on(tmp_path: Path, dataset: Any) -> None:
    trained(1, name="first")
    other = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, activation="softmax")])
    with pytest.raises(BadOption, match="the model is another one"):
        train(other, Request(**SETTINGS, resume="first"), tell=lambda event: None, control=Control())
    np.savez(
        tmp_path / "d.npz",
        x_train=dataset.x_train[1:],
        y_train=dataset.y_train[1:],
        x_test=dataset.x_test,
        y_test=dataset.y_test,
    )
    with pytest.raises(BadOption, match="the data is another one"):
        trained(resume="first", data=str(tmp_path / "d.npz"))


def test_what_is_not_given_stays_as_it_was() -> None:
    stop = threading.Event()

    def tell(event: Event) -> None:
        if isinstance(event, StepEnded):
            stop.set()

    wishes = {"epochs": 2, "batch_size": 64, "data": "digits", "seed": 3, "name": "first", "recipe": "fast"}
    train(None, Request(**wishes, learning_rate=0.01, early_stop=5), tell=tell, control=Control(stop))
    run = train(None, Request(resume=""), tell=lambda event: None, control=Control())
    assert (run.name, run.status, len(run.history)) == ("first", "finished", 2)
    assert "Resumed after  epoch 0 and 1 step" in " ".join(card(run).text().split(" "))


def test_a_model_of_ones_own_is_built_again() -> None:
    trained(1, name="first")
    with pytest.raises(BadOption, match="build it again in a cell"):
        train(None, Request(resume="first"), tell=lambda event: None, control=Control())


def test_where_every_checkpoint_is_damaged_nothing_is_lost() -> None:
    stopped = trained(1, name="first")
    for path in (stopped.directory / "checkpoints").glob("*.npz"):
        path.write_bytes(b"")
    before = sorted(stopped.directory.rglob("*.*"))
    with pytest.raises(BadOption, match="is damaged: begin it anew with  --fresh"):
        trained(resume="first")
    assert set(before) <= set(stopped.directory.rglob("*.*"))
    assert trained(resume="first", fresh=True).status == "finished"


def test_one_that_had_kept_no_state_begins_anew_and_says_so() -> None:
    stopped = trained(1, name="first")
    assert not stopped.notes
    shutil.rmtree(stopped.directory / "checkpoints")
    run = trained(resume="first")
    assert (len(run.history), run.notes) == (3, ("It had ended before its first checkpoint, and was begun anew.",))
    assert not trained(resume="first", fresh=True, epochs=1).notes


def test_fresh_begins_the_run_anew() -> None:
    trained(1, name="first")
    run = trained(resume="first", fresh=True, epochs=1)
    assert (run.name, run.status, len(run.history)) == ("first", "finished", 1)


def test_without_a_run_there_is_nothing_to_resume(runs_root: Path) -> None:
    with pytest.raises(BadOption, match="no unfinished run in"):
        trained(resume="")
    with pytest.raises(BadOption, match="no run named none"):
        trained(resume="none")
    with pytest.raises(BadOption, match="no run named"):
        trained(resume="../first")


def test_a_run_that_goes_on_elsewhere_is_left_alone(runs_root: Path) -> None:
    trained(1, name="first")
    held = (
        "import fcntl, sys; file = open(sys.argv[1]); fcntl.flock(file, fcntl.LOCK_EX); print(1, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", held, str(runs_root / "first" / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(BadOption, match="still going on"):
            trained(resume="first")
        assert other.stdin is not None
        other.stdin.write(b"\n")
        other.stdin.close()
    assert trained(resume="first").status == "finished"


@pytest.mark.parametrize("damage", ["flip", "cut", "zeros", "gone"])
def test_of_a_damaged_checkpoint_the_one_before_is_taken(damage: str, runs_root: Path) -> None:
    from colab_magics.train.shelf import Shelf

    stopped = trained(1, name="first")
    shelf = Shelf(stopped.directory / "checkpoints")
    state, _ = shelf.newest()
    assert state is not None
    shelf.write(type(state)(state.epoch + 1, 0, state.arrays, state.callbacks, state.rows, state.seconds))
    newest = max(shelf.folder.glob("*.npz"))
    content = bytearray(newest.read_bytes())
    if damage == "gone":
        newest.unlink()
    elif damage == "cut":
        newest.write_bytes(content[: len(content) // 2])
    elif damage == "zeros":
        newest.write_bytes(bytes(len(content)))
    else:
        content[len(content) // 2] ^= 1
        newest.write_bytes(content)
    run = trained(resume="first")
    assert any("is damaged, and the one before it was taken" in note for note in run.notes)
    assert len(run.history) == SETTINGS["epochs"]


def test_the_result_of_where_it_stopped_goes_when_it_goes_on() -> None:
    result = trained(1, name="first").directory / "result.json"
    assert result.exists()
    seen = []

    def tell(event: Event) -> None:
        if isinstance(event, StepEnded):
            seen.append(result.exists())

    train(model(), Request(**SETTINGS, resume="first"), tell=tell, control=Control())
    assert seen
    assert not any(seen)
    assert result.exists()
