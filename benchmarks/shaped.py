"""A web server like one that is far away: each connection has a rate, and each answer a delay.

Run as a program it serves the files of a folder, with ETag, Range and If-Range, until its input ends.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RATE = 25_000_000  # bytes a second for each connection
DELAY = 0.05  # seconds to the first byte
_BEAT = 0.005


@contextmanager
def shaped(folder: Path, rate: float = RATE, delay: float = DELAY) -> Iterator[str]:
    """Serve ``folder`` in another process; give the address. ``rate`` 0 is as fast as it goes."""
    words = [sys.executable, __file__, str(folder), str(rate), str(delay)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.terminate()


class _Server:
    def __init__(self, folder: Path, rate: float, delay: float) -> None:
        self._folder, self._rate, self._delay = folder, rate, delay

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(self._delay)
                await self._send(head.decode("latin-1"), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _send(self, head: str, writer: asyncio.StreamWriter) -> None:
        path = self._folder / Path(head.split(" ")[1].partition("?")[0]).name
        size = path.stat().st_size
        etag = f'"{size}-{path.stat().st_mtime_ns}"'
        if f"if-none-match: {etag}" in head.lower():
            writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode())
            return
        wanted = re.search(r"(?i)\r\nrange: bytes=(\d+)-(\d*)", head)
        first, last = (int(wanted[1]), min(int(wanted[2] or size), size - 1)) if wanted else (0, size - 1)
        status = "206 Partial Content" if wanted else "200 OK"
        ranged = f"Content-Range: bytes {first}-{last}/{size}\r\n" if wanted else ""
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: {last - first + 1}\r\nETag: {etag}\r\n{ranged}"
            "Accept-Ranges: bytes\r\n\r\n".encode()
        )
        if head.startswith("HEAD"):
            return
        loop = asyncio.get_running_loop()
        started, sent = loop.time(), 0
        with path.open("rb") as file:
            file.seek(first)
            while sent <= last - first:
                block = file.read(min(1 << 18, last - first + 1 - sent))
                writer.write(block)
                await writer.drain()
                sent += len(block)
                if self._rate and (ahead := started + sent / self._rate - loop.time()) > _BEAT:
                    await asyncio.sleep(ahead)


async def _serve(folder: str, rate: str, delay: str) -> None:
    server = await asyncio.start_server(_Server(Path(folder), float(rate), float(delay)).answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))
