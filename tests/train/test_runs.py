"""The folder of a run and what is written into it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colab_magics.errors import BadOption, OutputDenied
from colab_magics.train import runs


def test_a_folder_of_its_own_each_time(runs_root: Path) -> None:
    first, second = runs.new_directory(None, "MNIST"), runs.new_directory(None, "MNIST")
    assert first != second
    assert first.parent == second.parent == runs_root.resolve()
    assert first.name.startswith("mnist-20")


def test_a_name_is_taken_as_it_is_and_once(runs_root: Path) -> None:
    assert runs.new_directory("first_try", "MNIST") == runs_root.resolve() / "first_try"
    with pytest.raises(BadOption, match="already a run named first_try"):
        runs.new_directory("first_try", "MNIST")


@pytest.mark.parametrize("name", ["", "..", "../out", "a/b", "/tmp/x", "a\\b", "-x", "a b", "x" * 101, "a\0b"])
def test_a_name_that_leaves_the_root(name: str) -> None:
    with pytest.raises(BadOption, match="cannot name a run"):
        runs.new_directory(name, "MNIST")


def test_the_dataset_gives_no_path(runs_root: Path) -> None:
    assert runs.new_directory(None, "../../<b>x").parent == runs_root.resolve()


def test_a_root_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputDenied, match="set the environment variable COLAB_MAGICS_RUNS"):
        runs.new_directory(None, "MNIST", {"COLAB_MAGICS_RUNS": str(tmp_path / "file" / "runs")})


@pytest.mark.parametrize(
    ("root", "sentence"),
    [
        ("file", "and there is a file of that name: set the environment variable COLAB_MAGICS_RUNS to another"),
        ("~nouser/x", "COLAB_MAGICS_RUNS: ~nouser/x names a home folder that is not there"),
        ("a" * 300, "cannot be made in .*too long"),
    ],
)
def test_a_root_that_cannot_be(root: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(OutputDenied, match=sentence):
        runs.new_directory(None, "MNIST", {"COLAB_MAGICS_RUNS": root})


def test_a_working_directory_that_was_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(OutputDenied, match="set the environment variable COLAB_MAGICS_RUNS to a folder"):
        runs.new_directory(None, "MNIST", {})
    kept = runs.new_directory(None, "MNIST", {"COLAB_MAGICS_RUNS": str(tmp_path / "runs")})
    assert kept.parent == (tmp_path / "runs").resolve()


def test_history_and_json_are_written_whole(tmp_path: Path) -> None:
    runs.write_history(tmp_path / "history.csv", [{"loss": 0.5}, {"loss": 0.25}])
    runs.write_json(tmp_path / "config.json", {"epochs": 2})
    assert json.loads((tmp_path / "config.json").read_text()) == {"epochs": 2}
    with (tmp_path / "history.csv").open() as file:
        assert list(csv.DictReader(file)) == [{"epoch": "1", "loss": "0.5"}, {"epoch": "2", "loss": "0.25"}]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "history.csv"]


@pytest.mark.train
def test_a_model_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, small: Callable[..., Any]) -> None:
    runs.save_model(tmp_path / "model.keras", small())
    before = (tmp_path / "model.keras").read_bytes()

    class Broken:
        def save(self, path: Path) -> None:
            path.write_bytes(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        runs.save_model(tmp_path / "model.keras", Broken())
    assert (tmp_path / "model.keras").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]
