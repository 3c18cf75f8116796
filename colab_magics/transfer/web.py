"""One answer of a web server: redirects followed, proxies used, every connection closed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, unquote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from colab_magics.errors import DownloadFailed, SourceNotFound
from colab_magics.transfer.refusals import Hiccup, Patience, faults_named, refuse, silent
from colab_magics.transfer.source import redacted

_CHUNK = 1 << 16
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 10
_SLOWEST = 1024  # bytes that must arrive within one stall time


class Answer:
    """The body of a 200 answer: ``length`` in bytes, or None where the server does not say."""

    def __init__(self, response: urllib3.BaseHTTPResponse, server: str, patience: Patience) -> None:
        self._response = response
        self._server = server
        self._patience = patience
        self.content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        length = response.headers.get("Content-Length", "")
        is_chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
        self.length = int(length) if length.isdecimal() and not is_chunked else None
        self.has_end = is_chunked or self.length is not None
        """Does the answer tell where it ends, so that a cut is noticed?"""

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives. Raises `Hiccup` when it is cut, `DownloadFailed` when it stalls or crawls."""
        received = window = 0
        since = time.monotonic()
        with faults_named(self._server, self._patience):
            while chunk := self._response.read1(_CHUNK, decode_content=False):
                received += len(chunk)
                yield chunk
                if time.monotonic() - since > self._patience.stall:
                    if received - window < _SLOWEST:
                        raise silent(self._server, self._patience)
                    since, window = time.monotonic(), received
        if self.length is not None and received != self.length:
            raise Hiccup("the connection broke off")


@contextmanager
def answer(url: str, patience: Patience) -> Iterator[Answer]:
    """Ask for ``url`` and follow its redirects; close everything on the way out.

    Raises `SourceNotFound`, `SourceDenied`, `DownloadFailed`, or `Hiccup` where another try may help.
    """
    here = url
    for _ in range(_MOST_REDIRECTS):
        parts = _checked(here)
        credentials = _credentials(parts) if _origin(here) == _origin(url) else {}
        with _asked(parts, credentials, patience) as response:
            if response.status not in _REDIRECTS or "Location" not in response.headers:
                refuse(response, here, patience)
                yield Answer(response, parts.hostname or "", patience)
                return
            here = urljoin(here, response.headers["Location"])
    raise DownloadFailed(f"{redacted(url)} redirects in a circle: check the address.")


@contextmanager
def _asked(parts: SplitResult, credentials: dict[str, str], patience: Patience) -> Iterator[urllib3.BaseHTTPResponse]:
    headers = {"Accept-Encoding": "identity", "User-Agent": "colab-magics", **credentials}
    bare = parts._replace(netloc=_host(parts), fragment="").geturl()
    timeout = urllib3.Timeout(connect=patience.connect, read=patience.stall)
    with _pool(parts) as pool:
        with faults_named(parts.hostname or "", patience):
            response = pool.request(
                "GET", bare, headers=headers, timeout=timeout, preload_content=False, redirect=False, retries=False
            )
        try:
            yield response
        finally:
            response.close()


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        has_server = bool(parts.hostname) and parts.port != 0
    except ValueError:
        has_server = False
    if not has_server or parts.scheme not in ("http", "https"):
        raise SourceNotFound(f"{redacted(url)} is no web address: it must start with http:// or https:// and a server.")
    return parts


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, _host(parts).lower()


def _credentials(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    return dict(urllib3.make_headers(basic_auth=f"{unquote(parts.username)}:{unquote(parts.password or '')}"))


def _pool(parts: SplitResult) -> urllib3.PoolManager:
    proxy = getproxies().get(parts.scheme)
    if not proxy or proxy_bypass(_host(parts)):
        return urllib3.PoolManager()
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    secret = urlsplit(proxy).netloc.rpartition("@")[0]
    headers = urllib3.make_headers(proxy_basic_auth=unquote(secret)) if secret else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers)
