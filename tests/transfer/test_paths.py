"""Paths that name nothing, and places that may not be entered."""

import os
from pathlib import Path

import pytest

from colab_magics.errors import SourceDenied, SourceNotFound
from colab_magics.transfer import paths


@pytest.fixture
def gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory was deleted."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone").mkdir()
    os.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()


def test_home_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert paths.expanded("~/data.csv") == Path("/home/me/data.csv")


def test_a_home_that_is_not_there() -> None:
    with pytest.raises(SourceNotFound, match="~nouser/x names a home folder that is not there: write the whole path"):
        paths.expanded("~nouser/x")


def test_what_is_there(tmp_path: Path) -> None:
    assert paths.state(tmp_path, missing="").st_mode
    assert paths.is_there(tmp_path)


@pytest.mark.parametrize("name", ["none", "file/none"])
def test_what_is_missing(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SourceNotFound, match="No such thing."):
        paths.state(tmp_path / name, missing="No such thing.")
    assert not paths.is_there(tmp_path / name)


@pytest.mark.parametrize("name", ["a" * 300, "a\0b"])
def test_what_can_be_no_path(name: str) -> None:
    with pytest.raises(SourceNotFound, match="cannot be a path") as caught:
        paths.state(Path(name), missing="")
    assert len(str(caught.value)) < 200
    assert not paths.is_there(Path(name))


def test_a_folder_that_may_not_be_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # Root enters every folder, so that permissions alone would not show this.
    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(SourceDenied, match="may not be entered: ask its owner"):
        paths.state(tmp_path / "secret", missing="")


def test_a_path_is_shown_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.shown(tmp_path / "a" / "b") == str(Path("a") / "b")
    assert paths.shown(Path("/elsewhere")) == "/elsewhere"


@pytest.mark.usefixtures("gone")
def test_without_a_working_directory(tmp_path: Path) -> None:
    assert paths.shown(tmp_path) == str(tmp_path)
    assert paths.absolute(Path("a")) == Path("a")
    assert paths.absolute(tmp_path) == tmp_path.resolve()
    with pytest.raises(SourceNotFound, match="missing"):
        paths.state(Path("a"), missing="missing")
