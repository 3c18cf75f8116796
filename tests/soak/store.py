"""An S3 server on loopback whose answers can be replaced by refusals, and what s3fs needs to be known there."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from servers import Bucket
from werkzeug.serving import WSGIRequestHandler, make_server

Refusal = tuple[int, str]
"""A status and the code of S3 for it, such as 503 and SlowDown."""

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


class Store:
    """``refuse`` is asked before each answer, with the method and the address; what it returns is the answer."""

    def __init__(self) -> None:
        self.refuse: Callable[[str, str], Refusal | None] = lambda method, address: None
        self._store = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        address = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        refusal = self.refuse(environ["REQUEST_METHOD"], address)
        if refusal is None:
            return self._store(environ, start)
        status, code = refusal
        text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>refused</Message></Error>".encode()
        start(f"{status} {code}", [("Content-Type", "application/xml"), ("Content-Length", str(len(text)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [text]


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        """Thousands of requests are not told."""


@contextmanager
def running() -> Iterator[tuple[Store, Bucket]]:
    """Run a store with the empty bucket ``data``."""
    os.environ.update(ENVIRONMENT)
    store = Store()
    server = make_server("127.0.0.1", 0, store, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield store, Bucket(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
