"""Where kernels leave their last readings."""

from pathlib import Path

import pytest

from colab_magics.envinfo.monitor.records import any_left


@pytest.mark.parametrize(("name", "is_record"), [("kernel-7-0123abcd.ring", True), ("notes.txt", False)])
def test_whether_any_kernel_left_a_record(tmp_path: Path, name: str, *, is_record: bool) -> None:
    assert not any_left(tmp_path)
    (tmp_path / name).write_bytes(b"")
    assert any_left(tmp_path) is is_record


def test_a_folder_that_is_another_thing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not any_left(tmp_path / "file")
