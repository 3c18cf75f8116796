"""One training from data to kept results, without a notebook."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import colab_magics
from colab_magics.errors import ModelMismatch, OutputDenied
from colab_magics.train import runs
from colab_magics.train.card import card
from colab_magics.train.control import Control
from colab_magics.train.events import DatasetFound, EpochEnded, Event, Saved, Started, StepEnded, Stopped, TrainingEnded
from colab_magics.train.request import Request
from colab_magics.train.run import Run
from colab_magics.train.stored import read
from colab_magics.train.training import train

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")


def trained(model: Any = None, *, tell: Callable[[Event], None] = lambda event: None, **options: Any) -> Run:
    stop = options.pop("stop", threading.Event())
    settings = {"epochs": 2, "batch_size": 128, "data": "digits", "seed": 1, "name": None}
    return train(model, Request(**{**settings, **options}), tell=tell, control=Control(stop))


def test_a_run_has_all_that_it_promises(runs_root: Path) -> None:
    events: list[Event] = []
    run = trained(tell=events.append)
    assert run.status == "finished"
    assert list(run.history.columns) == ["loss", "accuracy", "val_loss", "val_accuracy", "seconds"]
    assert list(run.history.index) == [1, 2]
    assert run.test_accuracy == pytest.approx(run.history.val_accuracy[2], abs=1e-6)
    assert run.test_loss == pytest.approx(run.history.val_loss[2], rel=1e-3)
    assert run.predictions.images.shape == (360, 8, 8)
    assert run.predictions.probabilities is not None
    assert np.allclose(run.predictions.probabilities.sum(axis=1), 1, atol=1e-5)
    assert run.dataset.name == "scikit-learn digits"
    assert run.directory.parent == runs_root.resolve()
    assert run.seconds > 0
    assert sorted(path.name for path in run.directory.iterdir()) == [
        "checkpoints",
        "config.json",
        "environment.json",
        "history.csv",
        "lock",
        "logs",
        "model.keras",
        "predictions.npz",
        "result.json",
    ]
    assert json.loads((run.directory / "result.json").read_text())["test_accuracy"] == run.test_accuracy
    kinds = [type(event) for event in events]
    assert kinds[0] is DatasetFound
    assert Started in kinds
    assert kinds.count(EpochEnded) == 2
    assert kinds[-1] is TrainingEnded


def test_the_saved_model_is_the_trained_one() -> None:
    run = trained()
    again = keras.models.load_model(run.directory / "model.keras")
    images = run.dataset.x_test.reshape(360, 64).astype("float32") / 255
    assert np.allclose(again.predict(images, verbose=0), run.predictions.probabilities, atol=1e-5)


def test_the_same_seed_gives_the_same_run() -> None:
    assert trained(seed=7).history.loss.tolist() == trained(seed=7).history.loss.tolist()


def test_steps_are_told_at_most_ten_times_a_second() -> None:
    told, began = 0, time.monotonic()

    def tell(event: Event) -> None:
        nonlocal told
        told += isinstance(event, StepEnded)

    trained(tell=tell, epochs=6, batch_size=8)
    assert 3 < told <= 10 * (time.monotonic() - began) + 1


@pytest.mark.parametrize(("activation", "dtype"), [(None, "float32"), ("softmax", "bfloat16"), ("sigmoid", "float32")])
def test_what_a_model_gives_becomes_probabilities(activation: str | None, dtype: str) -> None:
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, activation=activation, dtype=dtype)])
    run = trained(model)
    rows = run.predictions.probabilities
    assert rows is not None
    assert np.allclose(rows.sum(axis=1), 1, atol=1e-5)
    if activation is not None:  # in proportion, and not pressed together by a second softmax
        given = np.asarray(model.predict(run.dataset.x_test.reshape(360, 64) / 255.0, verbose=0), "float32")
        assert np.allclose(rows, given / given.sum(axis=1, keepdims=True), atol=1e-2)


def test_a_model_with_a_sparse_loss(small: Callable[..., Any]) -> None:
    assert trained(small("sparse_categorical_crossentropy")).test_accuracy > 0.1


def test_a_run_that_is_stopped_keeps_all_it_has() -> None:
    stop, events = threading.Event(), []

    def tell(event: Event) -> None:
        events.append(event)
        if isinstance(event, EpochEnded) and event.epoch == 3:
            stop.set()

    run = trained(tell=tell, stop=stop, epochs=1000)
    assert run.status == "stopped"
    assert len(run.history) == 3
    stopped = next(event for event in events if isinstance(event, Stopped))
    assert (stopped.epoch, stopped.step) == (3, 12)
    assert run.cut is None
    assert "stopped early, after 3 epochs" in card(run).text()
    assert run.model.predict(np.zeros((1, 64), "float32"), verbose=0).shape == (1, 10)
    assert (run.directory / "model.keras").exists()


def test_an_interrupt_ends_the_run_cleanly() -> None:
    before = signal.getsignal(signal.SIGINT)

    def tell(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)

    run = trained(tell=tell, epochs=1000)
    assert run.status == "stopped"
    assert len(run.history) == 2
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_interrupt_ends_at_once_and_history_is_on_disk(runs_root: Path) -> None:
    def tell(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)

    with pytest.raises(KeyboardInterrupt):
        trained(tell=tell, epochs=1000, name="cut")
    assert len((runs_root / "cut" / "history.csv").read_text().splitlines()) == 3


def test_an_epoch_that_is_cut_is_told() -> None:
    stop = threading.Event()

    def tell(event: Event) -> None:
        if isinstance(event, StepEnded):
            stop.set()

    run = trained(tell=tell, stop=stop)
    assert run.status == "stopped"
    assert run.cut == (1, 12)
    assert "stopped early, epoch 1 cut at step 1 of 12" in card(run).text()
    assert json.loads((run.directory / "result.json").read_text())["cut"] == [1, 12]


@pytest.mark.parametrize("last", [EpochEnded, TrainingEnded])
def test_an_interrupt_after_the_last_step_stops_nothing(last: type[Event]) -> None:
    def tell(event: Event) -> None:
        if isinstance(event, last) and getattr(event, "epoch", 2) == 2:
            os.kill(os.getpid(), signal.SIGINT)

    run = trained(tell=tell)
    assert run.status == "finished"
    assert len(run.history) == 2
    assert (run.directory / "result.json").exists()


def test_an_interrupt_while_the_model_is_saved_loses_nothing() -> None:
    class Interrupted(keras.Sequential):
        def save(self, *args: Any, **kwargs: Any) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            super().save(*args, **kwargs)

    run = trained(Interrupted([keras.Input((64,)), keras.layers.Dense(10, activation="softmax")]))
    assert run.status == "finished"
    assert (run.directory / "model.keras").exists()
    assert (run.directory / "result.json").exists()


def test_a_training_that_never_began_leaves_no_folder(runs_root: Path) -> None:
    class Broken(keras.Sequential):
        def train_step(self, *args: Any, **kwargs: Any) -> None:
            raise ArithmeticError("not today")

    def trial() -> Run:
        return trained(Broken([keras.Input((64,)), keras.layers.Dense(10, activation="softmax")]), name="mine")

    with pytest.raises(ArithmeticError, match="not today"):
        trial()
    assert list(runs_root.iterdir()) == []
    with pytest.raises(ArithmeticError, match="not today"):  # and not that the name is taken
        trial()


def test_a_disk_without_room_is_one_sentence_and_leaves_no_folder(runs_root: Path, no_room: Callable[..., Any]) -> None:
    with (
        no_room(0),
        pytest.raises(OutputDenied, match=r"The run full cannot be written to .* \(File too large\): make"),
    ):
        train("mlp", Request(data="digits", name="full"), tell=lambda event: None, control=Control())
    assert list(runs_root.iterdir()) == []


def test_a_disk_that_fills_up_ends_no_training(no_room: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from colab_magics.train import clock, saver

    for module, name in ((saver, "INTERVAL"), (saver, "_SHARE"), (clock, "PERIOD")):
        monkeypatch.setattr(module, name, 0)
    told: list[Event] = []
    with ExitStack() as rest:

        def fill(event: Event) -> None:
            told.append(event)
            if isinstance(event, Started):
                rest.enter_context(no_room(0))

        run = train("mlp", Request(data="digits", epochs=2, name="full"), tell=fill, control=Control())
    assert run.status == "finished"
    assert len(run.history) == 2
    (failed,) = (event for event in told if isinstance(event, Saved))
    assert failed.fault == "File too large"
    assert told.index(failed) < len(told) / 2
    for part in (
        "state could not be saved",
        "history of the last",
        "TensorBoard does not",
        "model could not",
        "end of the run is only",
    ):
        assert any(part in note for note in run.notes), (part, run.notes)


def test_a_model_that_does_not_fit_leaves_no_folder(runs_root: Path) -> None:
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(5, activation="softmax")])
    with pytest.raises(ModelMismatch, match="has 10 classes"):
        trained(model)
    assert not runs_root.exists()


def test_a_training_that_diverges_is_told() -> None:
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
    model.compile(loss="mse", optimizer=keras.optimizers.SGD(1e30))
    with pytest.raises(ModelMismatch, match="diverged"):
        trained(model, name="wild")
    assert runs.broken_off() is None  # who goes on with it diverges again
    found = colab_magics.runs()
    assert (found.frame.status["wild"], found["wild"].status) == ("failed", "failed")
    assert "the training diverged. Take a lower learning rate." in found.frame.reason["wild"]
    assert "⚠ failed, after 2 epochs" in card(read(runs.root() / "wild")).text()


def test_a_model_that_keras_cannot_save_is_told() -> None:
    class Unsaveable(keras.Sequential):
        def save(self, *args: Any, **kwargs: Any) -> None:
            raise NotImplementedError("not this one")

    run = trained(Unsaveable([keras.Input((64,)), keras.layers.Dense(10, activation="softmax")]))
    assert "could not be saved" in run.notes[-1]
    assert not (run.directory / "model.keras").exists()


def test_a_step_of_ones_own_that_tells_no_loss() -> None:
    class Own(keras.Sequential):
        def test_step(self, *words: Any) -> Any:
            found = super().test_step(*words)
            logs, *rest = found if isinstance(found, tuple) else (found,)
            told = {"seen": logs["loss"]}
            return (told, *rest) if rest else told

    run = trained(Own([keras.Input((64,)), keras.layers.Dense(10)]), epochs=1)
    assert run.status == "finished"
    assert np.isnan(run.test_loss)
    assert list(run.history.columns) == ["loss", "accuracy", "val_seen", "seconds"]


def test_tensorflow_says_nothing_of_graphs_that_each_training_has(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = logging.getLogger("tensorflow")
    monkeypatch.setattr(library, "propagate", True)

    def tell(event: Event) -> None:
        if isinstance(event, EpochEnded):
            library.warning("5 out of the last 5 calls to <function train> triggered tf.function retracing.")
            library.warning("the disk is slow")

    trained(tell=tell, epochs=1)
    assert caplog.messages == ["the disk is slow"]
    library.warning("6 out of the last 6 calls to <function yours> triggered tf.function retracing.")
    assert len(caplog.messages) == 2


def test_a_model_that_cannot_be_written_as_json_is_trained() -> None:
    class Scaled(keras.layers.Layer):
        def __init__(self, table: object) -> None:
            super().__init__()
            self.table = table

        def call(self, x: Any) -> Any:
            return x * 1.0

    run = trained(keras.Sequential([keras.Input((64,)), Scaled(object()), keras.layers.Dense(10)]))
    assert len(run.history) == 2
    assert run.notes[0].startswith("TensorBoard cannot draw the graph of this model (")
    assert "could not be saved" in run.notes[1]


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_every_backend(backend: str, tmp_path: Path) -> None:
    pytest.importorskip(backend)
    # Keras itself imports TensorFlow where it is there, whatever the backend: the others must do without it.
    source = (
        f"import sys; {backend!r} == 'tensorflow' or sys.modules.update(tensorflow=None)\n"
        "import colab_magics; run = colab_magics.train_mnist(data='digits', epochs=2, seed=1)\n"
        "print(run.history.shape, run.test_accuracy > 0.7, (run.directory / 'model.keras').exists())"
    )
    environment = {**os.environ, "KERAS_BACKEND": backend, "COLAB_MAGICS_RUNS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(2, 5) True True\n"


def test_every_backend_that_shares_batches_out(tmp_path: Path) -> None:
    pytest.importorskip("jax")
    source = (
        "import keras, numpy as np, colab_magics\n"
        "keras.distribution.set_distribution(keras.distribution.DataParallel())\n"
        "dice = np.random.default_rng(1)\n"
        "def learn(count):\n"
        "    data = dice.integers(0, 256, (count, 8, 8), 'uint8'), np.arange(count) % 2\n"
        "    return colab_magics.train_mnist(data=data, epochs=2, batch_size=64, seed=1)\n"
        "print(len(learn(400).model.layers[0].kernel.value.devices()))\n"
        "try: learn(401)\n"
        "except colab_magics.errors.BadOption as error: print(error)"
    )
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
        "COLAB_MAGICS_RUNS": str(tmp_path),
    }
    done = subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    devices, sentence = done.stdout.splitlines()
    assert devices == "2"
    assert "2 devices cannot share a batch of" in sentence


def test_twenty_epochs_on_mnist_reach_98_percent(mnist_folder: Path) -> None:
    if not os.environ.get("COLAB_MAGICS_TEST_LONG"):
        pytest.skip("COLAB_MAGICS_TEST_LONG is not set: 20 epochs on MNIST take two minutes or more")
    assert trained(data=str(mnist_folder), epochs=20, seed=None).test_accuracy >= 0.98
