"""A run's model on images of one's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colab_magics.errors import BadImages, BadOption, ModelMismatch
from colab_magics.train.control import Control
from colab_magics.train.given import Given
from colab_magics.train.kept import runs
from colab_magics.train.request import Request
from colab_magics.train.run import Run
from colab_magics.train.training import train

pytestmark = pytest.mark.train
pytest.importorskip("keras", reason="Keras or its backend is not installed")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLAB_MAGICS_RUNS", str(tmp_path_factory.mktemp("evaluation")))
        request = Request(epochs=5, data="digits", seed=1, name="it")
        return train(None, request, tell=lambda event: None, control=Control())


def test_the_test_images(run: Run) -> None:
    tried = run.evaluate()
    assert (tried.accuracy, tried.loss) == (run.test_accuracy, pytest.approx(run.test_loss))
    assert tried.report().equals(run.report())
    assert tried.confusion.equals(run.confusion)
    assert repr(tried) == f"Evaluation(360 images, loss {run.test_loss:.4f}, accuracy {run.test_accuracy:.2%})"


def test_arrays_in_every_usual_form(run: Run) -> None:
    x, y = run.dataset.x_test, run.dataset.y_test
    forms = [
        (x, y),
        (x.reshape(len(x), 64) / 255, np.eye(10)[y]),  # as the tutorial makes them
        (x.astype("float32"), y[:, None]),  # floats that hold bytes
        (x[..., None].tolist(), y.tolist()),
    ]
    for images, labels in forms:
        tried = run.evaluate(images, labels)
        assert tried.accuracy == run.test_accuracy
        assert tried.loss == pytest.approx(run.test_loss, rel=1e-5)
    assert len(run.evaluate(x[:1], y[:1]).predictions) == 1


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        (
            np.zeros((3, 8, 8)),
            [0, 1],
            r"y has shape \(2,\) for 3 images: give one class number for each, or a row of 10",
        ),
        (np.zeros((3, 8, 8)), [0, 1, 10], "y must hold whole numbers of 0 to 9"),
        (np.zeros((3, 8, 8)), [0, 1, -1], "y must hold whole numbers of 0 to 9"),
        (np.zeros((3, 8, 8)), [0.5, 1, 2], "y must hold whole numbers of 0 to 9"),
        (np.zeros((3, 8, 8)), ["a", "b", "c"], "y must hold whole numbers of 0 to 9"),
        (np.zeros((0, 8, 8)), [], r"x has shape \(0, 8, 8\), float64: give images as"),
        (np.zeros(64), [1], r"x has shape \(64,\)"),
        (np.full((1, 8, 8), "x"), [1], "of numbers"),
        (np.full((1, 8, 8), np.nan), [1], "x holds values that are not numbers"),
        ([[1, 2], [3]], [1, 2], "x is no array: its rows differ in length"),
        ("photos/", [1], r"x has shape \(\)"),
    ],
)
def test_arrays_that_are_none(run: Run, x: Any, y: Any, sentence: str) -> None:
    with pytest.raises(BadImages, match=sentence):
        run.evaluate(x, y)


def test_images_of_another_size(run: Run) -> None:
    with pytest.raises(ModelMismatch, match=r"The model of the run it does not take x of shape \(2, 28, 28\)"):
        run.evaluate(np.zeros((2, 28, 28)), [0, 1])


def test_a_fit_of_ones_own_code(runs_root: Path, small: Callable[..., Any]) -> None:
    from colab_magics import LiveRun

    model, rng = small(), np.random.default_rng(1)
    x, y = rng.random((64, 64)).astype("float32"), np.eye(10)[np.arange(64) % 10]
    model.fit(x, y, verbose=0, callbacks=[LiveRun(name="own")])
    run = runs()["own"]
    assert isinstance(run, Run)
    loss, accuracy = model.evaluate(x, y, verbose=0)
    tried = run.evaluate(x, y)
    assert (tried.loss, tried.accuracy) == (pytest.approx(loss, rel=1e-4), pytest.approx(accuracy))
    assert run.evaluate(255 * x, y).loss > 2 * loss  # taken as it is


def test_a_fit_whose_model_got_its_input_from_the_data(runs_root: Path) -> None:
    import keras

    from colab_magics import LiveRun

    model, rng = keras.Sequential([keras.layers.Dense(10, activation="softmax")]), np.random.default_rng(1)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = rng.random((96, 64)).astype("float32"), np.arange(96) % 10
    live = LiveRun(name="own")
    model.fit(x, y, batch_size=32, verbose=0, callbacks=[live])
    assert model.input_shape == (32, 64)
    x, y = x[:70], y[:70]
    loss, accuracy = model.evaluate(x, y, verbose=0)
    for run in (runs()["own"], live.run):
        tried = run.evaluate(x, y)
        assert (tried.loss, tried.accuracy) == (pytest.approx(loss, rel=1e-4), pytest.approx(accuracy))
        assert len(tried.predictions) == 70
    trained = train(
        model, Request(epochs=1, data="x,y"), tell=lambda event: None, control=Control(), data=Given((x, y))
    )
    assert trained.evaluate(x, y).loss < loss


def learnt(x: Any, y: Any) -> Run:
    request = Request(epochs=1, data="x,y")
    return train(None, request, tell=lambda event: None, control=Control(), data=Given((x, y)))


@pytest.mark.parametrize(
    ("labels", "forms"),
    [
        (["0", "1"] * 32, [np.arange(64) % 2, (np.arange(64) % 2).astype(str).tolist()]),
        (np.arange(64) % 2 + 1.0, [np.arange(64) % 2 + 1, (np.arange(64) % 2 + 1.0)[:, None]]),
        (np.array(["no", "yes"] * 32), [np.array([["no"], ["yes"]] * 32), np.arange(64) % 2]),
    ],
)
def test_labels_in_every_form_that_a_training_takes(labels: Any, forms: list[Any]) -> None:
    x = np.random.default_rng(1).normal(size=(64, 3))
    run = learnt(x, labels)
    first = run.evaluate(x, labels)
    for y in forms:
        tried = run.evaluate(x, y)
        assert tried.predictions.labels.tolist() == first.predictions.labels.tolist() == [0, 1] * 32


@pytest.mark.parametrize("kind", ["int64", "uint8", "bool", "float64"])
def test_images_of_two_values_are_taken_as_they_were_learnt(kind: str) -> None:
    x, y = np.random.default_rng(1).integers(0, 2, (64, 4, 4)), np.arange(64) % 2
    run = learnt(x, y)
    expected = run.model.evaluate(x.reshape(64, 16).astype("float32"), np.eye(2)[y], verbose=0)[0]
    assert run.evaluate(x.astype(kind), y).loss == pytest.approx(expected, rel=1e-4)


def test_a_label_that_was_not_learnt() -> None:
    x = np.random.default_rng(1).normal(size=(64, 3))
    run = learnt(x, ["no", "yes"] * 32)
    with pytest.raises(BadImages, match="y must hold whole numbers of 0 to 1, .* or their names, no, yes"):
        run.evaluate(x, ["maybe"] * 64)


@pytest.mark.parametrize(
    ("outputs", "sentence"),
    [
        (1, r"has no output for each of several classes, .*run\.model\.evaluate\(x, y\)"),
        ([1, 1], "has several .* outputs"),
    ],
)
def test_a_fit_of_what_is_no_classifier(runs_root: Path, outputs: Any, sentence: str) -> None:
    import keras

    from colab_magics import LiveRun

    entry, x, y = keras.Input((4,)), np.ones((8, 4), "float32"), np.ones((8, 1), "float32")
    layers = keras.tree.map_structure(lambda units: keras.layers.Dense(units)(entry), outputs)
    model = keras.Model(entry, layers)
    model.compile(loss=keras.tree.map_structure(lambda units: "mse", outputs))
    model.fit(x, keras.tree.map_structure(lambda units: y, outputs), verbose=0, callbacks=[LiveRun(name="own")])
    run = runs()["own"]
    assert isinstance(run, Run)
    with pytest.raises(ModelMismatch, match=sentence):
        run.evaluate(x, y)


def test_half_of_it(run: Run) -> None:
    with pytest.raises(BadOption, match=r"takes both, images and their classes: {2}run.evaluate\(x, y\)"):
        run.evaluate(run.dataset.x_test)
