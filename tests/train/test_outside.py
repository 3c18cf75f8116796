"""Models from outside: whole ones are loaded, hostile ones are refused in a sentence, and none runs code."""

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colab_magics.errors import (
    BrokenFile,
    ColabMagicsError,
    MissingExtra,
    SourceDenied,
    SourceNotFound,
    TooLarge,
    UnknownFormat,
)
from colab_magics.train import outside

pytestmark = pytest.mark.train


@pytest.fixture
def good(tmp_path: Path, small: Callable[..., Any]) -> Path:
    small().save(tmp_path / "good.keras")
    return tmp_path / "good.keras"


def changed(good: Path, part: str, content: bytes) -> Path:
    path = good.with_name("changed.keras")
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return path


def config_of(good: Path) -> Any:
    with zipfile.ZipFile(good) as archive:
        return json.loads(archive.read("config.json"))


def arrays(**settings: Any) -> bytes:
    import h5py

    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        file.create_dataset("x", dtype="f4", **settings)
    return content.getvalue()


def test_a_whole_file(good: Path) -> None:
    model = outside.load(outside.checked(str(good), is_trusted=True))
    assert model.count_params() == 650
    assert model.compiled


def test_weighing_makes_nothing_and_leaves_no_trace(good: Path, small: Callable[..., Any]) -> None:
    assert outside._weight(config_of(good)) == 650 * 4
    first = small().layers[0].name
    outside._weight(config_of(good))
    numbers = [int(name.rpartition("_")[2]) if "_" in name else 0 for name in (first, small().layers[0].name)]
    assert numbers[1] == numbers[0] + 1


def test_it_is_trusted_or_refused(good: Path) -> None:
    with pytest.raises(SourceDenied, match="^good.keras is from outside, .* add  --trust-model$"):
        outside.checked(str(good), is_trusted=False)


def test_one_that_calls_itself_ours_is_not(runs_root: Path, good: Path) -> None:
    folder = runs_root / "strange"
    folder.mkdir(parents=True)
    good.rename(folder / "model.keras")
    (folder / "config.json").write_text("{}")
    (folder / "result.json").write_text('{"model_file_sha256": "00"}')
    with pytest.raises(SourceDenied, match="from outside"):
        outside.checked(str(folder / "model.keras"), is_trusted=False)


@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        ("nowhere.keras", SourceNotFound, "There is no model's file at"),
        ("~nouser/a.keras", SourceNotFound, "home folder"),
        ("folder.keras", SourceNotFound, "There is no model's file at"),
        ("old.h5", UnknownFormat, "old HDF5 form, which can run code of its author"),
        ("text.txt", UnknownFormat, "Keras' own end in .keras"),
        ("x" * 300 + ".keras", SourceNotFound, "cannot be a path"),
        ("a\0.keras", SourceNotFound, "cannot be a path"),
    ],
)
def test_what_is_no_file_of_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: type[ColabMagicsError], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.keras").mkdir()
    for made in ("old.h5", "text.txt"):
        Path(made).touch()
    with pytest.raises(error, match=sentence):
        outside.checked(name, is_trusted=True)


def test_code_is_not_loaded(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((64,)), keras.layers.Lambda(lambda x: x), keras.layers.Dense(10)])
    model.save(tmp_path / "code.keras")
    with pytest.raises(SourceDenied, match="^code.keras has a Lambda layer, which is code of its author"):
        outside.load(tmp_path / "code.keras")


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"[" * 100_000, b'{"module": "os", "class_name": "system"}'])
def test_a_strange_description(good: Path, content: bytes) -> None:
    with pytest.raises(BrokenFile, match=r"^[^\n]{10,400}$"):
        outside.load(changed(good, "config.json", content))


def test_a_layer_that_is_not_there(good: Path) -> None:
    text = json.dumps(config_of(good)).replace('"class_name": "Dense"', '"class_name": "Mine"')
    with pytest.raises(BrokenFile, match="cannot be loaded"):
        outside.load(changed(good, "config.json", text.encode()))


