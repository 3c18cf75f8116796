"""What a process reads and writes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from colab_magics.envinfo.costs.input_output import InputOutput, read_input_output
from colab_magics.envinfo.reading import Missing, less

MB = 2**20
needs_linux = pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="only Linux counts in /proc/self/io")


@needs_linux
def test_bytes_written_and_read_back(tmp_path: Path) -> None:
    before = read_input_output()
    (tmp_path / "file").write_bytes(b"x" * 30 * MB)
    (tmp_path / "file").read_bytes()
    moved = read_input_output().since(before)
    assert isinstance(moved.read, int)
    assert isinstance(moved.written, int)
    assert 30 * MB <= moved.read < 31 * MB
    assert 30 * MB <= moved.written < 31 * MB
    assert isinstance(moved.disk_read, int)
    assert moved.disk_read < 30 * MB  # it was in memory still


@needs_linux
def test_a_process_that_was_started_counts_when_it_was_waited_for(tmp_path: Path) -> None:
    before = read_input_output()
    write = "import sys; open(sys.argv[1], 'wb').write(b'x' * 20 * 2**20); print('done', flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", write, tmp_path / "file"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"done\n"
        running = read_input_output().since(before).written
    ended = read_input_output().since(before).written
    assert isinstance(running, int)
    assert isinstance(ended, int)
    assert running < MB
    assert ended >= 20 * MB


def test_the_table_of_the_kernel(tmp_path: Path) -> None:
    (tmp_path / "io").write_text("rchar: 5\nwchar: 6\nsyscr: 1\nread_bytes: 7\nwrite_bytes: 8\n")
    assert read_input_output(tmp_path) == InputOutput(5, 6, 7, 8)


@pytest.mark.parametrize("table", ["rchar: \nwchar: -1\nread_bytes: x\n", "", "\0\xff: 3\n:\n: :"])
def test_a_broken_table_is_a_reason_for_each(tmp_path: Path, table: str) -> None:
    (tmp_path / "io").write_text(table)
    names = ("rchar", "wchar", "read_bytes", "write_bytes")
    assert read_input_output(tmp_path) == InputOutput(*(Missing(f"io has no line {name}") for name in names))


def test_a_table_that_may_not_be_read(tmp_path: Path) -> None:
    told = read_input_output(tmp_path)
    assert told.read == told.disk_written == Missing("io cannot be read (No such file or directory)")


def test_a_system_without_proc_asks_psutil(tmp_path: Path) -> None:
    told = read_input_output(tmp_path / "none")
    if sys.platform == "darwin":
        assert told.read == Missing("this system does not count what a process reads and writes")
    else:
        assert isinstance(told.read, int)
    assert told.disk_read == Missing("this system does not count apart what reached a disk")


def test_a_difference_needs_both() -> None:
    gone = Missing("gone")
    assert less(9, 4) == 5
    assert less(gone, 4) == less(4, gone) == gone
    assert InputOutput(9, gone, 3, 4).since(InputOutput(1, 2, gone, 4)) == InputOutput(8, gone, gone, 0)


@needs_linux
def test_pipes_count_as_calls_and_not_as_a_disk() -> None:
    reader, writer = os.pipe()
    before = read_input_output()
    os.write(writer, b"x" * 50_000)
    os.read(reader, 50_000)
    moved = read_input_output().since(before)
    os.close(reader)
    os.close(writer)
    assert isinstance(moved.read, int)
    assert moved.read >= 50_000
    assert moved.disk_written == 0
