"""The files of a run: whole or not at all."""

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colab_magics.train import files


def test_history_and_json_are_written_whole(tmp_path: Path) -> None:
    files.write_history(tmp_path / "history.csv", [{"loss": 0.5}, {"loss": 0.25}])
    files.write_json(tmp_path / "config.json", {"epochs": 2})
    assert json.loads((tmp_path / "config.json").read_text()) == {"epochs": 2}
    with (tmp_path / "history.csv").open() as file:
        assert list(csv.DictReader(file)) == [{"epoch": "1", "loss": "0.5"}, {"epoch": "2", "loss": "0.25"}]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "history.csv"]


def test_a_history_in_which_not_every_epoch_tells_the_same(tmp_path: Path) -> None:
    files.write_history(tmp_path / "history.csv", [{"loss": 0.5, "seconds": 1}, {"loss": 0.2, "val_loss": 0.3}], 6)
    assert (tmp_path / "history.csv").read_text() == "epoch,loss,val_loss,seconds\n6,0.5,,1\n7,0.2,0.3,\n"


@pytest.mark.train
def test_a_model_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, small: Callable[..., Any]) -> None:
    files.save_model(tmp_path / "model.keras", small())
    before = (tmp_path / "model.keras").read_bytes()

    class Broken:
        def save(self, path: Path) -> None:
            path.write_bytes(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        files.save_model(tmp_path / "model.keras", Broken())
    assert (tmp_path / "model.keras").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


@pytest.mark.train
def test_a_model_that_is_parts_and_never_called_is_saved_with_them(tmp_path: Path) -> None:
    import h5py
    import keras

    class Parts(keras.Model):  # type: ignore[misc]  # Keras has no types
        def __init__(self) -> None:
            super().__init__()
            self.part = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])

    model = Parts()
    assert files.kept_model(tmp_path / "model.keras", model) == ()  # and no warning of Keras, which is an error here
    with zipfile.ZipFile(tmp_path / "model.keras") as archive, archive.open("model.weights.h5") as content:
        sizes: list[int] = []
        h5py.File(content, "r").visititems(lambda name, item: sizes.append(getattr(item, "size", 0)))
    assert sum(sizes) == model.part.count_params() == 15


def test_the_whole_reason_is_told_where_a_model_cannot_be_saved(tmp_path: Path) -> None:
    class Broken:
        def save(self, path: Path) -> None:
            raise NotImplementedError("made by passing\nwhat has no form,\nand get_config says no more. " + "x " * 200)

    (note,) = files.kept_model(tmp_path / "model.keras", Broken())
    assert "(run.model): made by passing what has no form, and get_config says no more." in note
    assert note.endswith("[...]")


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"null"])
def test_what_is_no_json_object_tells_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "it.json").write_bytes(content)
    assert files.read_json(tmp_path / "it.json") == files.read_json(tmp_path / "other.json") == {}