def test_a_layer_too_large_is_refused_before_it_is_made(good: Path) -> None:
    text = json.dumps(config_of(good)).replace('"units": 10', f'"units": {10**12}')
    with pytest.raises(TooLarge, match="of weights, to train it takes 4 times that, and .* of memory are free"):
        outside.load(changed(good, "config.json", text.encode()))


def test_weights_of_other_shapes(good: Path) -> None:
    text = json.dumps(config_of(good)).replace('"units": 10', '"units": 11')
    with pytest.raises(BrokenFile, match="cannot be loaded"):
        outside.load(changed(good, "config.json", text.encode()))


def test_arrays_that_are_not_there(good: Path) -> None:
    bomb = arrays(shape=(1 << 34,), chunks=(1 << 20,), compression="gzip")
    with pytest.raises(TooLarge, match=r"tells of 64.0 GB of weights, which it does not hold"):
        outside.load(changed(good, "model.weights.h5", bomb))


def test_arrays_in_other_files(good: Path, tmp_path: Path) -> None:
    other = tmp_path / "secret"
    other.write_bytes(bytes(40))
    with pytest.raises(SourceDenied, match="wants to read other files of this machine"):
        outside.load(changed(good, "model.weights.h5", arrays(shape=(10,), external=[(str(other), 0, 40)])))


def test_a_file_that_grows(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", bytes(100 << 20))
    with pytest.raises(TooLarge, match=r"Unpacked, bomb.keras would be 100 MB"):
        outside.load(tmp_path / "bomb.keras")


def test_more_than_a_model(good: Path) -> None:
    with zipfile.ZipFile(good, "a") as archive:
        archive.writestr("../../up.py", "")
    with pytest.raises(BrokenFile, match=r"holds what no classifier's file does: '../../up.py'"):
        outside.load(good)


def test_a_model_that_knows_words(tmp_path: Path) -> None:
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("other backends have no texts in a model")
    words = keras.layers.TextVectorization(max_tokens=20, output_sequence_length=3)
    words.adapt(["a good film", "a bad film"])
    kinds = keras.layers.StringLookup(output_mode="one_hot")
    kinds.adapt(["drama", "war"])
    text, kind = keras.Input((1,), dtype="string"), keras.Input((1,), dtype="string")
    known = keras.layers.Flatten()(keras.layers.Embedding(20, 2)(words(text)))
    model = keras.Model([text, kind], keras.layers.Dense(1)(keras.layers.concatenate([known, kinds(kind)])))
    model.save(tmp_path / "words.keras")
    given = [keras.ops.convert_to_tensor([["good"], ["bad film"]]), keras.ops.convert_to_tensor([["war"], ["drama"]])]
    again = outside.load(tmp_path / "words.keras")
    assert (again.predict(given, verbose=0) == model.predict(given, verbose=0)).all()


@pytest.mark.parametrize("name", ["assets/../vocabulary.txt", "assets/a/vocabulary.txt/x", "assets/a/code.py"])
def test_what_calls_itself_words(good: Path, name: str) -> None:
    with zipfile.ZipFile(good, "a") as archive:
        archive.writestr(name, "")
    with pytest.raises(BrokenFile, match="holds what no classifier's file does"):
        outside.load(good)


@pytest.mark.parametrize("part", [0, 0.3, 0.6, 0.99])
def test_a_file_cut_short(good: Path, part: float) -> None:
    content = good.read_bytes()
    good.write_bytes(content[: int(part * len(content))])
    with pytest.raises(BrokenFile, match="is cut short: get it again"):
        outside.load(good)


def test_a_flipped_bit(good: Path) -> None:
    content = bytearray(good.read_bytes())
    content[len(content) // 2] ^= 1
    good.write_bytes(content)
    with pytest.raises(BrokenFile, match="good.keras"):
        outside.load(good)


def test_an_older_keras_reads_none(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    monkeypatch.setattr(keras, "__version__", "3.14.0")
    with pytest.raises(MissingExtra, match=r"takes Keras 3.15, and this is 3.14.0"):
        outside.load(good)


def test_no_warning_is_left(good: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outside.load(good)
