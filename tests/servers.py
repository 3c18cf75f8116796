"""A real file server on loopback that cuts, stalls, lies and refuses on request."""

import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

import urllib3

Fault = Literal["", "cut", "cut once", "stall", "crawl", "no length", "cut without length", "chunked", "cut chunked"]


@dataclass
class Page:
    """What one path answers; each of ``refusals`` is a status (and headers) that comes first, once.

    With an ``etag`` it is a page with a version: parts of it are given, and conditions kept. ``rate`` is in bytes a
    second for each connection.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault = ""
    refusals: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    etag: str = ""
    etag_header: str = "ETag"
    rate: float = 0


class FileServer:
    """Pages by path, and the requests that came."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, Page] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        self.on_request: Callable[[], object] = lambda: None

    def add(self, path: str, body: bytes = b"", **settings: object) -> str:
        """Serve ``body`` at ``path``; return the address."""
        self.pages[path] = Page(body, **settings)  # type: ignore[arg-type]
        return self.url + path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: FileServer

    def do_GET(self) -> None:
        self.files.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.files.on_request()
        page = self.files.pages.get(self.path.partition("?")[0], Page(b"nothing here", 404))
        if page.refusals:
            status, headers = page.refusals.pop(0)
            page = Page(b"", status, headers)
        elif page.etag:
            page = self._part_of(page)
        self._start(page)
        self._send(page)

    def _part_of(self, page: Page) -> Page:
        """Do what RFC 9110 says of If-None-Match, If-Range and Range, for one range."""
        headers = {"Accept-Ranges": "bytes", **page.headers}
        if page.etag_header:  # else it is the date of Last-Modified by which versions are told apart
            headers[page.etag_header] = page.etag
        if self.headers.get("If-None-Match") == page.etag:
            return Page(b"", 304, headers)
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted is None or self.headers.get("If-Range", page.etag) != page.etag:
            return replace(page, headers=headers)
        size = len(page.body)
        first, last = int(wanted[1]), min(int(wanted[2] or size - 1), size - 1)
        if first >= size:
            return Page(b"", 416, {"Content-Range": f"bytes */{size}"})
        headers = {"Content-Range": f"bytes {first}-{last}/{size}", **headers}
        return replace(page, body=page.body[first : last + 1], status=206, headers=headers)

    def _start(self, page: Page) -> None:
        self.send_response(page.status)
        if "chunked" in page.fault:
            self.send_header("Transfer-Encoding", "chunked")
        elif "length" not in page.fault and "Content-Length" not in page.headers:
            self.send_header("Content-Length", str(len(page.body)))
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def _send(self, page: Page) -> None:
        half = page.body[: len(page.body) // 2]
        match page.fault:
            case "" if page.rate:
                step = int(page.rate / 100)
                for start in range(0, len(page.body), step):
                    self.wfile.write(page.body[start : start + step])
                    if self.files.closing.wait(0.01):
                        return
            case "" | "no length":
                self.wfile.write(page.body)
            case "cut" | "cut without length":
                self.wfile.write(half)
            case "cut once":
                self.wfile.write(half)
                self.files.pages[self.path.partition("?")[0]].fault = ""
            case "stall":
                self.wfile.write(half)
                self.files.closing.wait(60)
            case "crawl":
                for byte in page.body:
                    self.wfile.write(bytes([byte]))
                    if self.files.closing.wait(0.05):
                        return
            case "chunked":
                self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(page.body), page.body))
            case "cut chunked":
                self.wfile.write(b"%x\r\n%s\r\n" % (len(half), half))

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A client that goes away in the middle is part of the tests."""


@contextmanager
def file_server() -> Iterator[FileServer]:
    """Run a server for the time of a ``with`` block."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    files = handler.files = FileServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield files
    finally:
        files.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Bucket:
    """An empty bucket ``data`` of an S3 server."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        urllib3.request("POST", f"{endpoint}/moto-api/reset")
        self._put("")

    def add(self, key: str, body: bytes, *, is_public: bool = False) -> str:
        """Store an object; return its address."""
        self._put(f"/{key}", body, {"x-amz-acl": "public-read" if is_public else "private"})
        return f"s3://data/{key}"

    def _put(self, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        signature = {"Authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request"}
        answer = urllib3.request(
            "PUT", f"{self.endpoint}/data{path}", body=body, headers={**signature, **(headers or {})}
        )
        assert answer.status == 200, answer.data


class Proxy:
    """Passes connections on to a server; each of ``ends`` says after how many bytes of an answer one of them ends.

    The first connection has the first of ``ends``, and so on; those beyond are passed on whole. With ``stalls`` a
    connection falls silent where it would end.
    """

    def __init__(self, server: str, ends: list[int], *, stalls: bool = False) -> None:
        host, _, port = server.removeprefix("http://").partition(":")
        self._server, self._ends, self._stalls = (host, int(port)), ends, stalls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._closing = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            end = self._ends[self.connections] if self.connections < len(self._ends) else None
            self.connections += 1
            threading.Thread(target=self._pass_on, args=(client, end), daemon=True).start()

    def _pass_on(self, client: socket.socket, end: int | None) -> None:
        with client, socket.create_connection(self._server) as server:
            threading.Thread(target=self._copy, args=(client, server, None), daemon=True).start()
            self._copy(server, client, end)
            if end is not None and self._stalls:
                self._closing.wait(30)
            for connection in (client, server):  # the other thread still has them
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _copy(source: socket.socket, target: socket.socket, left: int | None) -> None:
        with suppress(OSError):
            while (left is None or left > 0) and (block := source.recv(65536 if left is None else min(65536, left))):
                target.sendall(block)
                left = None if left is None else left - len(block)
