"""The way is that of this very environment."""

import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from colab_magics.errors import InstallFailed
from colab_magics.install import way

Program = Callable[[str, str], Path]


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "prefix"
    folder.mkdir()
    monkeypatch.setattr(sys, "prefix", str(folder))
    monkeypatch.setenv("PATH", str(tmp_path))
    return folder


def lacking(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    known = way.importlib.util.find_spec
    monkeypatch.setattr(way.importlib.util, "find_spec", lambda name: None if name in names else known(name))


def test_its_own_pip(prefix: Path) -> None:
    pytest.importorskip("pip")
    found = way.find()
    assert (found.name, found.words, found.notes) == ("pip", (sys.executable, "-m", "pip"), ())


def test_uv_where_it_made_the_environment(prefix: Path, program: Program) -> None:
    pytest.importorskip("pip")
    uv = program("uv", "") / "uv"
    assert way.find().name == "pip"
    (prefix / "pyvenv.cfg").write_text("home = /usr/bin\nuv = 0.9.1\n")
    assert (way.find().name, way.find().words) == ("uv", (str(uv),))


def test_uv_where_there_is_no_pip(prefix: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch, "pip")
    program("uv", "")
    assert way.find().name == "uv"


def test_neither(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch, "pip", "uv")
    with pytest.raises(InstallFailed, match="neither pip nor uv: run  %run -m ensurepip"):
        way.find()
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(InstallFailed, match="does not know which Python"):
        way.find()


def test_conda_is_told(prefix: Path) -> None:
    pytest.importorskip("pip")
    (prefix / "conda-meta").mkdir()
    assert "This is a conda environment" in way.find().notes[0]


def test_a_pip_of_another_python_is_told(prefix: Path, program: Program) -> None:
    pytest.importorskip("pip")
    program("pip", "")
    assert "belongs to another Python" in way.find().notes[0]
    (prefix / "bin").mkdir()
    (prefix / "bin" / "pip").touch()
    assert not way._is_here(Path("pip"))
    assert way._is_here(prefix / "bin" / "pip")


def test_a_pip_without_a_record_counts_as_old(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", unknown)
    assert way._pip_version() == ()
