"""A real server on loopback that speaks as Google Drive, Sheets and Google's login do, and refuses on request."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

FOLDER = "application/vnd.google-apps.folder"
SHEET = "application/vnd.google-apps.spreadsheet"
SHORTCUT = "application/vnd.google-apps.shortcut"

Query = Mapping[str, str]


@dataclass
class Entry:
    """A file of Drive. ``tables`` are those of a sheet by number; ``key`` opens it; ``hashes`` are those it tells of.

    ``version`` grows with every change. ``fault``: its body is "cut", or parts of it are "whole".
    """

    id: str
    name: str
    body: bytes = b""
    type: str = "text/csv"
    parents: tuple[str, ...] = ("root",)
    drive: str = ""
    target: str = ""
    target_key: str = ""
    key: str = ""
    tables: Mapping[str, bytes] = field(default_factory=dict)
    may_download: bool = True
    hashes: Mapping[str, str] | None = None
    version: int = 1
    fault: str = ""
    is_shared: bool = False


@dataclass
class Refusal:
    """What comes once in place of an answer whose path has ``pattern`` in it."""

    pattern: str
    status: int
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class DriveServer:
    """A Drive with files by id, its shared drives by id, and the requests that came."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.entries: dict[str, Entry] = {}
        self.drives: dict[str, str] = {}
        self.refusals: list[Refusal] = []
        self.requests: list[tuple[str, Query, dict[str, str]]] = []
        self.tokens: set[str] = set()
        self.logins: list[Query] = []
        self.takes_logins = True
        self.export_limit = 10 << 20
        self.export_elsewhere = ""
        self.page_size = 100
        self.is_search_whole = True
        self.on_media = lambda entry: None

    def add(self, id_: str, name: str, body: bytes = b"", **facts: object) -> Entry:
        entry = self.entries[id_] = Entry(id_, name, body, **facts)  # type: ignore[arg-type]
        return entry

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.requests]

    def new_token(self) -> str:
        token = f"ya29.canary-access-{len(self.logins)}"
        self.tokens = {token}
        return token


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    drive: DriveServer

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        login = {name: values[0] for name, values in form.items()}
        before = self.drive.logins[-1] if self.drive.logins else {}
        self.drive.logins.append(login)
        is_code = login.get("grant_type") == "authorization_code"
        if not self.drive.takes_logins or (is_code and not self._is_proven(login, before)):
            return self._tell({"error": "invalid_grant", "error_description": "canary-description"}, 400)
        answer = {"access_token": self.drive.new_token(), "expires_in": 3600, "token_type": "Bearer"}
        lasting = {"scope": before.get("scope", ""), "refresh_token": "1//canary-refresh"}
        return self._tell({**answer, **(lasting if is_code else {})})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.drive.requests.append((parts.path, query, {name.lower(): value for name, value in self.headers.items()}))
        if parts.path == "/auth":
            return self._log_in(query)
        for refusal in self.drive.refusals:
            if refusal.pattern in self.path:
                self.drive.refusals.remove(refusal)
                return self._refuse(refusal.status, refusal.reason, refusal.headers)
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.drive.tokens:
            return self._refuse(401, "authError")
        if parts.path == "/drive/v3/drives":
            wanted = _quoted(query.get("q", ""), r"name = ")
            known = self.drive.drives.items()
            drives = [{"id": id_, "name": name} for id_, name in known if wanted in ("", name)]
            return self._tell({"drives": drives})
        if parts.path == "/drive/v3/files":
            return self._list(query)
        found = re.fullmatch(r"/(?:drive/v3/files|spreadsheets/d)/([^/]+)(/export)?", parts.path)
        entry = self.drive.entries.get(found[1]) if found else None
        if entry is None or (entry.drive and query.get("supportsAllDrives") != "true" and not (found and found[2])):
            return self._refuse(404, "notFound")
        if entry.key and f"{entry.id}/{entry.key}" not in self.headers.get("X-Goog-Drive-Resource-Keys", ""):
            return self._refuse(404, "notFound")
        if found and found[2]:
            return self._export(entry, query)
        return self._media(entry) if query.get("alt") == "media" else self._tell(_facts(entry))

    def _is_proven(self, login: Query, asked: Query) -> bool:
        """PKCE (RFC 7636): who comes with the code is who asked for it."""
        proof = base64.urlsafe_b64encode(hashlib.sha256(login.get("code_verifier", "").encode()).digest())
        return proof.decode().rstrip("=") == asked.get("code_challenge")

    def _log_in(self, query: Query) -> None:
        self.drive.logins.append(query)
        answer = "code=canary-code" if self.drive.takes_logins else "error=access_denied"
        state, scope = quote(query["state"]), quote(query["scope"])
        self._start(302, b"", {"Location": f"{query['redirect_uri']}?{answer}&state={state}&scope={scope}"})

    def _list(self, query: Query) -> None:
        parent, name = _quoted(query["q"], "^"), _quoted(query["q"], r"name = ")
        part, is_shared = _quoted(query["q"], "name contains "), "sharedWithMe = true" in query["q"]
        sees_all = query.get("supportsAllDrives") == query.get("includeItemsFromAllDrives") == "true"
        corpora = query.get("corpora")
        found = [
            _facts(entry)
            for entry in self.drive.entries.values()
            if (not parent or parent in entry.parents)
            and name.lower() in ("", entry.name.lower())
            and part.lower() in entry.name.lower()
            and (not is_shared or entry.is_shared)
            and (corpora != "drive" or query.get("driveId") == entry.drive)
            and (not entry.drive or (sees_all and corpora in ("drive", "allDrives")))
        ]
        start = int(query.get("pageToken", 0))
        end = start + self.drive.page_size
        more = {"nextPageToken": str(end)} if end < len(found) else {}
        whole = {} if self.drive.is_search_whole else {"incompleteSearch": corpora == "allDrives"}
        self._tell({"files": found[start:end], **more, **whole})

    def _media(self, entry: Entry) -> None:
        if entry.type.startswith("application/vnd.google-apps."):
            return self._refuse(403, "fileNotDownloadable")
        self.drive.on_media(entry)
        body, headers, status = entry.body, {"Content-Type": entry.type}, 200
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and entry.fault != "whole":
            size, first = len(body), int(wanted[1])
            last = min(int(wanted[2] or size - 1), size - 1)
            if first >= size:
                return self._refuse(416, "requestedRangeNotSatisfiable")
            body, status = body[first : last + 1], 206
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        return self._start(status, body, headers, is_cut=entry.fault == "cut")

    def _export(self, entry: Entry, query: Query) -> None:
        if self.path.startswith("/spreadsheets") and self.drive.export_elsewhere:
            return self._start(302, b"", {"Location": self.drive.export_elsewhere})
        body = entry.tables.get(query.get("gid") or next(iter(entry.tables), ""), b"")
        if len(body) > self.drive.export_limit:
            return self._refuse(403, "exportSizeLimitExceeded")
        return self._start(200, body, {"Content-Type": "text/csv"}, is_cut=entry.fault == "cut")

    def _refuse(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        error = {"code": status, "message": "canary-message", "errors": [{"reason": reason, "domain": "global"}]}
        self._tell({"error": error}, status, headers)

    def _tell(self, answer: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self._start(status, json.dumps(answer).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _start(self, status: int, body: bytes, headers: Mapping[str, str], *, is_cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(body[: len(body) // 2] if is_cut else body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A client that goes away in the middle is part of the tests."""


def _quoted(query: str, before: str) -> str:
    """The first text in quotes of a search, behind ``before``, as Drive reads it; empty where there is none."""
    found = re.search(before + r"'((?:[^'\\]|\\.)*)'", query)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else ""


def _facts(entry: Entry) -> dict[str, object]:
    facts: dict[str, object] = {
        "id": entry.id,
        "name": entry.name,
        "mimeType": entry.type,
        "version": str(entry.version),
        "modifiedTime": "2026-01-02T03:04:05.000Z",
        "capabilities": {"canDownload": entry.may_download},
    }
    if entry.drive:
        facts["driveId"] = entry.drive
    if entry.key:
        facts["resourceKey"] = entry.key
    if entry.target:
        key = {"targetResourceKey": entry.target_key} if entry.target_key else {}
        facts["shortcutDetails"] = {"targetId": entry.target, "targetMimeType": "text/csv", **key}
    if not entry.type.startswith("application/vnd.google-apps."):
        md5, sha256 = hashlib.md5(entry.body).hexdigest(), hashlib.sha256(entry.body).hexdigest()
        hashes = {"md5Checksum": md5, "sha256Checksum": sha256} if entry.hashes is None else entry.hashes
        facts |= {"size": str(len(entry.body)), "headRevisionId": f"r{entry.version}", **hashes}
    return facts


@contextmanager
def drive_server() -> Iterator[DriveServer]:
    """Run a server for the time of a ``with`` block."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    drive = handler.drive = DriveServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield drive
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
