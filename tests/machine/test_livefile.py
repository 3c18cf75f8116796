"""Files that are read again and again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from colab_magics.machine import livefile
from colab_magics.machine.livefile import LiveFile
from colab_magics.machine.reading import Missing


def test_each_reading_is_the_text_as_it_is_now(tmp_path: Path) -> None:
    path = tmp_path / "counter"
    path.write_text("1\n")
    file = LiveFile(path)
    assert file.read() == "1\n"
    path.write_text("22\n")
    assert file.read() == "22\n"
    file.close()


def test_a_file_longer_than_one_block(tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_text("line\n" * 50_000)
    file = LiveFile(path)
    assert file.read() == "line\n" * 50_000
    file.close()


def test_a_table_of_the_kernel_comes_whole() -> None:
    file = LiveFile(Path("/proc/self/smaps"))  # given in pieces of some kilobytes
    text = file.read()
    file.close()
    assert isinstance(text, str)
    assert "[stack]" in text


def test_a_file_without_end_is_cut(tmp_path: Path) -> None:
    file = LiveFile(Path("/dev/zero"))
    text = file.read()
    file.close()
    assert isinstance(text, str)
    assert len(text) < 5 * 2**20


def test_what_cannot_be_opened_or_read_has_its_reason(tmp_path: Path) -> None:
    assert LiveFile(tmp_path / "none").read() == Missing("none cannot be read (No such file or directory)")
    folder = LiveFile(tmp_path)
    assert folder.read() == Missing(f"{tmp_path.name} cannot be read (Is a directory)")
    folder.close()


def test_a_closed_file_is_missing_and_leaves_no_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "counter"
    path.write_text("1")
    before = len([*Path("/proc/self/fd").iterdir()])
    file = LiveFile(path)
    file.close()
    file.close()
    assert file.read() == Missing("counter is closed")
    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_a_system_that_has_neither_pread_nor_cloexec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pread", raising=False)
    monkeypatch.setattr(livefile, "_FLAGS", getattr(os, "O_BINARY", 0))
    path = tmp_path / "table"
    path.write_text("line\n" * 50_000)
    file = livefile.LiveFile(path)
    assert file.read() == "line\n" * 50_000
    path.write_text("2\n")
    assert file.read() == "2\n"
    file.close()


def test_it_is_imported_and_opened_where_there_is_no_cloexec(tmp_path: Path) -> None:
    source = (
        "import os, sys; from pathlib import Path\n"
        "for name in ('pread', 'O_CLOEXEC'): hasattr(os, name) and delattr(os, name)\n"
        "from colab_magics.envinfo.monitor import recorder\n"
        "print(recorder.begin(Path(sys.argv[1]))); recorder.close()"
    )
    done = subprocess.run([sys.executable, "-c", source, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
