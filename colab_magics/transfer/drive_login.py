"""Who the person is at Google Drive: in Colab, by a service account, by a client of their own, or by gcloud."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from colab_magics.errors import SourceDenied
from colab_magics.extras import need
from colab_magics.transfer.drive_faults import READ_SCOPE
from colab_magics.transfer.refusals import PATIENCE, Patience

FILE_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
CLIENT_VARIABLE = "COLAB_MAGICS_DRIVE_CLIENT"

THREE_WAYS = (
    f"set {FILE_VARIABLE} to the file of a service account that may read it, or {CLIENT_VARIABLE} to the file of an "
    "OAuth client of your own, or run  gcloud auth application-default login --client-id-file=CLIENT.json "
    f"--scopes={READ_SCOPE},https://www.googleapis.com/auth/cloud-platform"
)
"""How to log in outside Colab."""


@dataclass(frozen=True, slots=True)
class Login:
    """Credentials that may read Drive, and ``account``: what a sentence calls them, which names no address.

    ``identity`` tells one account from another, as well as that can be told without asking. ``forget`` removes what is
    kept of them, once they are refused; ``notes`` are for the person.
    """

    credentials: Any = field(repr=False)
    account: str
    identity: str = field(default="", repr=False)
    forget: Callable[[], object] | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()

    def renew(self, patience: Patience = PATIENCE) -> None:
        """Have a new access token made where the one at hand has run out. Raises what google-auth does."""
        if self.credentials.valid:
            return
        transport = need("google.auth.transport.requests", by="Google Drive", extra="drive")
        request = transport.Request()

        def patient(*args: Any, **options: Any) -> Any:
            return request(*args, **{**options, "timeout": patience.connect + patience.stall})

        try:
            self.credentials.refresh(patient)
        finally:
            request.session.close()

    def refused(self) -> SourceDenied:
        """The error for credentials that Google does not accept any more; what is kept of them is removed."""
        if self.forget is None:
            return SourceDenied(f"Google does not accept {self.account} any more: log in anew, or make a new file.")
        self.forget()
        return SourceDenied(f"Google does not accept {self.account} any more, so that it was removed: log in anew.")


def find_login(
    environ: Mapping[str, str] = os.environ, *, may_ask: bool = True, stop: threading.Event | None = None
) -> Login | None:
    """Return the first login that there is, or None where nothing is set up.

    In Colab that is the account of the notebook, elsewhere the file that ``GOOGLE_APPLICATION_CREDENTIALS`` names, the
    client that ``COLAB_MAGICS_DRIVE_CLIENT`` names, and what gcloud has kept. Without ``may_ask`` nobody is asked
    in a browser. Raises `SourceDenied` for files that cannot be used, `MissingExtra`, or `Stopped`.
    """
    if is_colab() and may_ask:
        return _of_colab()
    if named := environ.get(FILE_VARIABLE):
        return _of_file(Path(named).expanduser(), FILE_VARIABLE, environ)
    if named := environ.get(CLIENT_VARIABLE):
        from colab_magics.transfer.drive_client_login import login_of_client

        return login_of_client(Path(named).expanduser(), may_ask=may_ask, stop=stop)
    kept = _kept_by_gcloud(environ)
    return _of_file(kept, "gcloud", environ) if kept.is_file() else None


def way_to_log_in(environ: Mapping[str, str] = os.environ) -> tuple[str, bool]:
    """Say how the person logs in, and whether `find_login` asks for that by itself."""
    if is_colab():
        return "Colab asks whether this notebook may read your Google Drive. Nothing is changed there.", True
    if environ.get(CLIENT_VARIABLE) and not environ.get(FILE_VARIABLE):
        return "Google asks in your browser whether this notebook may read your Drive; the answer is kept.", True
    return f"Nobody is logged in at Google Drive: {THREE_WAYS}. Then look again.", False


def is_colab() -> bool:
    """Is this a notebook of Google Colab?"""
    try:
        return find_spec("google.colab") is not None
    except (ImportError, ValueError):
        return False


def _of_colab() -> Login:
    colab = need("google.colab.auth", by="Google Drive", extra="drive")
    auth = need("google.auth", by="Google Drive", extra="drive")
    try:
        colab.authenticate_user()
        credentials, _ = auth.default(scopes=[READ_SCOPE])
    except Exception:  # noqa: BLE001 (Colab's own errors have no common base, and may hold what was answered)
        raise SourceDenied("Colab gave no login at Google: run the line again, and allow the access.") from None
    return Login(credentials, "your account in Colab")


def _of_file(path: Path, named_by: str, environ: Mapping[str, str]) -> Login:
    """Read the JSON of a service account, or of a login that gcloud made."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        kind = str(facts["type"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise _unusable(path, named_by) from None  # the cause may quote the file
    need("requests", by="Google Drive", extra="drive")
    if kind == "service_account":
        library, account = "google.oauth2.service_account", f"the service account of {named_by}"
    elif kind == "authorized_user":
        library, account = "google.oauth2.credentials", f"the login of {named_by}"
    else:
        raise SourceDenied(f"{path} is of the type {kind}, which is not read here: use one of a service account.")
    module = need(library, by="Google Drive", extra="drive")
    try:
        if kind == "service_account":
            credentials = module.Credentials.from_service_account_info(facts, scopes=[READ_SCOPE])
        else:
            credentials = module.Credentials.from_authorized_user_info(facts)
    except Exception:  # noqa: BLE001 (what a library says of a broken key may quote it)
        raise _unusable(path, named_by) from None
    return Login(credentials, account, str(facts.get("client_email") or facts.get("refresh_token")))


def _unusable(path: Path, named_by: str) -> SourceDenied:
    return SourceDenied(
        f"{path}, which {named_by} names, holds no login at Google that can be read: save the JSON file of a service "
        "account there, or name another."
    )


def _kept_by_gcloud(environ: Mapping[str, str]) -> Path:
    """See https://cloud.google.com/docs/authentication/application-default-credentials#personal."""
    if folder := environ.get("CLOUDSDK_CONFIG"):
        return Path(folder) / "application_default_credentials.json"
    if os.name == "nt" and (folder := environ.get("APPDATA")):
        return Path(folder) / "gcloud" / "application_default_credentials.json"
    home = Path(environ.get("HOME") or "~").expanduser()
    return home / ".config" / "gcloud" / "application_default_credentials.json"
