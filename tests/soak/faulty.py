"""A web server that does wrong at random, in a process of its own; nine faults, and two versions of each file."""

from __future__ import annotations

import random
import re
import socket
import struct
import sys
import threading
import time

MEGA = 1 << 20
FAULTS = (
    "cut", "reset", "stall", "503", "429", "range ignored", "wrong range", "new version", "no tag",
)  # fmt: skip


def body(path: str, version: int) -> bytes:
    """Return what a path holds in one of its versions: 1 to 4 MB that no other version shares a block with."""
    dice = random.Random(f"{path} {version}")
    return dice.randbytes(dice.randint(1, 4) * MEGA + dice.randint(-5000, 5000) if version == 0 else _size(path))


def _size(path: str) -> int:
    """Return the size of the first version: the later ones have the same, so that only a tag tells them apart."""
    dice = random.Random(f"{path} 0")
    return dice.randint(1, 4) * MEGA + dice.randint(-5000, 5000)


class Server:
    """Answers on loopback, at 6 MB/s for each connection, with a fault in so many of a hundred answers."""

    def __init__(self, faults: int, seed: int) -> None:
        self._faults, self._dice = faults, random.Random(seed)
        self._versions: dict[str, int] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Answer for ever."""
        while True:
            connection, _ = self._listener.accept()
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
        fault = self._dice.choice(FAULTS) if self._dice.randrange(100) < self._faults else ""
        if fault in ("503", "429"):
            wait = "Retry-After: 0\r\n" if self._dice.random() < 0.5 else ""
            connection.sendall(f"HTTP/1.1 {fault} Busy\r\n{wait}Content-Length: 0\r\n\r\n".encode())
            return True
        if fault == "new version":
            self._versions[path] = self._versions.get(path, 0) + 1
        version = self._versions.get(path, 0)
        return self._send(connection, words, body(path, version), f'"{version}"', fault)

    def _send(self, connection: socket.socket, words: str, content: bytes, tag: str, fault: str) -> bool:
        wanted = re.search(r"(?i)\r\nrange: bytes=(\d+)-(\d*)", words)
        condition = re.search(r"(?i)\r\nif-range: (\S+)", words)
        first, last, status, ranged = 0, len(content) - 1, "200 OK", ""
        if f"if-none-match: {tag}" in words.lower():
            connection.sendall(f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode())
            return True
        if wanted and fault != "range ignored" and (condition is None or condition[1] == tag):
            first, last = int(wanted[1]), min(int(wanted[2] or last), last)
            shift = self._dice.randint(1, 999) if fault == "wrong range" else 0
            status, ranged = (
                "206 Partial Content",
                f"Content-Range: bytes {first + shift}-{last + shift}/{len(content)}\r\n",
            )
        tagged = "" if fault == "no tag" else f"ETag: {tag}\r\n"
        part = content[first : last + 1]
        head = f"HTTP/1.1 {status}\r\n{tagged}{ranged}Content-Length: {len(part)}\r\n\r\n"
        connection.sendall(head.encode())
        end = self._dice.randrange(len(part) + 1) if fault in ("cut", "reset", "stall") else len(part)
        for start in range(0, end, 65536):
            connection.sendall(part[start : min(start + 65536, end)])
            time.sleep(65536 / 6e6)
        if fault == "stall":
            time.sleep(3)
        if fault == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return fault not in ("cut", "reset", "stall")


if __name__ == "__main__":
    server = Server(int(sys.argv[1]), int(sys.argv[2]))
    print(server.port, flush=True)
    server.serve()
