"""The space for files."""

import shutil
import tempfile
from pathlib import Path

import pytest

from colab_magics.envinfo.probes.disk import read_disk
from colab_magics.envinfo.reading import Missing


def test_the_working_folder_comes_first(tmp_path: Path) -> None:
    disk = read_disk(tmp_path)
    assert disk.total == shutil.disk_usage(tmp_path).total
    assert isinstance(disk.free, int)
    assert 0 < disk.free <= disk.total
    assert disk.spaces[0].name == "working folder"
    assert disk.spaces[0].is_writable
    assert not disk.spaces[0].is_shared


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    disk = read_disk(tmp_path / "gone")
    assert disk.free == Missing("the working folder cannot be asked for its space (No such file or directory)")
    assert not disk.spaces[0].is_writable


def test_each_place_and_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "dev/shm").mkdir(parents=True)
    disk = read_disk(tmp_path, root=tmp_path)
    assert [space.name for space in disk.spaces] == [
        "working folder",
        "home folder",
        "temporary files",
        "shared memory",
    ]
    assert disk.spaces[1].is_shared  # with the working folder
    assert str(tmp_path) not in repr(disk)


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="this system has no /dev/shm")
def test_shared_memory_is_a_file_system_of_its_own() -> None:
    space = read_disk(Path()).spaces[-1]
    assert space.name == "shared memory"
    assert space.total == shutil.disk_usage("/dev/shm").total


def test_a_home_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "none"))
    assert "home folder" not in [space.name for space in read_disk(tmp_path).spaces]


def test_no_folder_for_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp', '/var/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", full)
    space = next(space for space in read_disk(tmp_path).spaces if space.name == "temporary files")
    assert space.free == space.total == Missing("no folder for temporary files can be written to")
    assert not space.is_writable
