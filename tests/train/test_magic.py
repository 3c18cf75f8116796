"""`%train_mnist` as a person types it."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from colab_magics import train_mnist
from colab_magics.card import Card
from colab_magics.errors import BadOption, BoardFailed
from colab_magics.train import board
from colab_magics.train import card as cards
from colab_magics.train.background import attach
from colab_magics.train.card import background as card_of
from colab_magics.train.run import Run
from colab_magics.train.stored import read
from tests.conftest import Shell
from tests.train.shelf import keep

pytestmark = pytest.mark.train

FAST = "--data digits --epochs 1"


def test_the_line(shell: Shell) -> None:
    ran = shell.run(f"run = %train_mnist {FAST} --seed 1 --name first")
    assert ran.error is None
    run = shell.namespace["run"]
    assert run.name == "first"
    assert len(run.history) == 1
    assert "Training on scikit-learn digits · ✓ done, 1 epoch" in ran.text
    assert f"{run.test_accuracy * 100:.2f} % of 360 test images right" in ran.text
    assert "scikit-learn digits" in ran.html


def test_a_run_is_shown_once(shell: Shell) -> None:
    ran = shell.run(f"%train_mnist {FAST}")
    assert len(ran.displayed) == 1
    assert ran.stdout.startswith("Out[1]: Run(")


def test_a_run_is_shown_once_in_a_notebook(kernel_shell: Shell) -> None:
    ran = kernel_shell.run(f"%train_mnist {FAST}")
    assert ran.html.count("test images right") == 1


def test_a_run_is_shown_again_in_a_later_cell(shell: Shell) -> None:
    shell.run(f"run = %train_mnist {FAST}")
    shell.ipython.execution_count += 1
    assert "✓ done" in shell.run("run").text


def test_the_cell_builds_the_model(shell: Shell) -> None:
    ran = shell.run(
        "%%train_mnist --data digits --epochs 1\n"
        "import keras\n"
        "model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation='softmax')], name='mine')\n"
    )
    assert ran.error is None
    assert "mine, 650 parameters" in ran.text


def test_the_run_of_a_cell_in_a_variable(shell: Shell) -> None:
    code = "import keras\nmodel = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])"
    ran = shell.run(f"%%train_mnist --epochs 1 --as kept\n{code}")
    assert ran.error is None
    assert shell.namespace["kept"] is ran.value
    assert "1 cannot be the name of a variable" in shell.run("%train_mnist --as 1").stderr


def test_a_cell_without_a_model(shell: Shell) -> None:
    ran = shell.run("%%train_mnist --data digits\nmodul = 3")
    assert ran.stderr.strip() == (
        "UsageError: The cell made no variable named model: end it with  model = keras.Sequential(...)."
    )


def test_the_model_of_an_earlier_cell_is_not_trained_by_mistake(shell: Shell) -> None:
    stale = shell.namespace["model"] = object()
    ran = shell.run("%%train_mnist --data digits\nmodle = 3")
    assert "The cell made no model of its own" in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert shell.namespace["model"] is stale


def test_a_column_whose_name_is_a_number() -> None:
    run = train_mnist(data=pd.DataFrame({0: np.arange(20.0), 1: np.arange(20) % 2}), target=1, epochs=1)
    assert isinstance(run, Run)
    assert run.config.class_names == ("0", "1")


def test_numbers_of_numpy_are_numbers() -> None:
    run = train_mnist(
        data="digits",
        epochs=np.int64(1),
        batch_size=np.int32(512),
        seed=np.uint8(3),
        lr=np.float32(0.5),
        early_stop=np.int64(2),
    )
    assert isinstance(run, Run)
    assert read(run.directory).config == run.config
    assert (run.config.seed, run.config.learning_rate) == (3, 0.5)


def test_a_cell_may_end_with_a_model_that_is_there(shell: Shell, small: Callable[..., Any]) -> None:
    shell.namespace["model"] = small()
    ran = shell.run("%%train_mnist --data digits --epochs 1\nmodel")
    assert "test images right" in ran.text


def test_a_cell_that_raises_shows_its_own_line(shell: Shell) -> None:
    ran = shell.run("%%train_mnist --data digits\n1 / 0")
    assert isinstance(ran.error, ZeroDivisionError)
    assert "----> 1 1 / 0" in ran.stdout
    assert "colab_magics" not in ran.stdout


def test_a_training_that_is_broken_off_says_so(shell: Shell) -> None:
    ran = shell.run(
        "%%train_mnist --data digits\n"
        "import keras\n"
        "class Interrupted(keras.Sequential):\n"
        "    def train_step(self, *args, **kwargs):\n"
        "        raise KeyboardInterrupt\n"
        "model = Interrupted([keras.Input((64,)), keras.layers.Dense(10)])\n"
    )
    assert isinstance(ran.error, KeyboardInterrupt)
    assert "The training was interrupted before it could end: run the cell again." in ran.text


def test_an_interrupt_after_the_training_loses_no_run(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = cards.card

    def late(run: Run) -> Card:
        os.kill(os.getpid(), signal.SIGINT)
        return shown(run)

    monkeypatch.setattr(cards, "card", late)
    ran = shell.run("%train_mnist --data digits --epochs 1")
    assert ran.error is None
    assert ran.value.status == "finished"
    assert "test images right" in ran.text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--data nowhere/at/all", "There is no dataset at nowhere/at/all"),
        ("--epochs 0", "0 is not a whole number of 1 or more"),
        ("--epochs two", "two is not a whole number"),
        ("--epoch 2", "Did you mean --epochs?"),
        ("--name ../up", "cannot name a run"),
        ("--data 'half", "A quotation mark is not closed"),
        ("extra", "too many words"),
        ("--seed -1", "--seed: -1 is not a whole number from 0 to 4294967295"),
        ("--seed 5000000000", "--seed: 5000000000 is not a whole number from 0 to 4294967295"),
        ("--port -5", "--port: -5 is not a whole number from 0 to 65535"),
        ("--port 70000", "--port: 70000 is not a whole number from 0 to 65535"),
        ("--data ~nouser/mnist", "names a home folder that is not there"),
    ],
)
def test_a_bad_line_is_one_sentence(line: str, sentence: str, shell: Shell) -> None:
    ran = shell.run(f"%train_mnist {line}")
    assert ran.stderr.startswith("UsageError: ")
    assert len(ran.stderr.strip().splitlines()) == 1
    assert sentence in ran.stderr
    assert shell.run("1 + 1").value == 2


def test_a_model_that_does_not_fit(shell: Shell) -> None:
    ran = shell.run(
        "%%train_mnist --data digits\nimport keras\nmodel = keras.Sequential([keras.Input((64,)), keras.layers.Dense(5)])"
    )
    assert "has 10 classes: make its last layer Dense(10" in ran.stderr
    assert "✗ failed" in ran.text


def test_without_tensorflow(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    ran = shell.run(f"%train_mnist {FAST}")
    assert "%train_mnist needs keras, which is not installed here." in ran.stderr
    assert 'pip install "colab-magics[train]"' in ran.stderr


def test_without_tensorflow_no_cell_is_run(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    ran = shell.run("%%train_mnist\nran = True\nimport keras\nmodel = 1")
    assert "%train_mnist needs keras, which is not installed here." in ran.stderr
    assert "ran" not in shell.namespace


@pytest.mark.parametrize(
    "options", [{"epochs": 0}, {"batch_size": 0}, {"seed": -1}, {"port": 70_000}, {"epochs": 1.5}, {"early_stop": 0}]
)
def test_the_function_checks_its_numbers_too(options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(BadOption, match=f"^{name} is .*, which is not a whole number"):
        train_mnist(data="digits", **options)


def test_tensorboard_below(shell: Shell) -> None:
    ran = shell.run(f"run = %train_mnist {FAST} --tensorboard")
    assert "TensorBoard · runs as long as the kernel" in ran.text
    shell.run("board = run.tensorboard()")
    assert shell.namespace["board"].is_running
    shell.run("%unload_ext colab_magics")
    assert not shell.namespace["board"].is_running


def test_a_port_in_use_is_told_before_the_training(shell: Shell) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        ran = shell.run(f"%train_mnist {FAST} --name kept --tensorboard --port {other.getsockname()[1]}")
    assert "leave out --port" in ran.stderr
    assert ran.displayed == []
    assert not Path("runs").exists()


def test_a_board_that_fails_loses_no_run(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BoardFailed("TensorBoard ended as soon as it started: no board today")

    monkeypatch.setattr(board, "start", fail)
    ran = shell.run(f"run = %train_mnist {FAST} --tensorboard")
    assert ran.error is None
    assert shell.namespace["run"].status == "finished"
    assert "TensorBoard · ✗ failed" in ran.text
    assert "no board today" in ran.text
    assert "run.tensorboard()" in ran.text


def test_help(shell: Shell) -> None:
    assert "--batch-size N" in shell.run("%train_mnist -h").stdout
    assert "--batch-size N" in shell.run("%%train_mnist --help\n").stdout
    assert shell.complete("run = %train_mnist --ep") == ["--epochs"]


def test_from_python(shell: Shell) -> None:
    ran = shell.run("import colab_magics; run = colab_magics.train_mnist(data='digits', epochs=1)")
    assert "✓ done" in ran.text


def test_in_a_notebook_the_panel_follows(kernel_shell: Shell) -> None:
    ran = kernel_shell.run(f"run = %train_mnist {FAST}")
    assert ran.error is None
    bundles = [bundle for bundle in ran.displayed if "application/vnd.jupyter.widget-view+json" in bundle]
    assert len(bundles) == 1
    assert "test images right" in ran.html


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--lr 0", "lr must be a number above 0"),
        ("--lr nan", "lr must be a number above 0"),
        ("--device gpu:7", "There is no gpu:7 here: Keras with"),
        ("--device nose", "device must be auto, cpu, gpu, gpu:N or tpu, and not nose"),
        ("--fresh", "say which one with  --resume NAME"),
        ("--resume a --name b", "A run that is resumed has its name"),
        ("--model other", "There is no model other: choose mlp or cnn, a variable"),
    ],
)
def test_options_that_make_no_sense_together(shell: Shell, line: str, sentence: str) -> None:
    ran = shell.run(f"%train_mnist {FAST} {line}")
    assert sentence in str(ran.error)


def test_a_compiled_model_has_its_own_recipe(shell: Shell) -> None:
    cell = (
        "import keras\nmodel = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])\n"
        "model.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))"
    )
    ran = shell.run(f"%%train_mnist {FAST} --lr 0.1\n{cell}")
    assert "an optimizer of its own" in str(ran.error)
    assert "leave --model out" in str(shell.run(f"%%train_mnist {FAST} --model cnn\n{cell}").error)


def test_the_fast_recipe_and_the_convolutional_model(shell: Shell) -> None:
    ran = shell.run("run = %train_mnist --data digits --model cnn --recipe fast --epochs 1 --lr 0.002")
    assert ran.error is None
    assert "cnn" in ran.text


def test_a_run_that_was_stopped_goes_on(shell: Shell) -> None:
    run = shell.run(f"run = %train_mnist {FAST} --name first --seed 1").error
    assert run is None
    assert "no unfinished run" in str(shell.run(f"%train_mnist {FAST} --resume").error)


def test_all_runs(shell: Shell, runs_root: Path) -> None:
    keep(runs_root, "first")
    ran = shell.run("table = %train_mnist --runs")
    assert ran.error is None
    assert shell.namespace["table"].frame.status.to_dict() == {"first": "finished"}
    assert ran.text.count("Runs · 1 run") == 1
    assert "first  finished  digits  mlp" in ran.text
    assert "leave the cell and the rest out" in str(shell.run("%train_mnist --runs --epochs 3").error)
    assert "Runs · 1 run" in shell.run("import colab_magics; colab_magics.runs()").text
    assert "Runs · 1 run" not in shell.run('run = colab_magics.runs()["first"]').text
    assert "87.50 % of the test images right" in shell.run("run").text
    assert "87.50 % of the test images right" in shell.run('colab_magics.runs()["first"].attach()').text


def test_all_runs_are_shown_once_in_a_notebook(kernel_shell: Shell, runs_root: Path) -> None:
    keep(runs_root, "first")
    ran = kernel_shell.run("%train_mnist --runs")
    assert ran.html.count("<b>Runs</b>") == 1
    assert ran.html.count("<img ") == 1
    assert len([bundle for bundle in ran.displayed if "application/vnd.jupyter.widget-view+json" in bundle]) == 1


def test_in_the_background(kernel_shell: Shell) -> None:
    ran = kernel_shell.run("job = %train_mnist --background --data digits --epochs 2 --name there")
    assert ran.error is None
    assert "It goes on without this kernel" in ran.html
    job = kernel_shell.namespace["job"]
    assert job.wait(60) == "finished"
    assert "of 360 test images right" in card_of(job).text()
    assert kernel_shell.run("%train_mnist --attach there").error is None
    again = kernel_shell.run("from colab_magics.train.background import attach; attach('there').attach()")
    assert len([bundle for bundle in again.displayed if "application/vnd.jupyter.widget-view+json" in bundle]) == 1
    assert "of 360 test images right" in kernel_shell.run("import colab_magics; colab_magics.runs()['there']").html
    for line in ("--background --tensorboard", "--background --port 1", "--attach other", "--attach there --epochs 3"):
        assert kernel_shell.run(f"%train_mnist {line}").error is not None
    assert "leave the cell out" in str(kernel_shell.run("%%train_mnist --attach there\nmodel = None").error)


def test_a_model_of_a_variable(shell: Shell, small: Callable[..., Any]) -> None:
    shell.namespace["net"] = small()
    ran = shell.run(f"run = %train_mnist {FAST} --model net")
    assert ran.error is None
    assert shell.namespace["run"].model is shell.namespace["net"]


def test_a_model_from_outside_is_loaded_where_it_is_trusted(shell: Shell, small: Callable[..., Any]) -> None:
    small().save("other.keras")
    assert "from outside" in str(shell.run(f"%train_mnist {FAST} --model other.keras").error)
    assert not Path("runs").exists()
    ran = shell.run(f"run = %train_mnist {FAST} --model other.keras --trust-model")
    assert ran.error is None
    assert shell.namespace["run"].model.count_params() == 650
    assert "Loaded from  other.keras" in ran.text


def test_the_model_of_a_run_is_loaded_as_it_is(shell: Shell, runs_root: Path) -> None:
    shell.run(f"%train_mnist {FAST} --name first")
    kept = runs_root / "first" / "model.keras"
    ran = shell.run(f"run = %train_mnist {FAST} --model '{kept}' --name second")
    assert ran.error is None
    kept.write_bytes(kept.read_bytes() + b"x")
    assert "from outside" in str(shell.run(f"%train_mnist {FAST} --model '{kept}'").error)


def test_the_device_and_the_precision(shell: Shell) -> None:
    import keras

    cell = "import keras\nmodel = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])"
    ran = shell.run(f"%%train_mnist {FAST} --device cpu --mixed-precision\n{cell}")
    assert ran.error is None
    assert "on cpu:0 in mixed_bfloat16" in ran.text
    assert keras.config.dtype_policy().name == "float32"
    plain = shell.run(f"%%train_mnist {FAST}\n{cell}")
    assert "Computed" not in plain.text
    assert "build it in a cell with  %%train_mnist --mixed-precision" in str(
        shell.run(f"%train_mnist {FAST} --model model --mixed-precision").error
    )


def test_a_model_of_ones_own_trains_in_the_background_as_it_does_here(kernel_shell: Shell, runs_root: Path) -> None:
    cell = (
        f"%%train_mnist {FAST} --seed 3 --batch-size 64 --mixed-precision --name {{}}\n"
        "import keras\nkeras.utils.set_random_seed(3)\n"
        "model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)], name='mine')\n"
    )
    assert kernel_shell.run(cell.format("here")).error is None
    assert kernel_shell.run(cell.format("there --background")).error is None
    assert attach("there").wait(60) == "finished"
    here, there = (read(runs_root / name) for name in ("here", "there"))
    assert there.config.model == "mine"
    assert there.config.model_file is None
    assert there.config.precision == here.config.precision == "mixed_bfloat16"
    assert there.history.val_loss.tolist() == here.history.val_loss.tolist()
