"""Google Drive by its own interface: a client whose answers are facts, or hold the bytes of a file.

https://developers.google.com/workspace/drive/api/reference/rest/v3
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from colab_magics.errors import DownloadFailed, SourceError
from colab_magics.extras import need
from colab_magics.format import duration
from colab_magics.transfer.drive_facts import FIELDS, SHORTCUT, DriveFacts, facts_in
from colab_magics.transfer.drive_faults import Asked, refuse
from colab_magics.transfer.drive_login import Login
from colab_magics.transfer.ramp import MOST_CONNECTIONS
from colab_magics.transfer.refusals import PATIENCE, Patience, faults_named
from colab_magics.transfer.remote import Hiccup

API = "https://www.googleapis.com"
DOCS = "https://docs.google.com"

_FORMS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_MOST_TOLD = 1 << 20  # bytes of an answer that is no file


class DriveClient:
    """The person's Drive, asked with a login; safe to use in several threads.

    ``api`` and ``docs`` are the servers of Drive and of the documents. What its methods raise, besides what they say:
    `SourceNotFound`, `SourceDenied`, `DownloadFailed`, `MissingExtra`, and `Hiccup` where another try may help.
    """

    def __init__(self, login: Login, patience: Patience = PATIENCE, *, api: str = API, docs: str = DOCS) -> None:
        self.login = login
        self._patience = patience
        self._api, self._docs = api.rstrip("/"), docs.rstrip("/")
        self._lock = threading.Lock()
        self._sessions: dict[int, Any] = {}

    def facts(self, file: str, shown: str, resource_key: str = "") -> DriveFacts:
        """Return what is known of the file with this id, or of the one that it is a shortcut to."""
        found = self._facts(file, shown, resource_key)
        if found.type != SHORTCUT:
            return found
        if not found.target:
            raise SourceError(f"{shown} is a shortcut to nothing: name the file itself.")
        return self._facts(found.target, f"{shown} (a shortcut to drive://{found.target})", found.resource_key)

    def told(
        self, path: str, query: Mapping[str, str], shown: str, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the object that Drive answers at ``path`` of its interface."""
        with self._answer(self._api + path, query, shown, headers or {}) as answer:
            body = _body(answer)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Hiccup("Drive answered something that is no answer")
        return found

    def _facts(self, file: str, shown: str, resource_key: str) -> DriveFacts:
        query = {"fields": FIELDS, "supportsAllDrives": "true"}
        path = f"/drive/v3/files/{quote(file, safe='')}"
        found = facts_in(self.told(path, query, shown, _opened_by(file, resource_key)))
        return found if found.resource_key else replace(found, resource_key=resource_key)

    @contextmanager
    def media(self, facts: DriveFacts, shown: str, span: str) -> Iterator[Any]:
        """Ask for bytes of a file: ``span`` is a Range header, or empty for all; yield urllib3's response."""
        headers = {**({"Range": span} if span else {}), **_opened_by(facts.id, facts.resource_key)}
        query = {"alt": "media", "supportsAllDrives": "true"}
        with self._answer(f"{self._api}/drive/v3/files/{quote(facts.id, safe='')}", query, shown, headers) as answer:
            yield answer.raw

    @contextmanager
    def export(self, facts: DriveFacts, shown: str, gid: str = "", form: str = "csv") -> Iterator[Any]:
        """Have a sheet written as ``csv`` or ``xlsx``, with ``gid`` one table of it; yield urllib3's response."""
        file = quote(facts.id, safe="")
        if gid:
            address, query = f"{self._docs}/spreadsheets/d/{file}/export", {"format": form, "gid": gid}
        else:
            address, query = f"{self._api}/drive/v3/files/{file}/export", {"mimeType": _FORMS[form]}
        with self._answer(address, query, shown, _opened_by(facts.id, facts.resource_key)) as answer:
            yield answer.raw

    def close(self) -> None:
        """Close the connections that wait for another use."""
        with self._lock:
            for session in self._sessions.values():
                session.close()
            self._sessions = {}

    @contextmanager
    def _answer(self, address: str, query: Mapping[str, str], shown: str, headers: Mapping[str, str]) -> Iterator[Any]:
        server = urlsplit(address).hostname or ""
        with self._faults_named(server):
            answer = self._session().get(
                address,
                params=dict(query),
                headers={"Accept-Encoding": "identity", "User-Agent": "colab-magics", **headers},
                timeout=(self._patience.connect, self._patience.stall),
                stream=True,
            )
        try:
            if answer.status_code not in (200, 206):
                with self._faults_named(server):
                    body = _body(answer)
                asked = Asked(shown, self.login.account)
                refuse(answer.status_code, answer.headers, body, asked, self._patience)
            yield answer
        finally:
            answer.close()

    def _session(self) -> Any:
        """The session of this thread: that of requests is not made for several."""
        number = threading.get_ident()
        with self._lock:
            self.login.renew(self._patience)
            if number not in self._sessions:
                self._sessions[number] = _new_session(self.login)
            return self._sessions[number]

    @contextmanager
    def _faults_named(self, server: str) -> Iterator[None]:
        """Turn the faults of requests and google-auth into ours, without their messages: those may hold secrets."""
        from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
        from requests.exceptions import ConnectTimeout, ReadTimeout, RequestException, SSLError

        try:
            with faults_named(server, self._patience):
                yield
        except RefreshError:
            raise self.login.refused() from None
        except (TransportError, GoogleAuthError):
            raise Hiccup("the login could not be renewed") from None
        except SSLError:
            raise DownloadFailed(
                f"The certificate of {server} is not trusted: check the network and the clock."
            ) from None
        except ConnectTimeout:
            silence = duration(self._patience.connect)
            raise DownloadFailed(f"{server} does not answer within {silence}: check the network.") from None
        except ReadTimeout:
            silence = duration(self._patience.stall)
            raise DownloadFailed(f"{server} sent no data for {silence}: try again later.") from None
        except RequestException:
            raise Hiccup(f"{server} cannot be reached") from None


def _opened_by(file: str, resource_key: str) -> dict[str, str]:
    """See https://developers.google.com/workspace/drive/api/guides/resource-keys."""
    return {"X-Goog-Drive-Resource-Keys": f"{file}/{resource_key}"} if resource_key else {}


def _body(answer: Any) -> bytes:
    body = bytearray()
    for chunk in answer.iter_content(1 << 16):
        body += chunk
        if len(body) > _MOST_TOLD:
            raise Hiccup("Drive answered something that is no answer")
    return bytes(body)


def _new_session(login: Login) -> Any:
    transport = need("google.auth.transport.requests", by="Google Drive", extra="drive")
    adapters = need("requests.adapters", by="Google Drive", extra="drive")
    session = transport.AuthorizedSession(login.credentials)
    session.auth = _unchanged
    session.mount("http://", adapters.HTTPAdapter(pool_maxsize=MOST_CONNECTIONS))
    session.mount("https://", adapters.HTTPAdapter(pool_maxsize=MOST_CONNECTIONS))
    return session


def _unchanged(request: Any) -> Any:
    """Keep requests from putting a password of ``.netrc`` in the place of the token."""
    return request
