"""Where kernels leave their last readings."""

import os
import stat
from pathlib import Path

import pytest

from colab_magics.envinfo.monitor.records import any_left, own_folder
from colab_magics.envinfo.reading import Missing


@pytest.mark.parametrize(("name", "is_record"), [("kernel-7-0123abcd.ring", True), ("notes.txt", False)])
def test_whether_any_kernel_left_a_record(tmp_path: Path, name: str, *, is_record: bool) -> None:
    assert not any_left(tmp_path)
    (tmp_path / name).write_bytes(b"")
    assert any_left(tmp_path) is is_record


def test_a_folder_that_is_another_thing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not any_left(tmp_path / "file")


def test_a_folder_that_cannot_be_read_holds_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "kernel-7-0123abcd.ring").write_bytes(b"")
    monkeypatch.setattr(os, "scandir", refuse)
    assert not any_left(tmp_path)


def test_a_folder_of_ours_without_rights_gets_them(tmp_path: Path) -> None:
    place = tmp_path / "shut"
    place.mkdir(mode=0)
    assert own_folder(place) == place
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "expanduser", homeless)
    assert own_folder() == Missing("there is no folder for the last readings (this user has no home)")
    assert not any_left()
