"""A web server that does wrong at random, in a process of its own; nine faults, and many versions of each file."""

from __future__ import annotations

import functools
import json
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

FAULTS = (
    "cut", "reset", "stall", "503", "429", "range ignored", "wrong range", "new version", "no tag",
)  # fmt: skip
_LETTERS = bytes(ord("a") + number % 26 for number in range(256))
_STEP = 1 << 15  # bytes that are sent at once
_BLOCK = 12  # bits of a position that are left out where distinct bytes are counted


@functools.lru_cache(128)
def body(path: str, version: int) -> bytes:
    """Return what a path holds in one of its versions: a CSV file that no other version shares a line with.

    Its size, the same in all versions so that only a tag tells them apart, stands in the path: ``/7.1500000.csv``, or
    with the milliseconds that its first byte takes: ``/7.1500000.250.csv``.
    """
    size = int(path.split(".")[1])
    text = random.Random(f"{path} {version}").randbytes(size).translate(_LETTERS)
    lines = (b"%d,%s" % (number, text[start : start + 900]) for number, start in enumerate(range(0, size, 900)))
    return (b"number,text\n" + b"\n".join(lines))[:size]


@dataclass(frozen=True)
class Running:
    """A server that runs: its address, and what it tells of what it did."""

    url: str

    def told(self, path: str) -> dict[str, int]:
        """How many ``bytes`` went out for a path, and ``distinct`` ones; answers ``begun`` at its front; ``version``."""
        answer: dict[str, int] = json.loads(urllib3.request("GET", f"{self.url}/told{path}").data)
        return answer


@contextmanager
def running(faults: int, seed: int, rate: int) -> Iterator[Running]:
    """Run a server in a process of its own, at ``rate`` bytes a second for each connection."""
    words = [sys.executable, str(Path(__file__)), str(faults), str(seed), str(rate)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield Running(f"http://127.0.0.1:{server.stdout.readline().strip()}")
        finally:
            server.terminate()


class Server:
    """Answers on loopback, with a fault in so many of a hundred answers."""

    def __init__(self, faults: int, seed: int, rate: int) -> None:
        self._faults, self._dice, self._rate = faults, random.Random(seed), rate
        self._covered: defaultdict[str, set[int]] = defaultdict(set)
        self._told: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Answer for ever."""
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _STEP)  # what lies there counts as sent
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                while self._answer(connection):
                    pass
            except OSError:
                pass

    def _answer(self, connection: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return False
            head += more
        words = head.decode("latin-1")
        path = words.split(" ")[1]
        if path.startswith("/told/"):
            path = path.removeprefix("/told")
            told = {**self._told[path], "distinct": len(self._covered[path]) << _BLOCK}
            return _say(connection, "200 OK", json.dumps(told))
        fault = self._dice.choice(FAULTS) if self._dice.randrange(100) < self._faults else ""
        if fault in ("503", "429"):
            return _say(connection, f"{fault} Busy", headers="Retry-After: 0\r\n" if self._dice.random() < 0.5 else "")
        self._told[path]["version"] += fault == "new version"
        return self._send(connection, words, path, fault)

    def _send(self, connection: socket.socket, words: str, path: str, fault: str) -> bool:
        told = self._told[path]
        content, tag = body(path, told["version"]), f'"{told["version"]}"'
        wanted = re.search(r"(?i)\r\nrange: bytes=(\d+)-(\d*)", words)
        condition = re.search(r"(?i)\r\nif-range: (\S+)", words)
        if f"if-none-match: {tag}" in words.lower():
            return _say(connection, "304 Not Modified", headers=f"ETag: {tag}\r\n")
        first, last, status, ranged = 0, len(content) - 1, "200 OK", ""
        if wanted and fault != "range ignored" and (condition is None or condition[1] == tag):
            first, last = int(wanted[1]), min(int(wanted[2] or last), last)
            shift = self._dice.randint(1, 999) if fault == "wrong range" else 0
            status = "206 Partial Content"
            ranged = f"Content-Range: bytes {first + shift}-{last + shift}/{len(content)}\r\n"
        told["begun"] += first == 0
        if path.count(".") == 3:
            time.sleep(int(path.split(".")[2]) / 1000)
        part = content[first : last + 1]
        tagged = "" if fault == "no tag" else f"ETag: {tag}\r\n"
        connection.sendall(f"HTTP/1.1 {status}\r\n{tagged}{ranged}Content-Length: {len(part)}\r\n\r\n".encode())
        end = self._dice.randrange(len(part) + 1) if fault in ("cut", "reset", "stall") else len(part)
        self._pour(connection, memoryview(part)[:end], told, self._covered[path], first)
        if fault == "stall":
            time.sleep(3)
        if fault == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return fault not in ("cut", "reset", "stall")

    def _pour(
        self, connection: socket.socket, part: memoryview, told: Counter[str], covered: set[int], first: int
    ) -> None:
        started = time.monotonic()
        for start in range(0, len(part), _STEP):
            block = part[start : start + _STEP]
            connection.sendall(block)
            told["bytes"] += len(block)
            covered.update(range((first + start) >> _BLOCK, (first + start + len(block)) >> _BLOCK))
            time.sleep(max(0.0, started + (start + len(block)) / self._rate - time.monotonic()))


def _say(connection: socket.socket, status: str, text: str = "", headers: str = "") -> bool:
    connection.sendall(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(text)}\r\n\r\n{text}".encode())
    return True


def _main(words: list[Any]) -> None:
    server = Server(*map(int, words))
    print(server.port, flush=True)
    server.serve()


if __name__ == "__main__":
    _main(sys.argv[1:])
