"""The files of a run: whole or not at all."""

import csv
import json
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


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"null"])
def test_what_is_no_json_object_tells_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "it.json").write_bytes(content)
    assert files.read_json(tmp_path / "it.json") == files.read_json(tmp_path / "other.json") == {}
