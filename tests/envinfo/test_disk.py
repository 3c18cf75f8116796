"""The disk of the working folder."""

import shutil
from pathlib import Path

from colab_magics.envinfo.probes.disk import read_disk
from colab_magics.envinfo.reading import Missing


def test_total_and_free(tmp_path: Path) -> None:
    disk = read_disk(tmp_path)
    assert disk.total == shutil.disk_usage(tmp_path).total
    assert isinstance(disk.free, int)
    assert 0 < disk.free < disk.total


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    disk = read_disk(tmp_path / "gone")
    assert disk.free == Missing("the working folder cannot be asked for its space (No such file or directory)")
