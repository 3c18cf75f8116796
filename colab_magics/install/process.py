"""A program that is followed line by line, and ended with all that it started when nobody follows it any more.

Where this whole process is killed at once, it goes on: an installation that is cut off leaves packages half there.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

from colab_magics.format import printable
from colab_magics.install.interrupts import held_back

_BEAT = 0.25  # seconds of silence after which the follower is told that time passed
_LONGEST_LINE = 1 << 16  # bytes; what is beyond is let go
_GRACE = ((signal.SIGINT, 0.4), (signal.SIGTERM, 0.25))
"""What an interrupted program is sent, and the seconds that it has to end by itself; then it is killed."""

QUIET = {
    "COLUMNS": "1000",  # nothing is wrapped: a secret in two pieces could not be found
    "GIT_TERMINAL_PROMPT": "0",
    "NO_COLOR": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PYTHONIOENCODING": "utf-8:replace",
    "PYTHONUNBUFFERED": "1",
    "UV_NO_PROGRESS": "1",
}
"""Settings with which pip, uv and git ask nothing and write plain lines."""


class TookTooLong(Exception):
    """The program did not end in time, and was ended."""


def follow(words: Sequence[str], environ: Mapping[str, str], timeout: float) -> Iterator[str | int | None]:
    """Start a program without a shell; yield its lines, None in each silent moment, and at last its exit status.

    Standard error is read together with standard output, and there is no input. Leaving the generator early, an
    interrupt, and ``timeout`` seconds end the program with all that it started; the latter raises `TookTooLong`.
    Raises `OSError` where it cannot be started.
    """
    chunks: queue.Queue[bytes] = queue.Queue(maxsize=64)
    stop = threading.Event()
    process: subprocess.Popen[bytes] | None = None
    try:
        with held_back():
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environ},
                start_new_session=True,  # it is ended as a group, and has no terminal to ask at
            )
            assert process.stdout is not None  # noqa: S101 (for mypy: it is a pipe)
            reader = threading.Thread(target=_read, args=(process.stdout, chunks, stop), daemon=True)
            reader.start()
        yield from _lines(process, chunks, time.monotonic() + timeout)
        yield process.wait()
    finally:
        if process is not None:
            try:
                _end(process)
            finally:
                stop.set()
                reader.join(1)  # it closes the pipe


def _lines(process: subprocess.Popen[bytes], chunks: queue.Queue[bytes], deadline: float) -> Iterator[str | None]:
    rest = b""
    while True:
        if time.monotonic() > deadline:
            raise TookTooLong
        try:
            chunk = chunks.get(timeout=_BEAT)
        except queue.Empty:
            if process.poll() is not None and chunks.empty():  # something it left behind holds the pipe
                break
            yield None
            continue
        if not chunk:
            break
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(_text, lines)
        if len(rest) > _LONGEST_LINE:
            rest = rest[rest.rfind(b"\r", 0, -1) + 1 :][:_LONGEST_LINE]
    if rest:
        yield _text(rest)
    while process.poll() is None:  # it has closed its output and goes on
        if time.monotonic() > deadline:
            raise TookTooLong
        time.sleep(0.02)


def _read(pipe: IO[bytes], chunks: queue.Queue[bytes], stop: threading.Event) -> None:
    with pipe:
        while not stop.is_set():
            chunk = os.read(pipe.fileno(), 1 << 15)
            while not stop.is_set():
                with suppress(queue.Full):
                    chunks.put(chunk, timeout=0.1)
                    break
            if not chunk:
                return


def _text(line: bytes) -> str:
    """What stands on a terminal's line in the end: after a carriage return it is written anew."""
    shown = line[:_LONGEST_LINE].rstrip(b"\r").rpartition(b"\r")[2]
    return printable(shown.decode("utf-8", errors="replace")).rstrip()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program, and what it has started and left behind."""
    if sys.platform == "win32":
        if process.poll() is None:
            process.kill()
        process.wait()
        return
    try:
        for number, patience in _GRACE:
            if process.poll() is not None or not _send(process, number):
                break
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
    finally:  # a second interrupt does not wait
        kill(process)
        with suppress(subprocess.TimeoutExpired):  # of another user, as under sudo, it may take longer
            process.wait(2)


def kill(process: subprocess.Popen[Any]) -> None:
    """Kill a program that has a session of its own, with all that it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        _send(process, signal.SIGKILL)


def _send(process: subprocess.Popen[Any], number: signal.Signals) -> bool:
    """Send a signal to the whole group; was there anybody to receive it?"""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # under sudo it is root's: then sudo has to pass it on
        words = ["sudo", "-n", "kill", "-s", number.name.removeprefix("SIG"), "--", f"-{process.pid}"]
        with suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=2, check=False)
    return True
