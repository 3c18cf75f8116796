"""TensorBoard as a process of our own."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from colab_magics.errors import BoardFailed, MissingExtra, PortInUse
from colab_magics.train import board
from tests.waiting import ends

pytest.importorskip("tensorboard", reason="TensorBoard is not installed")


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}data/environment", timeout=5) as response:
            return "data_location" in json.load(response)
    except OSError:
        return False


def test_it_serves_on_loopback_once_and_ends(logdir: Path) -> None:
    running = board.start(logdir)
    assert answers(running.url)
    assert board.start(logdir) is running
    process = board._running[running]
    connections = [c.laddr.ip for c in psutil.Process(process.pid).net_connections("tcp") if c.status == "LISTEN"]
    assert "127.0.0.1" in connections
    assert "0.0.0.0" not in connections
    folder = board._folders[process.pid]
    assert folder.stat().st_mode & 0o777 == 0o700
    running.stop()
    assert not running.is_running
    assert not answers(running.url)
    assert not folder.exists()


def test_a_port_that_is_in_use(logdir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortInUse, match="leave out --port"):
            board.start(logdir, port=other.getsockname()[1])


def test_a_port_that_is_none(logdir: Path) -> None:
    with pytest.raises(PortInUse, match="is not a port"):
        board.start(logdir, port=99999)


def test_a_start_that_fails_says_why_and_leaves_nothing(logdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(logdir))
    (logdir / "tensorboard.py").write_text("raise SystemExit('no board today')")
    with pytest.raises(BoardFailed, match="no board today"):
        board.start(logdir)
    assert not board._running
    assert not board._folders


def test_it_ends_with_the_process_that_started_it(logdir: Path) -> None:
    source = (
        "import sys, time; from pathlib import Path; from colab_magics.train import board;"
        "b = board.start(Path(sys.argv[1])); pid = board._running[b].pid;"
        "print(pid, board._folders[pid], flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", source, str(logdir)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid, folder = parent.stdout.readline().split()
        assert Path(folder).exists()
        os.kill(parent.pid, signal.SIGKILL)
    assert ends(int(pid), 10)
    assert not Path(folder).exists()


def test_one_that_was_killed_is_started_anew(logdir: Path) -> None:
    killed = board.start(logdir)
    process = board._running[killed]
    process.kill()
    process.wait()
    assert not killed.is_running
    folder = board._folders[process.pid]
    running = board.start(logdir)
    assert running.is_running
    assert answers(running.url)
    assert not folder.exists()


def test_what_another_one_noted_of_its_server_is_left_alone(
    logdir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # TensorBoard's own commands "reuse" such a server without asking whose it is, and fail where they cannot write.
    notes = tmp_path / ".tensorboard-info"
    notes.mkdir()
    (notes / "pid-1.info").write_text('{"port": 6006, "logdir": "elsewhere", "pid": 1}')
    notes.chmod(0o500)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    running = board.start(logdir)
    assert answers(running.url)
    assert running.port != 6006
    assert [path.name for path in notes.iterdir()] == ["pid-1.info"]
    notes.chmod(0o700)


def test_without_tensorboard(logdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(MissingExtra, match=r"The TensorBoard view needs tensorboard, which is not installed here"):
        board.start(logdir)
