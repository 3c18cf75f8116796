"""Data of a person's own, from the line to the run."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import colab_magics
from colab_magics.errors import BadImages, BadOption, SourceNotFound
from colab_magics.train.card import background as card_of
from colab_magics.train.config import Config
from colab_magics.train.request import Request
from colab_magics.train.resumption import check_data
from colab_magics.train.stored import read
from tests.conftest import Shell

pytestmark = pytest.mark.train


@pytest.fixture
def own(shell: Shell) -> Shell:
    """A shell with 60 images of 6x5 in three classes, and 60 rows of four numbers."""
    chance = np.random.default_rng(0)
    y = np.arange(60) % 3
    images = chance.integers(0, 60, (60, 6, 5), "uint8") + (80 * y[:, None, None]).astype("uint8")
    names = np.array(["<b>ant</b>", "bee", "cow"])[y]
    rows = (chance.normal(size=(60, 4)) + 3 * y[:, None]).astype("float32")
    shell.namespace.update(X=images, y=y, names=names, rows=rows)
    return shell


def test_variables_are_trained_on(own: Shell) -> None:
    ran = own.run("run = %train_mnist --data X,names --model cnn --epochs 1 --seed 2 --name mine")
    assert ran.error is None
    run = own.namespace["run"]
    assert "Training on X,names · ✓ done, 1 epoch" in ran.text
    assert "12 samples, 20% of each class, set aside for it by the seed 2." in ran.text
    assert list(run.report().index) == ["<b>ant</b>", "bee", "cow"]
    assert run.predictions.images.shape == (12, 6, 5)
    config = Config.read(json.loads((run.directory / "config.json").read_bytes()))
    assert (config.data, config.source, config.is_from_memory) == ("X,names", "memory (arrays)", True)
    assert (config.samples, config.shape, config.class_names) == ((48, 12), (6, 5), ("<b>ant</b>", "bee", "cow"))
    assert "&lt;b&gt;ant&lt;/b&gt;" in own.run("%gallery run --view correct").html + own.run("%gallery run").html


def test_rows_go_to_an_mlp_and_not_to_a_cnn_or_a_gallery(own: Shell) -> None:
    refused = own.run("%train_mnist --data rows,y --model cnn")
    assert "A cnn looks at images, and rows,y has rows of 4 numbers: take  --model mlp." in refused.stderr
    ran = own.run("run = %train_mnist --data rows,y --epochs 1 --name rows")
    assert "of 12 test rows right" in ran.text
    assert own.namespace["run"].report()["rows"].sum() == 12
    gallery = own.run("%gallery run")
    assert "The run was trained on rows of numbers, and a gallery shows images: run.report()" in gallery.stderr
    assert len(gallery.stderr.strip().splitlines()) == 1


def test_the_cell_makes_the_data_and_the_model(own: Shell) -> None:
    ran = own.run(
        "%%train_mnist --data rows2,y --epochs 1\n"
        "import keras\n"
        "rows2 = rows[:, :3]\n"
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation='softmax')])"
    )
    assert "Training on rows2,y" in ran.text


def test_a_model_that_does_not_take_the_rows(own: Shell) -> None:
    ran = own.run(
        "%%train_mnist --data rows,y\nimport keras\nmodel = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])"
    )
    assert "The model takes 3 values, but a row is 4 values: give it  keras.Input((4,))." in ran.stderr


def test_a_run_on_memory_goes_on_with_the_same_data_only(own: Shell) -> None:
    x, y = own.namespace["X"], own.namespace["y"]
    first = colab_magics.train_mnist(data=(x, y), epochs=2, seed=1, name="first")
    with pytest.raises(BadOption, match="data that was in memory, and it is kept nowhere: make it again and give it"):
        colab_magics.train_mnist(resume="first")
    with pytest.raises(
        BadOption, match=r"the data is another one, it was 48 and 12 samples of 6x5 .* is 24 and 6 samples"
    ):
        colab_magics.train_mnist(resume="first", data=(x[:30], y[:30]))
    (first.directory / "result.json").unlink()
    again = colab_magics.train_mnist(resume="first", data=(x, y))
    assert again.test_loss == first.test_loss


def test_data_in_memory_in_the_background(own: Shell) -> None:
    own.run("job = %train_mnist --data X,names --epochs 1 --background --name behind")
    job = own.namespace["job"]
    assert job.wait(120) == "finished"
    assert not list(job.folder.glob("*.npy"))
    assert "12 samples, 20% of each class, set aside" in card_of(job).text()
    config = json.loads((job.directory / "config.json").read_bytes())
    assert (config["data"], config["class_names"][0]) == ("X,names", "<b>ant</b>")


def test_a_dataset_that_is_also_a_variable_in_the_background(own: Shell) -> None:
    own.namespace["digits"] = own.namespace["y"]
    own.run("job = %train_mnist --data digits --epochs 1 --background --name behind")
    assert own.namespace["job"].wait(120) == "finished"
    assert "digits is a dataset and a variable, and the dataset was taken" in card_of(own.namespace["job"]).text()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--data X,labels", "There is no variable named labels in this notebook"),
        ("--data X,y --target y", "--target names a column of a DataFrame, and X,y is none: leave it out."),
        ("--data digits --target y", "--target names a column of a DataFrame: give that with  --data df."),
        ("--data X", "X has the type ndarray: give  X,y"),
        ("--data X,rows", "rows has the shape (60, 4), and its rows are not one-hot"),
    ],
)
def test_a_bad_line_is_one_sentence(line: str, sentence: str, own: Shell) -> None:
    ran = own.run(f"%train_mnist {line}")
    assert sentence in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_another_path_may_be_tried_for_data_that_was_in_memory() -> None:
    saved: Any = Config(
        "X,y", "d", "s", "1", "m", "2", 2, 8, "tutorial", None, None, None, 5, "3", "jax", is_from_memory=True
    )
    with pytest.raises(BadOption, match="--data X,y"):
        check_data(saved, Request(data="X,y", resume="it"), None)
    check_data(saved, Request(data="mine.npz", resume="it"), None)


def test_a_run_on_memory_of_another_day(own: Shell) -> None:
    own.run("run = %train_mnist --data rows,names --epochs 1 --name rows")
    again = read(own.namespace["run"].directory)
    assert again.report().equals(own.namespace["run"].report())
    with pytest.raises(SourceNotFound, match="was trained on rows,names, which was in memory and is kept nowhere"):
        _ = again.dataset


def test_other_samples_are_scaled_as_the_training_samples_were(own: Shell) -> None:
    x, names = own.namespace["X"], own.namespace["names"]
    run = colab_magics.train_mnist(data=(x.astype("int64") * 3, names), epochs=1)
    assert "from 0 to 657, are taken as they are" in run.notes[0]
    assert run.evaluate(x.astype("int64") * 3, names).predictions.images.max() > 255
    assert not run.config.is_scaled


def test_a_table_is_learnt_and_other_rows_are_tried(own: Shell) -> None:
    frame = pd.DataFrame(own.namespace["rows"], columns=list("abcd")).assign(kind=own.namespace["names"])
    own.namespace["df"] = frame
    ran = own.run("run = %train_mnist --data df --target kind --epochs 3 --name table")
    assert "Training on df · ✓ done" in ran.text
    assert "4 columns of numbers, standardised by the training rows: a, b, c, d." in ran.text
    run = own.namespace["run"]
    again = read(run.directory)
    assert again.report().equals(run.report())
    tried = again.evaluate(frame[list("dcba")], frame["kind"])
    assert len(tried.predictions) == 60
    assert repr(tried).startswith("Evaluation(60 rows, ")
    assert tried.accuracy > 0.5
    with pytest.raises(BadImages, match="trained on a table: give x as a DataFrame with its columns, a, b, c, d"):
        again.evaluate(own.namespace["rows"], own.namespace["y"])
