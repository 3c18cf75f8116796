"""What `--data` names: a path that is there, or variables."""

from pathlib import Path

import pytest

from colab_magics.errors import UnknownVariable
from colab_magics.train.given import Given, named


def test_variables() -> None:
    given = named("X, y", {"X": [1], "y": [2]})
    assert (given.values, given.names, given.path, given.name, given.note) == (([1], [2]), ("X", "y"), None, "X,y", "")
    assert named("X", {"X": [1]}).values == [1]


def test_a_path_in_a_variable() -> None:
    assert named("folder", {"folder": Path("/data/mnist")}).path == "/data/mnist"


@pytest.mark.parametrize("words", ["/data/mnist", "mnist.npz", "a,b.npz", "X"])
def test_what_is_no_variable_is_a_path(words: str) -> None:
    assert named(words, {"a": 1}).path == words


def test_one_of_several_is_missing() -> None:
    with pytest.raises(
        UnknownVariable, match=r"There is no variable named labls in this notebook. Did you mean labels"
    ):
        named("X,labls", {"X": 1, "labels": 2})


def test_a_path_that_is_there_wins_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "X").mkdir()
    monkeypatch.chdir(tmp_path)
    given = named("X", {"X": [1]})
    assert given.path == "X"
    assert given.note.startswith("X is a path and a variable, and the path was taken")
    assert named("X", {}).note == ""


def test_a_dataset_of_that_name_wins_and_it_is_said() -> None:
    given = named("digits", {"digits": [1]})
    assert given.path == "digits"
    assert given.note.startswith("digits is a dataset and a variable, and the dataset was taken")


@pytest.mark.parametrize(("values", "name"), [(([1], [2]), "arrays"), ({}, "dict"), (3.0, "float")])
def test_what_has_no_name_is_called_by_its_kind(values: object, name: str) -> None:
    assert Given(values).name == name
