"""`LiveRun`, given to a ``fit`` by the person."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import colab_magics
from colab_magics.errors import BadOption, OutputDenied
from colab_magics.train import outside, runs
from colab_magics.train.card import card
from colab_magics.train.stored import read
from colab_magics.transfer import locking
from tests.conftest import Shell

pytestmark = pytest.mark.train
pytest.importorskip("keras", reason="Keras or its backend is not installed")
LiveRun = colab_magics.LiveRun

IMAGES, LABELS = np.zeros((64, 64), "float32"), np.eye(10, dtype="float32")[np.arange(64) % 10]


def test_it_keeps_every_fit_that_it_is_given_to(small: Callable[..., Any], runs_root: Path) -> None:
    live = LiveRun(name="mine")
    small().fit(IMAGES, LABELS, epochs=2, verbose=0, callbacks=[live])
    assert live.run is not None
    assert (live.run.name, live.run.status, live.run.notes) == ("mine", "finished", ())
    small().fit(IMAGES, LABELS, verbose=0, callbacks=[live])
    assert live.run.name == "mine-2"
    small().fit(IMAGES, LABELS, epochs=0, verbose=0, callbacks=[live])
    assert (live.run.name, len(live.run.history)) == ("mine-3", 0)
    assert {path.name for path in (runs_root / "mine").iterdir()} >= {"config.json", "environment.json", "result.json"}
    with pytest.raises(BadOption, match="There is already a run named mine"):
        small().fit(IMAGES, LABELS, verbose=0, callbacks=[LiveRun(name="mine")])
    with pytest.raises(BadOption, match="cannot name a run"):
        LiveRun(name="../up")


def test_its_folder_is_that_of_a_run(small: Callable[..., Any], runs_root: Path) -> None:
    live = LiveRun(name="mine")
    small().fit(IMAGES, LABELS, verbose=0, callbacks=[live])
    run = read(live.run.directory)
    assert run.sizes.parameters == 650
    assert ", 650 parameters" in card(run).text()
    kept = runs_root / "mine" / runs.MODEL_FILE
    assert outside.checked(str(kept), is_trusted=False) == kept.resolve()  # --model takes it


def test_metrics_that_are_called_as_what_is_kept_beside_them(small: Callable[..., Any]) -> None:
    import keras

    def tell(epoch: int, logs: dict[str, float]) -> None:
        logs.update(epoch=10.0 * epoch, seconds=-1.0)

    live = LiveRun()
    told = keras.callbacks.LambdaCallback(on_epoch_end=tell)
    small().fit(IMAGES, LABELS, epochs=2, verbose=0, callbacks=[told, live])
    for history in (live.run.history, read(live.run.directory).history):
        assert (list(history.index), list(history["epoch_"]), list(history["seconds_"])) == ([1, 2], [0, 10], [-1, -1])
        assert (history.seconds >= 0).all()


def test_a_fit_that_raises_is_over_with_its_cell(shell: Shell, small: Callable[..., Any], runs_root: Path) -> None:
    shell.namespace.update(model=small(), x=IMAGES, y=LABELS)
    before = signal.getsignal(signal.SIGINT)
    ran = shell.run(
        "import keras\nfrom colab_magics import LiveRun\n"
        "class Bad(keras.callbacks.Callback):\n"
        "    def on_epoch_begin(self, epoch, logs=None): assert epoch == 0, 'broken'\n"
        "model.fit(x, y, epochs=3, verbose=0, callbacks=[Bad(), LiveRun(name='bad')])\n"
    )
    assert isinstance(ran.error, AssertionError)
    assert "Training sequential" in ran.text
    assert "✗ The training broke off: AssertionError. What its whole epochs told is kept in" in ran.text
    assert signal.getsignal(signal.SIGINT) is before
    assert not locking.is_held(runs_root / "bad" / runs.LOCK_FILE)


def test_without_a_shell_an_interrupt_after_a_broken_fit_is_not_taken(small: Callable[..., Any]) -> None:
    import keras

    class Bad(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
            raise AssertionError("broken")

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(AssertionError, match="broken"):
        small().fit(IMAGES, LABELS, verbose=0, callbacks=[LiveRun(), Bad()])
    assert signal.getsignal(signal.SIGINT) is not before
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_folder_that_cannot_be_written(small: Callable[..., Any], runs_root: Path) -> None:
    runs_root.write_text("a file")
    with pytest.raises(OutputDenied, match="set the environment variable COLAB_MAGICS_RUNS"):
        small().fit(IMAGES, LABELS, verbose=0, callbacks=[LiveRun()])


def test_what_tensorboard_cannot_be_told_ends_no_training(
    small: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from colab_magics.train.eventlog import EventLog

    def fail(log: EventLog, epoch: int) -> None:
        raise ValueError("no histogram of that")

    monkeypatch.setattr(EventLog, "_add_histograms", fail)
    live = LiveRun()
    small().fit(IMAGES, LABELS, epochs=2, verbose=0, callbacks=[live])
    assert live.run is not None
    assert live.run.notes == ("TensorBoard does not show all of this run: no histogram of that.",)
    assert len(live.run.history) == 2


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_every_backend(backend: str, tmp_path: Path) -> None:
    pytest.importorskip(backend)
    source = (
        f"import sys; {backend!r} == 'tensorflow' or sys.modules.update(tensorflow=None)\n"
        "import signal, colab_magics, numpy as np\n"
        "x = np.ones((640, 4), 'float32')\n"
        "with colab_magics.train() as fits:\n"
        "    import keras\n"
        "    class Interrupt(keras.callbacks.Callback):\n"
        "        def on_train_batch_begin(self, batch, logs=None):\n"
        "            if batch == 5: signal.raise_signal(signal.SIGINT)\n"
        "    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n"
        "    model.compile(loss='mse')\n"
        "    model.fit(x, x[:, :1], 4, 2, validation_split=0.5)\n"
        "    model.fit(x, x[:, :1], 4, 2, callbacks=Interrupt())\n"
        "for fit in fits:\n"
        "    print(fit.status, fit.history.shape, fit.notes, (fit.directory / 'model.keras').exists())"
    )
    environment = {**os.environ, "KERAS_BACKEND": backend, "COLAB_MAGICS_RUNS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "finished (2, 3) () True\nstopped (1, 2) () True\n", done.stderr


@pytest.mark.parametrize("module", ["keras", "tensorboard"])
def test_it_names_what_was_typed_where_a_library_is_missing(module: str) -> None:
    source = (
        f"import sys; sys.modules['{module}'] = None\n"
        "import colab_magics\n"
        "try: colab_magics.LiveRun()\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == (
        f'MissingExtra LiveRun needs {module}, which is not installed here. Run  %pip install "colab-magics[train]"  '
        "and try again.\n"
    )
