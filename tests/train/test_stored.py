"""A run of another day, read from its folder."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colab_magics.errors import BrokenFile, ChecksumMismatch, SourceDenied, SourceNotFound
from colab_magics.train import board, runs
from colab_magics.train.card import card
from colab_magics.train.control import Control
from colab_magics.train.environment import own_version
from colab_magics.train.given import Given
from colab_magics.train.request import Request
from colab_magics.train.run import Run
from colab_magics.train.stored import read
from colab_magics.train.training import train

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLAB_MAGICS_RUNS", str(tmp_path_factory.mktemp("kept")))
        request = Request(epochs=3, data="digits", seed=1, name="kept")
        return train(None, request, tell=lambda event: None, control=Control())


@pytest.fixture
def folder(kept: Run, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(kept.directory, tmp_path / "kept"))


def test_all_is_as_it_was(kept: Run) -> None:
    run = read(kept.directory)
    assert (run.name, run.status, run.config, run.sizes) == ("kept", "finished", kept.config, kept.sizes)
    assert run.history.equals(kept.history)
    assert run.history.index.name == "epoch"
    assert (run.test_loss, run.test_accuracy, run.seconds) == (kept.test_loss, kept.test_accuracy, kept.seconds)
    assert run.environment["packages"]["keras"] == run.config.keras
    assert run.confusion.equals(kept.confusion)
    assert run.report().equals(kept.report())
    assert card(run).text() == card(kept).text()
    assert np.array_equal(run.predictions.images, kept.predictions.images)
    assert run.predictions.accuracy == run.test_accuracy
    assert run.dataset.x_train.shape == kept.dataset.x_train.shape
    tried = run.evaluate()
    assert tried.accuracy == kept.test_accuracy
    assert tried.loss == pytest.approx(kept.test_loss, rel=1e-5)
    assert run.model is run.model


def test_nothing_large_is_loaded_before_it_is_asked_for(kept: Run) -> None:
    words = (
        "import sys; from pathlib import Path; from colab_magics.train.stored import read;"
        "run = read(Path(sys.argv[1])); run.confusion; run.report(); run.history; repr(run);"
        "print([name for name in ('keras', 'tensorflow', 'sklearn', 'tensorboard') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", words, kept.directory], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_history_with_gaps(folder: Path) -> None:
    (folder / runs.HISTORY_FILE).write_text("epoch,loss,val_loss,seconds\n4,0.5,,1\n5,nan,0.25,1\n")
    history = read(folder).history
    assert list(history.index) == [4, 5]
    assert history.isna().to_numpy().tolist() == [[False, True, False], [True, False, False]]


def test_its_board(kept: Run) -> None:
    assert read(kept.directory).tensorboard().logdir == kept.logdir
    board.stop_all()


@pytest.mark.parametrize("file", [runs.CONFIG_FILE, runs.RESULT_FILE, runs.HISTORY_FILE])
@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"[1]", b"{", b'{"epoch": []}', b"epoch,loss\n1,none\n"])
def test_a_damaged_file_is_a_sentence(folder: Path, file: str, content: bytes) -> None:
    (folder / file).write_bytes(content)
    if file == runs.RESULT_FILE and content.startswith(b'{"'):
        assert read(folder).status == "broken off"  # nothing that says more
        return
    with pytest.raises(BrokenFile, match=f"{file} of the run kept cannot be read") as caught:
        read(folder)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(f"It was written by colab_magics {own_version()}, and this is {own_version()}.")


@pytest.mark.parametrize(
    ("file", "field", "value"),
    [
        (runs.CONFIG_FILE, "epochs", "many"),
        (runs.RESULT_FILE, "seconds", "long"),
        (runs.RESULT_FILE, "cut", [1]),
        (runs.RESULT_FILE, "went_on_after", "x"),
        (runs.RESULT_FILE, "memory_peak", 0.5),
        (runs.RESULT_FILE, "parameters", -1),
        (runs.RESULT_FILE, "test_accuracy", True),
        (runs.RESULT_FILE, "notes", 3),
    ],
)
def test_a_strange_value_is_a_sentence(folder: Path, file: str, field: str, value: Any) -> None:
    _change(folder / file, **{field: value})
    with pytest.raises(BrokenFile, match=f"{file} of the run kept cannot be read"):
        read(folder)


def test_the_most_memory_stands_on_the_card(folder: Path) -> None:
    _change(folder / runs.RESULT_FILE, memory_peak=3 * 2**29)
    assert "at most 1.5 GB, of the whole process" in card(read(folder)).text()


def test_what_a_newer_version_says_more_is_left_out(folder: Path) -> None:
    _change(folder / runs.CONFIG_FILE, telepathy=True)
    _change(folder / runs.RESULT_FILE, telepathy=[1])
    assert read(folder).status == "finished"


def test_what_a_newer_version_leaves_out_is_told(folder: Path) -> None:
    found = json.loads((folder / runs.CONFIG_FILE).read_text())
    del found["batch_size"]
    (folder / runs.CONFIG_FILE).write_text(json.dumps(found))
    _change(folder / runs.ENVIRONMENT_FILE, packages={"colab_magics": "9.0"})
    with pytest.raises(BrokenFile, match=r"\('batch_size' is missing\). It was written by colab_magics 9.0, and this"):
        read(folder)


def test_data_that_changed(folder: Path, kept: Run, tmp_path: Path) -> None:
    data = kept.dataset
    arrays = {"x_train": data.x_train, "y_train": data.y_train, "x_test": data.x_test, "y_test": data.y_test}
    np.savez(tmp_path / "other.npz", **{**arrays, "x_test": 255 - data.x_test})
    np.savez(tmp_path / "same.npz", **arrays)
    _change(folder / runs.CONFIG_FILE, data=str(tmp_path / "gone.npz"), dataset="gone.npz")
    run = read(folder)
    with pytest.raises(ChecksumMismatch, match=r"not there any more: There is no dataset at .*take {2}run.with_data"):
        _ = run.predictions
    with pytest.raises(ChecksumMismatch, match=r"other.npz, has another content. If it lies elsewhere"):
        _ = run.with_data(str(tmp_path / "other.npz")).predictions
    assert run.with_data(str(tmp_path / "same.npz")).predictions.accuracy == kept.test_accuracy
    assert run.confusion.equals(kept.confusion)  # which needs no images


def test_data_that_only_the_environment_named(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = read(folder).dataset
    arrays = {"x_train": data.x_train, "y_train": data.y_train, "x_test": data.x_test, "y_test": data.y_test}
    np.savez(tmp_path / "mine.npz", **arrays)
    _change(folder / runs.CONFIG_FILE, data=None, dataset="mine.npz", source=str(tmp_path / "mine.npz"))
    monkeypatch.setenv("COLAB_MAGICS_DATA", str(tmp_path / "gone.npz"))
    assert read(folder).dataset.name == "mine.npz"


def test_data_that_was_in_memory(runs_root: Path) -> None:
    x, y = np.random.default_rng(1).random((200, 5)).astype("float32"), np.arange(200) % 2
    request = Request(epochs=1, seed=1, name="memory", data="X,y")
    left = train(None, request, tell=lambda event: None, control=Control(), data=Given((x, y), ("X", "y")))
    run = read(left.directory)
    assert run.report().equals(left.report())
    with pytest.raises(SourceNotFound, match=r"was in memory .*: make it again, and take {2}run.with_data\(\(X,y\)\)"):
        _ = run.predictions
    assert run.with_data((x, y)).predictions.accuracy == left.test_accuracy
    with pytest.raises(ChecksumMismatch, match="has another content"):
        _ = run.with_data((x + 1, y)).predictions
    with pytest.raises(ChecksumMismatch, match="there must be one label for each sample"):
        _ = run.with_data((x, y[:9])).predictions
    assert run.evaluate(x[:10], y[:10]).predictions.class_names == ("0", "1")


def test_a_run_without_an_end(folder: Path) -> None:
    (folder / runs.RESULT_FILE).unlink()
    (folder / runs.MODEL_FILE).unlink()
    (folder / runs.ANSWERS_FILE).unlink()
    run = read(folder)
    assert run.status == "broken off"
    assert len(run.history) == 3
    assert run.seconds == pytest.approx(run.history.seconds.sum())
    assert repr(run) == "Run(kept, scikit-learn digits, broken off)"
    assert "⚠ broken off, after 3 epochs" in card(run).text()
    assert "nan" not in card(run).html()
    with pytest.raises(SourceNotFound, match="has no model.keras: .*is gone on with by {2}%train_mnist --resume kept"):
        _ = run.model
    with pytest.raises(SourceNotFound, match=r"There are no predictions at .*run.evaluate\(\)"):
        run.report()
    (folder / runs.HISTORY_FILE).unlink()
    assert len(read(folder).history) == 0


def test_a_model_with_code_in_it_asks_for_trust(folder: Path) -> None:
    model = keras.Sequential(
        [keras.Input((64,)), keras.layers.Lambda(lambda x: x * 2), keras.layers.Dense(10, activation="softmax")]
    )
    model.save(folder / runs.MODEL_FILE)
    run = read(folder)
    with pytest.raises(
        SourceDenied, match=r"Python code .*if you know whose it is, take {2}run.load_model\(trust=True\)"
    ):
        _ = run.model
    trusted = run.load_model(trust=True)
    assert run.model is trusted
    assert run.evaluate().accuracy < 0.5  # it was never trained


def test_a_model_of_a_class_of_ones_own(folder: Path, mine: Callable[[], Any]) -> None:
    layer = mine()
    keras.Sequential([keras.Input((64,)), layer(10, activation="softmax")]).save(folder / runs.MODEL_FILE)
    run = read(folder)
    with pytest.raises(BrokenFile, match=r'has a Mine of .*take {2}run.load_model\(custom_objects=\{"Mine": Mine\}\)'):
        _ = run.model
    assert run.load_model(custom_objects={"Mine": layer}).count_params() == 650


def test_a_class_of_ones_own_that_keras_cannot_make_again(folder: Path) -> None:
    class Plain(keras.Model):  # type: ignore[misc]  # Keras has no types
        def __init__(self) -> None:  # as nearly every example has it
            super().__init__()
            self.dense = keras.layers.Dense(10, activation="softmax")

        def call(self, x: Any) -> Any:
            return self.dense(x)

    model, images = Plain(), np.ones((3, 64), "float32")
    model(images)
    model.save(folder / runs.MODEL_FILE)
    with pytest.raises(
        BrokenFile, match=r"has a Plain of .*'trainable'\): .*take {2}model.load_weights\('(.*)'\)"
    ) as told:
        read(folder).load_model(custom_objects={"Plain": Plain})
    again = Plain()
    again(images)
    again.load_weights(str(told.value).rpartition("load_weights('")[2].removesuffix("')"))
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])


@pytest.fixture
def mine() -> Callable[[], Any]:
    def make() -> Any:
        class Mine(keras.layers.Dense):  # type: ignore[misc]
            pass

        return Mine

    return make


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\x89HDF\r\n\x1a\n"])
def test_a_damaged_model(folder: Path, content: bytes) -> None:
    (folder / runs.MODEL_FILE).write_bytes(content)
    with pytest.raises(BrokenFile, match=r"model.keras (is|cannot be)"):
        _ = read(folder).model


def _change(path: Path, **fields: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
