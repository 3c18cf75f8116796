"""TensorBoard as a process of our own: on a free loopback port, with a private folder, gone when the kernel is."""

from __future__ import annotations

import atexit
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from colab_magics.errors import BoardFailed, PortInUse
from colab_magics.extras import check

_ADDRESS = re.compile(r"at (http://127\.0\.0\.1:(\d+)/)")
_PATIENCE = 90.0
"""Seconds until a TensorBoard that says nothing counts as failed; a cold start takes up to 13 on two cores."""


@dataclass(frozen=True, slots=True)
class Board:
    """A running TensorBoard: ``url`` on this machine, its ``port``, and the folder that it reads."""

    url: str
    port: int
    logdir: Path

    def __repr__(self) -> str:
        return f"Board({self.url} for {self.logdir})"

    @property
    def is_running(self) -> bool:
        """Does its process still live?"""
        return self in _running and _running[self].poll() is None

    def stop(self) -> None:
        """End the process and take its private folder away."""
        process = _running.pop(self, None)
        if process is not None:
            _end(process)


_running: dict[Board, subprocess.Popen[bytes]] = {}
_folders: dict[int, Path] = {}


def start(logdir: Path, *, port: int = 0) -> Board:
    """Start TensorBoard on ``logdir``, or give the one that this process already runs there.

    ``port`` 0 takes a free one. Raises `PortInUse`, `BoardFailed` or `MissingExtra`.
    """
    logdir = logdir.resolve()
    for board in [known for known in _running if known.logdir == logdir]:
        if board.is_running and port in (0, board.port):
            return board
        board.stop()
    check("tensorboard", by="The TensorBoard view", extra="train")
    if port:
        check_free(port)
    process, output = _launch(logdir, port)
    try:
        url, port = _address(process, output)
    except BaseException:
        _end(process)
        raise
    board = Board(url, port, logdir)
    _running[board] = process
    return board


def stop_all() -> None:
    """End every TensorBoard that this process started."""
    for board in list(_running):
        board.stop()


atexit.register(stop_all)


def check_free(port: int) -> None:
    """Find out whether TensorBoard can have the port. Raises `PortInUse`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OverflowError as error:
            raise PortInUse(f"{port} is not a port: take one from 1 to 65535, or leave it out.") from error
        except OSError as error:
            raise PortInUse(
                f"Port {port} cannot be used ({error.strerror}): leave out --port to take a free one."
            ) from error


def _launch(logdir: Path, port: int) -> tuple[subprocess.Popen[bytes], Path]:
    # TensorBoard keeps notes on its servers in a folder of the temporary directory that all users may write to.
    folder = Path(tempfile.mkdtemp(prefix="colab-magics-board-"))
    output = folder / "output.txt"
    words = [sys.executable, "-m", "colab_magics.train.board_server", str(folder), str(logdir), str(port)]
    with output.open("wb") as file:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,  # the server ends when this pipe does: also after a kill of the kernel
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the notebook's interrupt goes to the kernel's whole group
        )
    _folders[process.pid] = folder
    return process, output


def _address(process: subprocess.Popen[bytes], output: Path) -> tuple[str, int]:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        has_ended = process.poll() is not None
        said = output.read_text(encoding="utf-8", errors="replace")
        address = _ADDRESS.search(said)
        if address is not None:
            return address[1], int(address[2])
        if has_ended:
            last = (said.strip().splitlines() or ["it said nothing"])[-1]
            raise BoardFailed(f"TensorBoard ended as soon as it started: {last}")
        time.sleep(0.05)
    raise BoardFailed(f"TensorBoard did not answer within {_PATIENCE:.0f} seconds; try again.")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(_folders.pop(process.pid), ignore_errors=True)
