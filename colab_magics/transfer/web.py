"""A file of a web server: redirects followed, proxies used, connections used again, every answer closed."""

from __future__ import annotations

import email.utils
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, unquote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from colab_magics.errors import DownloadFailed, SourceNotFound
from colab_magics.transfer.ramp import MOST_CONNECTIONS
from colab_magics.transfer.refusals import PATIENCE, Patience, faults_named, refuse, silent
from colab_magics.transfer.remote import Changed, Hiccup, NotModified, Unranged, Version
from colab_magics.transfer.source import redacted

_CHUNK = 1 << 18
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 10
_SLOWEST = 1024  # bytes that must arrive within one stall time
_SETTLED = 60  # seconds after which a file that was not changed counts as one version (RFC 9110, 8.8.2.2)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")


class WebFile:
    """The `Remote` of an http or https address.

    ``token`` is sent to the server of the address alone, and to none that it redirects to.
    """

    def __init__(self, url: str, patience: Patience = PATIENCE, *, token: str = "") -> None:
        self.shown = redacted(url)
        self._url = url
        self._token = token
        self._patience = patience
        self._pools: dict[tuple[str, str], urllib3.PoolManager] = {}
        self._lock = threading.Lock()

    @contextmanager
    def open(
        self, start: int = 0, end: int | None = None, *, of: Version | None = None, unless: Version | None = None
    ) -> Iterator[WebPiece]:
        """Ask for the bytes from ``start`` up to ``end``, as `Remote.open` says.

        Raises `SourceNotFound`, `SourceDenied`, `DownloadFailed`, `Changed`, `NotModified`, `Unranged` or `Hiccup`.
        """
        headers = {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        if of is not None:
            headers["If-Range"] = of.validator
        if unless is not None:
            headers |= _conditions(unless)
        with self._answer(headers) as (response, server):
            piece = WebPiece(response, server, self._patience)
            if of is not None:
                piece.check(start, end, of)
            yield piece

    def close(self) -> None:
        """Close the connections that wait for another use."""
        for pool in self._pools.values():
            pool.clear()

    @contextmanager
    def _answer(self, headers: Mapping[str, str]) -> Iterator[tuple[urllib3.BaseHTTPResponse, str]]:
        here = self._url
        for _ in range(_MOST_REDIRECTS):
            parts = _checked(here)
            credentials = self._credentials(parts) if _origin(here) == _origin(self._url) else {}
            with self._asked(parts, {**headers, **credentials}) as response:
                status = response.status
                if status == 416 and "Range" in headers and "If-Range" not in headers:
                    # Only an empty file has no first byte; asked without a range, it says so itself.
                    headers = {name: value for name, value in headers.items() if name != "Range"}
                    continue
                if status not in _REDIRECTS or "Location" not in response.headers:
                    _look_at(status)
                    refuse(response, here, self._patience)
                    yield response, parts.hostname or ""
                    return
                here = urljoin(here, response.headers["Location"])
        raise DownloadFailed(f"{self.shown} redirects in a circle: check the address.")

    def _credentials(self, parts: SplitResult) -> dict[str, str]:
        if parts.username is not None:
            login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            return dict(urllib3.make_headers(basic_auth=login))
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    @contextmanager
    def _asked(self, parts: SplitResult, headers: Mapping[str, str]) -> Iterator[urllib3.BaseHTTPResponse]:
        bare = parts._replace(netloc=_host(parts), fragment="").geturl()
        with faults_named(parts.hostname or "", self._patience, is_known="If-Range" in headers):
            response = self._pool(parts).request(
                "GET",
                bare,
                headers={"Accept-Encoding": "identity", "User-Agent": "colab-magics", **headers},
                timeout=urllib3.Timeout(connect=self._patience.connect, read=self._patience.stall),
                preload_content=False,
                redirect=False,
                retries=False,
            )
        try:
            yield response
        finally:
            # A connection whose answer was read to its end is in the pool by now, and stays open.
            response.close()

    def _pool(self, parts: SplitResult) -> urllib3.PoolManager:
        with self._lock:
            key = (parts.scheme, _host(parts))
            if key not in self._pools:
                self._pools[key] = _new_pool(parts)
            return self._pools[key]


class WebPiece:
    """One answer of a web server; see `Piece`."""

    def __init__(self, response: urllib3.BaseHTTPResponse, server: str, patience: Patience) -> None:
        self._response = response
        self._server = server
        self._patience = patience
        headers = response.headers
        self.content_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        length = headers.get("Content-Length", "")
        is_chunked = "chunked" in headers.get("Transfer-Encoding", "").lower()
        self.length = int(length) if length.isdecimal() and not is_chunked else None
        self.has_end = is_chunked or self.length is not None
        self.start, size = 0, self.length
        if response.status == 206:
            self.start, self._last, size = _content_range(headers.get("Content-Range", ""))
        self.version = _version(headers, size)
        self.has_ranges = response.status == 206 and bool(self.version.validator) and size is not None

    def check(self, start: int, end: int | None, of: Version) -> None:
        """Make sure that this is the part that was asked for, of the version that was begun."""
        if self._response.status == 200:
            raise Unranged if self.version == of else Changed
        if (self.version.etag and of.etag and self.version.etag != of.etag) or self.version.size != of.size:
            raise Changed
        if self.start != start or (end is not None and self._last != end - 1):
            raise Unranged

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

    def abort(self) -> None:
        """End the answer, from any thread."""
        with suppress(ValueError, RuntimeError, OSError):  # it has ended by itself
            self._response.shutdown()


def _look_at(status: int) -> None:
    """Raise what the statuses mean that only answer a condition or a range."""
    if status == 304:
        raise NotModified
    if status in (412, 416):
        raise Changed


def _conditions(version: Version) -> dict[str, str]:
    if version.etag:
        return {"If-None-Match": version.etag}
    return {"If-Modified-Since": version.modified} if version.modified else {}


def _content_range(header: str) -> tuple[int, int, int | None]:
    found = _CONTENT_RANGE.fullmatch(header.strip())
    if found is None:
        raise Unranged
    first, last, size = found.groups()
    return int(first), int(last), None if size == "*" else int(size)


def _version(headers: Mapping[str, str], size: int | None) -> Version:
    etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
    validator = etag if etag.startswith('"') else ""
    if not etag and _is_settled(modified, headers.get("Date", "")):
        validator = modified
    return Version(size, etag, modified, validator)


def _is_settled(modified: str, date: str) -> bool:
    try:
        then, now = (email.utils.parsedate_to_datetime(header).timestamp() for header in (modified, date))
    except ValueError:
        return False
    return now - then >= _SETTLED


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


def _new_pool(parts: SplitResult) -> urllib3.PoolManager:
    proxy = getproxies().get(parts.scheme)
    if not proxy or proxy_bypass(_host(parts)):
        return urllib3.PoolManager(maxsize=MOST_CONNECTIONS)
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    secret = urlsplit(proxy).netloc.rpartition("@")[0]
    headers = urllib3.make_headers(proxy_basic_auth=unquote(secret)) if secret else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers, maxsize=MOST_CONNECTIONS)
