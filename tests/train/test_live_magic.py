"""`%%train`: a person's own code, followed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import colab_magics
from colab_magics.errors import ModelMismatch, SourceNotFound
from tests.conftest import Shell

pytestmark = pytest.mark.train

SETUP = """
import keras, numpy as np
x = np.random.default_rng(1).normal(size=(96, 8)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int32")
def build(**settings):
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")], name="mine")
    model.compile(**{"loss": "binary_crossentropy", "metrics": ["accuracy"], **settings})
    return model
model = build()
"""


@pytest.fixture
def cell(shell: Shell) -> Shell:
    assert shell.run(SETUP).error is None
    return shell


@pytest.fixture(autouse=True)
def _nothing_stays_patched() -> Iterator[None]:
    import keras

    before = keras.Model.fit
    yield
    assert keras.Model.fit is before


def test_the_cell_is_the_persons_own(cell: Shell) -> None:
    ran = cell.run(
        "%%train --name first --as kept\n"
        "before = model.get_weights()\n"
        "history = model.fit(x, y, 16, 4, validation_split=0.25, validation_freq=2)"
    )
    assert ran.error is None
    assert "Training mine · ✓ done, 4 epochs" in ran.text
    assert "Epoch 1/4" not in ran.text  # the panel takes the place of the progress bar
    fit = cell.namespace["kept"]
    assert (fit.name, fit.status, fit.cut) == ("first", "finished", None)
    assert list(fit.history.columns) == ["loss", "accuracy", "val_loss", "val_accuracy", "seconds"]
    assert list(fit.history.val_loss.isna()) == [True, False, True, False]
    assert list(fit.history.loss) == pytest.approx(cell.namespace["history"].history["loss"])
    assert fit.model is cell.namespace["model"]
    assert (fit.directory / "model.keras").is_file()
    assert pd.read_csv(fit.directory / "history.csv", index_col="epoch").shape == (4, 5)
    assert {path.parent.name for path in fit.logdir.rglob("events.*")} == {"train", "validation"}


@pytest.mark.parametrize("magic", ["%%train", "%%train_mnist"])
def test_that_keras_is_being_loaded_is_said_while_it_is(magic: str, tmp_path: Path) -> None:
    source = (
        "from types import SimpleNamespace\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.kernel = SimpleNamespace()\n"
        "shell.display_pub.publish = lambda data, update=False, **_: print(update, [data['text/plain']])\n"
        "shell.run_cell('%load_ext colab_magics')\n"
        f"shell.run_cell('{magic}\\nimport keras\\nprint(keras.__name__)')\n"
    )
    environ = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", source], env=environ, capture_output=True, text=True, check=True)
    shown = done.stdout.splitlines()[:3]
    assert shown == [f"False ['{magic} · loading Keras …']", "True ['']", "keras"], done.stderr


def test_a_bare_fit_at_the_end_gives_the_run_and_shows_it_once(cell: Shell) -> None:
    ran = cell.run("%%train\nmodel.fit(x, y)")
    assert type(ran.value).__name__ == "Fit"
    assert len(ran.displayed) == 1
    assert ran.stdout.startswith("Out[2]: Fit(mine-")
    cell.ipython.execution_count += 1
    assert "✓ done" in cell.run("_").text


def test_what_the_cell_ends_with_stays(cell: Shell) -> None:
    ran = cell.run("%%train\nhistory = model.fit(x, y)\n6 * 7")
    assert ran.value == 42


def test_each_fit_is_a_run_of_its_own(cell: Shell) -> None:
    ran = cell.run("%%train --name fold\nfor fold in range(3):\n    build().fit(x, y, epochs=fold + 1)")
    assert ran.text.count("✓ done") == 3
    table = colab_magics.runs().frame
    assert table.epochs_done.to_dict() == {"fold": 1, "fold-2": 2, "fold-3": 3}
    assert set(table.status) == {"finished"}
    again = cell.run("%%train --name fold\nran = True")
    assert "There is already a run named fold" in again.stderr
    assert "ran" not in cell.namespace


def test_a_stopped_cell_is_gone_on_with(cell: Shell) -> None:
    code = (
        "import signal\n"
        "class Interrupt(keras.callbacks.Callback):\n"
        "    def on_train_batch_begin(self, batch, logs=None):\n"
        "        if batch == 2 and stops: signal.raise_signal(signal.SIGINT)\n"
        "model.fit(x, y, 16, 3, callbacks=[Interrupt()])\n"
    )
    cell.namespace["stops"] = True
    assert cell.run("%%train --name cut\n" + code).value.status == "stopped"
    cell.namespace["stops"] = False
    assert "cut was broken off and is not finished" in cell.run("%%train\nbuild().fit(x, y)").text
    ran = cell.run("%%train --resume\n" + code)
    assert (ran.value.name, ran.value.status, len(ran.value.history)) == ("cut", "finished", 3)
    assert "Resumed after" in ran.text
    cell.run("ran = False")
    assert "There is no unfinished fit" in cell.run("%%train --resume\nran = True").stderr
    assert cell.namespace["ran"] is False


def test_callbacks_stay_and_keep_their_order(cell: Shell) -> None:
    ran = cell.run(
        "%%train --as kept\n"
        "order = []\n"
        "class Own(keras.callbacks.Callback):\n"
        "    def __init__(self, name):\n"
        "        super().__init__(); self.name = name\n"
        "    def on_epoch_end(self, epoch, logs):\n"
        "        order.append(self.name); logs['own'] = 3.0\n"
        "mine = [Own('a'), Own('b')]\n"
        "model.fit(x, y, epochs=2, callbacks=mine)\n"
        "ready = keras.callbacks.CallbackList([Own('c')], model=model, epochs=1, steps=3)\n"
        "model.fit(x, y, callbacks=ready)"
    )
    assert ran.error is None
    assert cell.namespace["order"] == ["a", "b", "a", "b", "c"]
    assert [callback.name for callback in cell.namespace["mine"]] == ["a", "b"]  # the list is the person's
    assert [type(callback).__name__ for callback in cell.namespace["ready"].callbacks] == ["Own"]
    assert list(cell.namespace["kept"].history.own) == [3.0]
    assert ran.text.count("✓ done") == 2


def test_a_backup_of_keras_is_restored_from_as_without_us(cell: Shell, tmp_path: Path) -> None:
    cell.run(
        "def backed_up(epochs):\n"
        f"    backup = keras.callbacks.BackupAndRestore({str(tmp_path / 'backup')!r}, delete_checkpoint=False)\n"
        "    return build().fit(x, y, epochs=epochs, verbose=0, callbacks=[backup]).epoch\n"
        "backed_up(2)"
    )
    ran = cell.run("%%train --as kept\nbacked_up(5)")
    assert ran.value == [2, 3, 4]
    assert list(cell.namespace["kept"].history.index) == [3, 4, 5]


def test_numbers_of_numpy_are_numbers(cell: Shell) -> None:
    ran = cell.run(
        "%%train --as kept\n"
        "import signal\n"
        "class Interrupt(keras.callbacks.Callback):\n"
        "    def on_train_batch_begin(self, batch, logs=None):\n"
        "        if batch == 1: signal.raise_signal(signal.SIGINT)\n"
        "three = np.int64(3)\n"
        "model.fit(x, y, np.int32(16), three, steps_per_epoch=three, callbacks=[Interrupt()])"
    )
    assert ran.error is None
    assert cell.namespace["kept"].cut == (2, 3)
    assert colab_magics.runs().frame.epochs.tolist() == [3]


def test_a_model_that_is_parts_for_a_step_of_its_own(cell: Shell) -> None:
    if cell.namespace["keras"].backend.backend() != "tensorflow":
        pytest.skip("this backend has Keras build the model first, which has nothing to be called")
    ran = cell.run(
        "%%train\n"
        "class Parts(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__(); self.part = keras.layers.Dense(1)\n"
        "    def train_step(self, *words):\n"
        "        self.part(words[-1]); return {'made': keras.ops.mean(words[-1])}\n"
        "parts = Parts()\n"
        "parts.compile(run_eagerly=True)\n"
        "parts.fit(x)"
    )
    assert ran.error is None
    assert ", 9 parameters" in ran.text


def test_a_liverun_of_the_persons_own_is_the_only_one(cell: Shell) -> None:
    ran = cell.run(
        "%%train\nown = colab_magics.LiveRun(name='own')\nmodel.fit(x, y, callbacks=[own])".replace(
            "own =", "import colab_magics; own =", 1
        )
    )
    assert ran.text.count("✓ done") == 1
    assert ran.value is cell.namespace["own"].run


def test_an_interrupt_ends_the_fit_after_the_step_and_the_cell_goes_on(cell: Shell) -> None:
    ran = cell.run(
        "%%train --as kept\n"
        "import signal\n"
        "class Interrupt(keras.callbacks.Callback):\n"
        "    def on_train_batch_begin(self, batch, logs=None):\n"
        "        if batch == 2: signal.raise_signal(signal.SIGINT)\n"
        "model.fit(x, y, 16, 5, callbacks=Interrupt(), validation_data=(x, y))\n"
        "after = True"
    )
    assert ran.error is None
    assert cell.namespace["after"] is True
    fit = cell.namespace["kept"]
    assert (fit.status, fit.cut, len(fit.history)) == ("stopped", (3, 6), 1)
    assert "stopped early, epoch 1 cut at step 3 of 6" in ran.text


def test_a_model_that_keras_cannot_save_is_there_again(cell: Shell) -> None:
    code = (
        "class Net(keras.Model):\n"
        "    def __init__(self, last):\n"
        "        super().__init__()\n"
        "        self.last = last\n"
        "    def call(self, x): return self.last(x)\n"
        "net = Net(keras.layers.Dense(2, activation='softmax'))\n"
        "net.compile(loss='sparse_categorical_crossentropy', metrics=['accuracy'])\n"
        "net(x)\n"
        "history = net.fit(x, y, epochs=2)"
    )
    assert cell.run(f"%%train --name net --as kept\n{code}").error is None
    tried = cell.namespace["kept"].evaluate(cell.namespace["x"], cell.namespace["y"])
    run = colab_magics.runs()["net"]
    with pytest.raises(SourceNotFound, match=r"Keras could not save it.* by {2}%%train --resume net,"):
        _ = run.model
    before = cell.namespace["net"].get_weights()
    again = cell.run(f"%%train --resume net --as kept\n{code}")
    assert "nothing was trained" in again.text
    assert all(map(np.array_equal, cell.namespace["net"].get_weights(), before))
    assert cell.namespace["kept"].evaluate(cell.namespace["x"], cell.namespace["y"]).loss == tried.loss


def test_a_fit_answers_as_its_run_does(cell: Shell) -> None:
    cell.run("%%train --as kept\nhistory = model.fit(x, y)")
    kept = cell.namespace["kept"]
    for ask in (kept.evaluate, kept.report, lambda: kept.confusion, lambda: kept.predictions):
        with pytest.raises(
            SourceNotFound, match=r"a fit of your own code, whose data is kept nowhere.*evaluate\(x, y\)"
        ):
            ask()
    with pytest.raises(ModelMismatch, match=r"let Keras try it, by {2}run\.model\.evaluate\(x, y\)"):
        kept.evaluate(cell.namespace["x"], cell.namespace["y"])


def test_a_loss_that_is_no_number_is_told(cell: Shell) -> None:
    ran = cell.run(
        "%%train --as kept\n"
        "x[0, 0], model = np.nan, build(loss='mse')\n"
        "history = model.fit(x, y, epochs=3, callbacks=[keras.callbacks.TerminateOnNaN()])"
    )
    assert ran.error is None
    assert "⚠ The loss is not a number any more (NaN or infinite) since epoch 1: the training diverged" in ran.text
    assert "take a lower learning rate" in " ".join(colab_magics.runs()[cell.namespace["kept"].name].notes)


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # so Keras says itself
def test_fewer_steps_than_were_asked_for_are_whole_epochs(cell: Shell) -> None:
    code = (
        "import tensorflow as tf\n"
        "data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)\n"
        "history = model.fit(data, epochs=2, steps_per_epoch=20, shuffle=False)"
    )
    assert cell.run(f"%%train --name short --as kept\n{code}").error is None
    assert (cell.namespace["kept"].status, cell.namespace["kept"].cut) == ("finished", None)
    assert colab_magics.runs().frame.epochs_done["short"] == 2
    assert repr(colab_magics.runs()["short"]) == "Run(short, mine, finished)"


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # so Keras says itself
def test_a_fit_of_nothing_is_told(cell: Shell) -> None:
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("other backends have Keras build the model with a first batch, and fail where there is none")
    ran = cell.run("%%train --name empty\nmodel.fit(x[:0], y[:0], epochs=2)")
    assert ran.error is None
    assert "⚠ Its last epoch had no data: x is empty" in ran.text
    again = cell.run("%%train --resume empty\nmodel.fit(x[:0], y[:0], epochs=2)")
    assert "had come to its end before" in again.text
    assert "had no data" not in again.text


def test_a_fit_that_raises_is_told_and_its_own_line_shown(cell: Shell) -> None:
    ran = cell.run(
        "%%train --name broken\n"
        "def data():\n"
        "    for _ in range(4): yield x[:16], y[:16]\n"
        "    raise KeyError('the data broke')\n"
        "model.fit(x, y)\n"
        "model.fit(data(), epochs=2, steps_per_epoch=3, shuffle=False)\n"
    )
    assert ran.error is not None
    assert "✗ The training broke off: " in ran.text
    assert "kept in" in ran.text
    assert colab_magics.runs().frame.status.to_dict() == {"broken": "finished", "broken-2": "broken off"}
    assert cell.run("%train_mnist --resume").stderr.startswith("UsageError: There is no unfinished run")


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # so Keras says of every such dataset
def test_data_whose_length_nobody_knows(cell: Shell) -> None:
    ran = cell.run(
        "%%train --as kept\n"
        "import tensorflow as tf\n"
        "data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16).filter(lambda a, b: True)\n"
        "model.fit(data, validation_data=data, initial_epoch=3, epochs=5, verbose=2, shuffle=False)"
    )
    assert ran.error is None
    fit = cell.namespace["kept"]
    assert list(fit.history.index) == [4, 5]
    assert (fit.status, fit.cut) == ("finished", None)
    assert "Epoch 4/5" in ran.stdout  # what is stated stays


def test_models_with_several_outputs_and_metrics_of_several_values(cell: Shell) -> None:
    ran = cell.run(
        "%%train --as kept\n"
        "entry = keras.Input((8,))\n"
        "two = keras.Model(entry, {'a': keras.layers.Dense(3)(entry), 'b': keras.layers.Dense(1)(entry)})\n"
        "two.compile(loss='mse', metrics={'a': [keras.metrics.F1Score()], 'b': ['mae']})\n"
        "two.fit(x, {'a': np.eye(3)[y], 'b': y[:, None].astype('float32')}, epochs=2, validation_split=0.25)"
    )
    assert ran.error is None
    names = ["loss", "a_loss", "b_loss", "a_f1_score", "b_mae"]
    assert list(cell.namespace["kept"].history) == [*names, *(f"val_{name}" for name in names), "seconds"]
    assert "a f1 score" in ran.text


def test_a_cell_without_a_fit(cell: Shell) -> None:
    ran = cell.run("%%train\nmodel.evaluate(x, y, verbose=0)")
    assert "No model.fit(...) of Keras ended in this cell" in ran.stdout
    assert isinstance(ran.value, list)
    assert "write it with two % signs" in cell.run("%train").stderr
    assert "usage: %train" in cell.run("%%train -h").stdout


def test_from_python(cell: Shell) -> None:
    ran = cell.run("import colab_magics\nwith colab_magics.train(name='there') as fits:\n    model.fit(x, y)\nfits")
    assert [fit.name for fit in ran.value] == ["there"]


def test_tensorboard_below(cell: Shell) -> None:
    ran = cell.run("%%train --tensorboard\nmodel.fit(x, y)\nmodel.fit(x, y)")
    assert ran.error is None
    assert "TensorBoard · runs as long as the kernel" in ran.text
    assert "tensorboard --logdir runs\n" in ran.text


def test_what_fit_does_not_take_is_told_by_keras(cell: Shell) -> None:
    ran = cell.run("%%train\nmodel.fit(x, y, nonsense=1)")
    assert isinstance(ran.error, TypeError)


def test_in_a_notebook_each_fit_has_a_panel(kernel_shell: Shell) -> None:
    kernel_shell.run(SETUP)
    ran: Any = kernel_shell.run("%%train\nmodel.fit(x, y)\nmodel.fit(x, y)")
    assert ran.error is None
    bundles = [bundle for bundle in ran.displayed if "application/vnd.jupyter.widget-view+json" in bundle]
    assert len(bundles) == 2
    assert ran.html.count("accuracy ") >= 2
