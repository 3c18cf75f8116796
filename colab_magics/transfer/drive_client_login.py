"""A login at Google Drive in the person's browser, with an OAuth client of their own, kept for the next time.

https://developers.google.com/identity/protocols/oauth2/native-app
"""

from __future__ import annotations

import json
import os
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any

from colab_magics.errors import SourceDenied
from colab_magics.extras import need
from colab_magics.transfer.drive_faults import READ_SCOPE
from colab_magics.transfer.drive_login import CLIENT_VARIABLE, FILE_VARIABLE, Login
from colab_magics.transfer.drive_token import KeptToken
from colab_magics.transfer.events import Stopped

_PATIENCE = 180  # seconds for the person to log in
_ACCOUNT = "the account that you logged in with"
_DONE = "Your notebook may read your Google Drive now. You can close this page."
_asking = threading.Lock()  # several files at once are one question


def login_of_client(path: Path, *, may_ask: bool = True, stop: threading.Event | None = None) -> Login | None:
    """Return the login that is kept for the client in the file ``path``, or ask for one in the browser.

    None where there is none and nobody may be asked. Raises `SourceDenied`, `MissingExtra`, or `Stopped`.
    """
    client = _client(path)
    with _asking:
        kept, notes = KeptToken(client["client_id"]), tuple[str, ...]()
        try:
            token = kept.read()
        except ValueError:
            kept.remove()
            token, notes = "", ("The login at Google Drive that was kept could not be read, and was removed.",)
        if token:
            return Login(_credentials(client, token), _ACCOUNT, client["client_id"], kept.remove)
        if not may_ask:
            return None
        token = _ask(client, kept.place, stop or threading.Event())
        kept.write(token)
        return Login(_credentials(client, token), _ACCOUNT, client["client_id"], kept.remove, notes)


def _client(path: Path) -> dict[str, str]:
    try:
        client: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["installed"]
        if all(isinstance(client[name], str) for name in ("client_id", "client_secret", "auth_uri", "token_uri")):
            return client
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    raise SourceDenied(
        f"{path}, which {CLIENT_VARIABLE} names, is no OAuth client of the type Desktop app: make one at "
        "console.cloud.google.com under APIs & Services, Credentials, and save its JSON file."
    ) from None


def _credentials(client: dict[str, str], token: str) -> Any:
    need("requests", by="Google Drive", extra="drive")
    module = need("google.oauth2.credentials", by="Google Drive", extra="drive")
    return module.Credentials(
        None,
        refresh_token=token,
        token_uri=client["token_uri"],
        client_id=client["client_id"],
        client_secret=client["client_secret"],
        scopes=[READ_SCOPE],
    )


def _ask(client: dict[str, str], place: Path, stop: threading.Event) -> str:
    """Let the person log in; in a thread of its own, since it waits for the browser."""
    library = need("google_auth_oauthlib.flow", by="Google Drive", extra="drive")
    if not _has_browser():
        raise SourceDenied(
            "No browser can be opened here to log in at Google Drive: run the same line on a computer that has one, "
            f"and copy {place} from there to here; or set {FILE_VARIABLE} to the file of a service account."
        )
    flow = library.InstalledAppFlow.from_client_config(
        {"installed": client}, scopes=[READ_SCOPE], autogenerate_code_verifier=True
    )
    answer: list[Any] = []
    thread = threading.Thread(target=_run, args=(flow, answer), name="colab-magics-login", daemon=True)
    thread.start()
    while thread.is_alive():
        if stop.is_set():
            raise Stopped
        thread.join(0.1)
    if not answer or not answer[0]:
        raise SourceDenied(
            f"Nobody logged in at Google Drive within {_PATIENCE // 60} minutes, or the access was refused: run the "
            "line again, and allow it in the browser."
        )
    return str(answer[0])


def _run(flow: Any, answer: list[Any]) -> None:
    try:
        credentials = flow.run_local_server(
            host="127.0.0.1",
            port=0,
            authorization_prompt_message=None,  # nothing is printed
            success_message=_DONE,
            timeout_seconds=_PATIENCE,
            prompt="consent",  # without it a second login gives no lasting token
        )
        answer.append(credentials.refresh_token)
    except BaseException:  # noqa: BLE001 (no common base; what they say may hold the code of the login)
        answer.append(None)


def _has_browser() -> bool:
    """Is there a browser that the person sees? On a Linux without a screen there are only those of a terminal."""
    if sys.platform.startswith("linux") and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
