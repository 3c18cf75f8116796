"""A program's answer, got within a time and a size, whatever the program does."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.format import size

LIMIT = 2**20
"""Bytes that are read of each stream of a program: what says more than this does not answer us."""

_LATE = "it did not end in time"
_LOOK = 0.05  # seconds between two looks whether a program that says nothing has ended


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said.

    ``text`` is its standard output and ``complaint`` its standard error, as text with plain line ends; ``code`` is its
    exit status, or why it has none: it was stopped.
    """

    text: str
    complaint: str
    code: Reading[int]


def ask(program: str, *arguments: str, environ: Mapping[str, str], timeout: float) -> Reading[Answer]:
    """Run a program without a shell and give what it said within ``timeout`` seconds and `LIMIT` bytes.

    It gets no input and the locale C. When the time is over or it says too much, the program and all that it started
    are killed, and what it said until then is given. Nothing waits for a process that cannot be killed, nor for a
    grandchild that keeps the output open. `Missing` where the program cannot be started.
    """
    deadline = time.monotonic() + timeout
    try:
        process = subprocess.Popen(  # no shell, and our own arguments
            [program, *arguments],
            env={**environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, ValueError) as error:
        return Missing(f"it cannot be started ({getattr(error, 'strerror', None) or type(error).__name__})")
    read = _read_windows if sys.platform == "win32" else _read
    try:
        said, stopped = read(process, deadline)
    except BaseException:
        _kill(process)
        raise
    code = Missing(stopped) if process.poll() is None else process.returncode
    if stopped:
        _kill(process)
    _close(process)
    text, complaint = (part[:LIMIT].decode("utf-8", errors="replace").removeprefix("\ufeff") for part in said)
    return Answer(_lines(text), _lines(complaint), code)


def _read(process: subprocess.Popen[bytes], deadline: float) -> tuple[tuple[bytearray, bytearray], str]:
    """Read both streams until they end, and say why that was not awaited."""
    said = (bytearray(), bytearray())
    with selectors.DefaultSelector() as selector:
        for stream, part in zip(_streams(process), said, strict=True):
            selector.register(stream, selectors.EVENT_READ, part)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                return said, _LATE
            ready = selector.select(min(left, _LOOK))
            for key, _ in ready:
                chunk = os.read(key.fd, 65536)
                key.data.extend(chunk)
                if not chunk:
                    selector.unregister(key.fileobj)
                if len(key.data) > LIMIT:
                    return said, f"it said more than {size(LIMIT)} and was stopped"
            if not ready and process.poll() is not None:
                return said, "something that it started goes on"
    try:
        process.wait(max(0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return said, _LATE
    return said, ""


def _read_windows(process: subprocess.Popen[bytes], deadline: float) -> tuple[tuple[bytes, bytes], str]:
    """Read both streams where a pipe cannot be waited for, by the threads of `subprocess`."""
    try:
        return process.communicate(timeout=max(0, deadline - time.monotonic())), ""
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"", late.stderr or b""), _LATE


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and all that it started; a thread waits for what does not die at once."""
    with contextlib.suppress(OSError):  # all of it has ended
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    if process.poll() is None:
        threading.Thread(target=process.wait, name="colab_magics-burial", daemon=True).start()


def _close(process: subprocess.Popen[bytes]) -> None:
    """Close our ends of the streams; on Windows, threads of `subprocess` may still be reading them."""
    if sys.platform != "win32":
        for stream in _streams(process):
            stream.close()


def _streams(process: subprocess.Popen[bytes]) -> list[IO[bytes]]:
    return [stream for stream in (process.stdout, process.stderr) if stream is not None]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
