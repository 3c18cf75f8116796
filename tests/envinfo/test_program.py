"""nvidia-smi as a program: absent, broken, hanging, flooding."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from colab_magics.envinfo.gpu.device import Found
from colab_magics.envinfo.gpu.nvidia_smi import find_nvidia_smi, read_nvidia_smi
from colab_magics.envinfo.gpu.program import _read_windows
from tests.envinfo.asking import FULL, MIB, answer, environ, reason, says
from tests.envinfo.fake_nvidia_smi import put_script
from tests.waiting import ends

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are scripts of a POSIX shell")


def test_no_program(tmp_path: Path) -> None:
    assert "nvidia-smi is not here" in reason(read_nvidia_smi({"PATH": str(tmp_path)}))
    assert "nvidia-smi is not here" in reason(read_nvidia_smi({}))


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "nvidia-smi").mkdir()
    assert "nvidia-smi is not here" in reason(read_nvidia_smi({"PATH": str(tmp_path)}))


def test_a_file_that_may_not_be_run(tmp_path: Path) -> None:
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\n")
    assert reason(read_nvidia_smi({"PATH": str(tmp_path)})) == "there is an nvidia-smi, but this user may not run it"


@pytest.mark.parametrize("content", [b"\x7fELF and no more", b"#!/nowhere/at/all\n", b""])
def test_a_file_that_is_no_program(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "nvidia-smi").write_bytes(content)
    (tmp_path / "nvidia-smi").chmod(0o755)
    assert "nvidia-smi is here, but it cannot be started (" in reason(read_nvidia_smi({"PATH": str(tmp_path)}))


def test_the_folder_of_the_notebook_is_never_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(put_script(tmp_path / "bin", "echo 0, 1; exit 0"))
    for path in ("", ".", os.pathsep, f"..{os.sep}bin"):
        assert "nvidia-smi is not here" in reason(find_nvidia_smi({"PATH": path}))


def test_a_crash(tmp_path: Path) -> None:
    assert reason(answer(tmp_path, "kill -SEGV $$")) == "nvidia-smi crashed (signal 11) and said nothing"


@pytest.mark.parametrize(
    "script",
    [
        "echo $$ >> {pids}; exec sleep 300",
        "trap '' TERM INT HUP; echo $$ >> {pids}; while :; do sleep 300; done",
        "sleep 300 & echo $! >> {pids}; echo $$ >> {pids}; wait",
        "exec >&- 2>&-; echo $$ >> {pids}; sleep 300",
    ],
    ids=["sleeps", "ignores signals", "waits for a child", "closes its output"],
)
def test_a_hang_costs_the_time_given_and_leaves_nothing_behind(script: str, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    begun = time.monotonic()
    result = answer(tmp_path, script.format(pids=pids), timeout=0.5)
    assert time.monotonic() - begun < 60
    assert "nvidia-smi gave no answer in 0.5 s" in reason(result)
    assert_gone(pids)


def assert_gone(pids: Path) -> None:
    assert [pid for pid in pids.read_text().split() if not ends(int(pid), 5)] == []


@pytest.mark.parametrize("stream", [1, 2])
def test_a_flood_is_cut_off(stream: int, tmp_path: Path) -> None:
    before = psutil.Process().memory_info().rss
    result = answer(tmp_path, f"exec yes 'no GPU here' >&{stream}", timeout=20)
    assert "it said more than 1.0 MB and was stopped" in reason(result)
    assert psutil.Process().memory_info().rss - before < 64 * MIB


def test_the_way_of_windows_ends_in_time_too() -> None:
    for code, stopped in [("print('x' * 9)", ""), ("import time; print('x' * 9, flush=True); time.sleep(300)", "time")]:
        command = [sys.executable, "-c", code]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            begun = time.monotonic()
            said, why = _read_windows(process, begun + 2)
            assert time.monotonic() - begun < 60
            process.kill()
        assert bytes(said[0]).strip() == b"x" * 9
        assert stopped in why


def test_a_child_that_keeps_the_output_open_is_not_waited_for(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    begun = time.monotonic()
    result = answer(tmp_path, says(f"0, 1, {FULL}\n", tmp_path, then=f"sleep 300 & echo $! >> {pids}"))
    assert time.monotonic() - begun < 60
    assert isinstance(result, Found)
    assert result.devices[0].name == "NVIDIA L4"
    assert_gone(pids)


def test_it_gets_no_input_and_the_locale_c(tmp_path: Path) -> None:
    script = f'read line; test "$LC_ALL$line" = C && case "$1" in --query-gpu=*) echo "0, 1, {FULL}";; esac'
    put_script(tmp_path / "bin", script)
    result = read_nvidia_smi({**environ(tmp_path / "bin"), "LC_ALL": "de_DE.UTF-8"}, timeout=10)
    assert isinstance(result, Found)


def test_nothing_is_left_open(tmp_path: Path) -> None:
    process, folder = psutil.Process(), put_script(tmp_path / "bin", f'echo "0, 1, {FULL}"')
    hangs = put_script(tmp_path / "hangs", "exec sleep 300")
    before = process.num_fds()
    for _ in range(20):
        read_nvidia_smi(environ(folder), timeout=10)
    read_nvidia_smi(environ(hangs), timeout=0.1)
    assert process.num_fds() == before
