"""The folder of a run and what is written into it."""

import shutil
from pathlib import Path

import pytest

from colab_magics.errors import BadOption, OutputDenied
from colab_magics.train import runs
from tests.train.shelf import keep


def test_a_folder_of_its_own_each_time(runs_root: Path) -> None:
    first, second = runs.new_directory(None, "MNIST"), runs.new_directory(None, "MNIST")
    assert first != second
    assert first.parent == second.parent == runs_root.resolve()
    assert first.name.startswith("mnist-20")


def test_a_name_is_taken_as_it_is_and_once(runs_root: Path) -> None:
    assert runs.new_directory("first_try", "MNIST") == runs_root.resolve() / "first_try"
    with pytest.raises(BadOption, match="already a run named first_try"):
        runs.new_directory("first_try", "MNIST")


@pytest.mark.parametrize(
    "name", ["", "..", "../out", "a/b", "/tmp/x", "a\\b", "-x", "a b", "x" * 101, "a\0b", "日本語" * 30]
)
def test_a_name_that_leaves_the_root(name: str) -> None:
    with pytest.raises(BadOption, match="cannot name a run"):
        runs.new_directory(name, "MNIST")


def test_a_name_that_no_folder_can_have_is_no_run(runs_root: Path) -> None:
    for find in (runs.unfinished, runs.free_folder):
        with pytest.raises(BadOption, match="There is no run named|cannot name a run: it is too long for a folder"):
            find("日本語" * 30)
    assert len(runs.new_directory(None, "x" * 300).name) < 60


def test_a_run_that_is_taken_away_meanwhile(runs_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = {keep(runs_root, name, status=None).resolve() for name in ("one", "other")}

    def taken_away(lock: Path) -> bool:
        shutil.rmtree(lock.parent)
        return False

    monkeypatch.setattr(runs.locking, "is_held", taken_away)
    assert set(runs.left_over()) == folders
    assert runs.broken_off() is None


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
