"""A fit of a person's own that goes on where it was killed, stopped or cut short."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import colab_magics
from colab_magics.errors import BadOption
from colab_magics.train import runs
from colab_magics.train.fits import KIND
from tests.train.folds import Look, X, Y, build, folds

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")


@pytest.fixture
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every epoch's end saved before the next, however slow the disk."""
    from colab_magics.train import saver

    monkeypatch.setattr(saver, "INTERVAL", 0.0)
    monkeypatch.setattr(saver, "_SHARE", 0)
    offer = saver.Saver.offer
    monkeypatch.setattr(saver.Saver, "offer", lambda self, capture: (offer(self, capture), self.join())[1])


_CHILD = """
import os, signal
from colab_magics.train import saver, shelf
from tests.train.folds import Look, folds
saver.INTERVAL = saver._SHARE = 0
write = shelf.Shelf.write
def dying(self, state):
    write(self, state)
    if self.folder.parent.name == "fold-2" and state.epoch == 2:
        os.kill(os.getpid(), signal.SIGKILL)
shelf.Shelf.write = dying
folds(Look(), Look(), Look(), name="fold")
"""


@pytest.fixture
def killed(runs_root: Path) -> Path:
    child = subprocess.run(
        [sys.executable, "-c", _CHILD], check=False, cwd=Path(__file__).parents[2], capture_output=True, text=True
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    return runs_root.resolve()


@pytest.mark.parametrize("resume", [True, "fold-2"])
def test_a_killed_loop_is_gone_on_with(killed: Path, resume: str | bool) -> None:
    from colab_magics.train.shelf import Shelf

    assert runs.broken_off(kind=KIND) == killed / "fold-2"
    assert runs.broken_off() is None  # %train_mnist cannot go on with it
    (other, _), *_ = folds(Look(), epochs=1)
    assert any("%%train --resume fold-2" in note for note in other.notes)

    state, _ = Shelf(killed / "fold-2" / runs.CHECKPOINTS).newest()
    assert state is not None
    first, second, third = looks = Look(), Look(), Look()
    ended = folds(*looks, resume=resume)
    assert [fit.name for fit, _ in ended] == ["fold", "fold-2", "fold-3"]
    assert [fit.status for fit, _ in ended] == ["finished"] * 3
    assert [list(fit.history.index) for fit, _ in ended] == [[1, 2, 3, 4]] * 3
    assert "It had come to its end before: nothing was trained." in ended[0][0].notes
    assert (first.begun, second.begun[0], third.begun[0]) == ([], 2, 0)

    for found, kept in zip(second.begun[1:], state.arrays.values(), strict=False):
        np.testing.assert_array_equal(found, kept)
    fit, history = ended[1]
    assert fit.went_on_after == (2, 0)
    assert history.history["loss"] == pytest.approx(list(fit.history.loss))
    assert history.epoch == [0, 1, 2, 3]
    assert list(fit.history.loss)[:2] == [row["loss"] for row in state.rows]
    assert history.wait[1] == min(history.history["loss"])  # the best of before is still known
    assert int(fit.model.optimizer.iterations) == 4 * 5
    assert runs.broken_off(kind=KIND) is None
    assert fit.model._initial_epoch is None

    stored = keras.saving.load_model(killed / "fold" / "model.keras")  # of the killed process, and given back
    for found, kept in zip(ended[0][0].model.get_weights(), stored.get_weights(), strict=True):
        np.testing.assert_array_equal(found, kept)


@pytest.mark.usefixtures("prompt")
def test_a_stopped_fit_goes_on_with_the_weights_that_it_had_reached() -> None:
    ((stopped, _),) = folds(Look(stop_at=(2, 3)), name="cut")
    assert (stopped.status, stopped.cut) == ("stopped", (4, 5))
    look = Look()
    ((resumed, history),) = folds(look, resume="cut")
    assert (look.begun[0], resumed.went_on_after) == (2, (2, 4))
    assert "Epoch 3 was begun again, with weights that had learnt from 4 steps of it already." in resumed.notes
    assert int(look.begun[1 + len(resumed.model.variables)]) == 2 * 5 + 4  # the optimizer's steps
    assert (resumed.status, resumed.cut, list(resumed.history.index)) == ("finished", None, [1, 2, 3, 4])
    assert int(resumed.model.optimizer.iterations) == 4 * 5 + 4  # the cut epoch was trained again, and whole
    assert len(history.history["val_loss"]) == 4
    assert resumed.seconds > stopped.seconds
    again = runs.read_json(resumed.directory / runs.RESULT_FILE)
    assert (again["status"], again["went_on_after"]) == ("finished", [2, 4])
    ((further, _),) = folds(Look(), epochs=6, resume="cut")
    assert list(further.history.index) == [1, 2, 3, 4, 5, 6]


def test_a_model_whose_own_step_has_the_optimizers_is_gone_on_with() -> None:
    if keras.backend.backend() != "tensorflow":
        pytest.skip("this step is one of TensorFlow")

    class Pair(keras.Model):  # type: ignore[misc]  # Keras has no types
        """As the adversarial networks of Keras' examples: two models, an optimizer for each, and no call."""

        def __init__(self) -> None:
            super().__init__(name="pair")
            self.one, self.other = build(), build()

        def compile(self) -> None:
            super().compile()
            self.first, self.second = keras.optimizers.Adam(), keras.optimizers.Adam()

        def train_step(self, data: Any) -> dict[str, Any]:
            import tensorflow as tf

            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(self.other(data)) + 0.0 * tf.reduce_mean(self.one(data))
            weights = self.other.trainable_variables
            self.second.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            return {"loss": loss}

    ended = []
    for epochs, options in ((2, {"name": "pair"}), (2, {"resume": "pair"}), (4, {"resume": "pair"})):
        model = Pair()
        model.compile()
        with colab_magics.train(**options) as fits:
            model.fit(X, epochs=epochs)
        ended.append((fits[0].went_on_after, model.get_weights()))
    assert [place for place, _ in ended] == [None, (2, 0), (2, 0)]
    for kept, found in zip(ended[0][1], ended[1][1], strict=True):
        np.testing.assert_array_equal(kept, found)
    assert "What the model's own optimizers (first, second) had learnt began anew." in fits[0].notes


@pytest.mark.usefixtures("prompt")
def test_a_damaged_newest_checkpoint_is_told_and_the_one_before_taken(runs_root: Path) -> None:
    folds(Look(stop_at=(2, 0)), name="hurt")
    newest = sorted((runs_root / "hurt" / runs.CHECKPOINTS).glob("*.npz"))
    newest[-1].write_bytes(newest[-1].read_bytes()[:-100])
    look = Look()
    ((fit, _),) = folds(look, resume="hurt")
    assert any("is damaged, and the one before it was taken" in note for note in fit.notes)
    assert look.begun[0] == 2
    assert len(fit.history) == 4
    for path in (runs_root / "hurt" / runs.CHECKPOINTS).glob("*.npz"):
        path.write_bytes(b"none")
    with pytest.raises(BadOption, match="Every checkpoint of the run hurt is damaged"):
        folds(Look(), resume="hurt")


def test_a_state_that_cannot_be_kept_ends_no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    from colab_magics.train import shelf

    def full(*arguments: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf, "write_arrays", full)
    ((fit, _),) = folds(Look())
    assert fit.status == "finished"
    assert fit.notes[0] == "The fit's state could not be saved, so it cannot be resumed: No space left on device."


def test_what_was_saved_amid_the_first_epoch_is_gone_on_with(runs_root: Path) -> None:
    class Press(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        """Presses Save now, as the panel does, and then fails."""

        def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
            if batch == 2:
                live._following._control.save.set()
            if batch == 4:
                raise RuntimeError("enough")

    live = colab_magics.LiveRun(name="pressed")
    with pytest.raises(RuntimeError, match="enough"), colab_magics.train():
        build().fit(X, Y, 16, 2, callbacks=[Press(), live])
    assert runs.broken_off(kind=KIND) == (runs_root / "pressed").resolve()
    look, live = Look(), colab_magics.LiveRun(resume="pressed")
    model = build()
    model.fit(X, Y, 16, 2, verbose=0, callbacks=[look, live])
    assert live.run.went_on_after == (0, 2)
    assert live.run.notes[0] == "Epoch 1 was begun again, with weights that had learnt from 2 steps of it already."
    assert list(live.run.history.index) == [1, 2]
    assert int(keras.ops.convert_to_numpy(model.optimizer.iterations)) == 2 + 2 * 6


class Odd(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Holds what no array can be made of."""

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.odd = [OddArray()]


class OddArray:
    dtype = "odd"

    def __array__(self, *arguments: object, **options: object) -> np.ndarray:
        raise TypeError("of nobody's kind")


def test_a_callback_that_cannot_be_kept_ends_no_training() -> None:
    with colab_magics.train() as fits:
        build().fit(X, Y, callbacks=[Odd()])
    assert "cannot be resumed: of nobody's kind" in fits[0].notes[0]


@pytest.mark.usefixtures("prompt")
def test_a_fit_that_a_callback_ended_is_over() -> None:
    def stopping() -> Any:
        return keras.callbacks.EarlyStopping("loss", patience=1, min_delta=9.0, restore_best_weights=True)

    with colab_magics.train(name="early") as fits:
        build().fit(X, Y, epochs=5, callbacks=[stopping()])
    with colab_magics.train(resume="early") as again:
        build().fit(X, Y, epochs=5, callbacks=[stopping()])
    assert len(again[0].history) == len(fits[0].history) == 2
    for found, kept in zip(again[0].model.get_weights(), fits[0].model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, kept)


def test_what_cannot_be_put_back_is_told() -> None:
    class Own(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        def __init__(self, patience: int) -> None:
            super().__init__()
            self.count, self.patience, self.seen = 0, patience, {}

        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            self.count += 1
            self.odd = [np.zeros(2, "f4,i8"), np.array([{}])]

    for patience, options in ((3, {"name": "told"}), (8, {"resume": "told"})):
        model, own = build(), Own(patience)
        model.second = keras.optimizers.SGD()
        with colab_magics.train(**options) as fits:
            model.fit(X, Y, epochs=2, callbacks=[own, Look(stop_at=None if options.get("resume") else (1, 0))])
        assert not any("could not be saved" in note for note in fits[0].notes)
    assert (own.count, own.patience) == (3, 8)  # what is stated in the code is taken from there
    assert fits[0].notes[-2:] == (  # behind that epoch 2 was begun again
        "Of Look, Own only plain numbers and weights are as they were before.",
        "What the model's own optimizers (second) had learnt began anew.",
    )


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_every_backend(backend: str, tmp_path: Path) -> None:
    pytest.importorskip(backend)
    source = (
        f"import sys; {backend!r} == 'tensorflow' or sys.modules.update(tensorflow=None)\n"
        "from tests.train.folds import Look, build, folds, X, Y\n"
        "import colab_magics\n"
        "((cut, _),) = folds(Look(stop_at=(1, 0)), name='there')\n"
        "live, look = colab_magics.LiveRun(resume='there'), Look()\n"
        "build().fit(X, Y, batch_size=16, epochs=4, verbose=0, callbacks=[look, live], validation_split=0.2)\n"
        "before, steps = int(cut.model.optimizer.iterations), int(live.run.model.optimizer.iterations)\n"
        "print(cut.status, steps - before == (4 - look.begun[0]) * 5, len(live.run.history), live.run.notes[-1])\n"
        "weights = len(live.run.model.variables)\n"
        "print(before, int(look.begun[1 + weights]), look.begun[0] in (1, 2))"
    )
    environment = {**os.environ, "KERAS_BACKEND": backend, "COLAB_MAGICS_RUNS": str(tmp_path)}
    command, root = [sys.executable, "-c", source], Path(__file__).parents[2]
    done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)
    told = "The callbacks are not those of before: what they knew, such as a patience, began anew."
    first, second = done.stdout.splitlines() or [done.stderr, ""]
    assert first == f"stopped True 4 {told}"
    before, begun, is_there = second.split()
    assert (before, is_there) == (begun, "True")
