"""A login with a client of one's own: a real flow against a real server, by a browser that says yes, or no."""

import json
import threading
import webbrowser
from pathlib import Path

import pytest
import urllib3
from drive_server import DriveServer

from colab_magics.errors import SourceDenied
from colab_magics.transfer import drive_client_login
from colab_magics.transfer.drive_client_login import login_of_client
from colab_magics.transfer.drive_token import KeptToken
from colab_magics.transfer.events import Stopped


class Browser:
    """Opens addresses, and follows where they lead, as a person does who agrees."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.pages: list[str] = []
        self.is_willing = True

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        self.opened.append(url)
        if self.is_willing:
            threading.Thread(target=self._follow, args=(url,)).start()
        return True

    def _follow(self, url: str) -> None:
        self.pages.append(urllib3.request("GET", url).data.decode())


@pytest.fixture
def browser(home: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    found = Browser()
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "get", lambda using=None: found)
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the server on loopback has no certificate
    return found


@pytest.fixture
def client(drive: DriveServer, tmp_path: Path) -> Path:
    pytest.importorskip("google_auth_oauthlib")
    facts = {
        "client_id": "canary-client",
        "client_secret": "canary-secret",
        "auth_uri": f"{drive.url}/auth",
        "token_uri": f"{drive.url}/token",
    }
    path = tmp_path / "client.json"
    path.write_text(json.dumps({"installed": facts}))
    return path


def test_one_logs_in_once(
    client: Path, browser: Browser, drive: DriveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    login = login_of_client(client)
    assert login is not None
    asked = drive.logins[0]
    assert asked["scope"] == "https://www.googleapis.com/auth/drive.readonly"
    assert (asked["code_challenge_method"], asked["access_type"]) == ("S256", "offline")
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    login.renew()
    assert login.credentials.token in drive.tokens
    assert "canary" not in repr(login)
    again = login_of_client(client)
    assert again is not None
    assert again.credentials.refresh_token == "1//canary-refresh"
    assert len(browser.opened) == 1
    assert (*capsys.readouterr(),) == ("", "")


def test_a_refused_login_is_removed(client: Path, browser: Browser) -> None:
    KeptToken("canary-client").write("1//canary-old")
    login = login_of_client(client)
    assert login is not None
    assert "was removed: log in anew" in str(login.refused())
    assert KeptToken("canary-client").read() == ""


def test_a_broken_login_is_removed_and_it_is_said(client: Path, browser: Browser) -> None:
    kept = KeptToken("canary-client")
    kept.write("x")
    kept.place.write_text("canary")
    login = login_of_client(client)
    assert login is not None
    assert login.notes == ("The login at Google Drive that was kept could not be read, and was removed.",)
    assert kept.read() == "1//canary-refresh"


def test_nobody_is_asked_who_may_not_be(client: Path, browser: Browser) -> None:
    assert login_of_client(client, may_ask=False) is None
    assert browser.opened == []


def test_who_refuses_is_told(client: Path, browser: Browser, drive: DriveServer) -> None:
    drive.takes_logins = False
    with pytest.raises(SourceDenied, match="Nobody logged in at Google Drive within 3 minutes, or") as caught:
        login_of_client(client)
    assert "canary" not in str(caught.value)
    assert KeptToken("canary-client").read() == ""


def test_waiting_has_an_end(client: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.is_willing = False
    monkeypatch.setattr(drive_client_login, "_PATIENCE", 0.3)
    with pytest.raises(SourceDenied, match="Nobody logged in"):
        login_of_client(client)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        login_of_client(client, stop=stop)


def test_several_files_at_once_are_one_question(client: Path, browser: Browser) -> None:
    threads = [threading.Thread(target=login_of_client, args=(client,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(browser.opened) == 1


@pytest.mark.parametrize("display", [None, ":0"])
def test_without_a_browser_it_is_said_what_to_do(
    client: Path, home: Path, display: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(using: str | None = None) -> None:
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", none)
    monkeypatch.setattr("sys.platform", "linux")
    if display:
        monkeypatch.setenv("DISPLAY", display)
    with pytest.raises(
        SourceDenied, match="No browser can be opened here .* copy .*drive_login.json from there to here"
    ):
        login_of_client(client)
    assert (*capsys.readouterr(),) == ("", "")


@pytest.mark.parametrize(
    "content", ["canary", '{"web": {"client_id": "canary"}}', '{"installed": {"client_id": 1}}', "[]"]
)
def test_a_file_that_is_no_client(tmp_path: Path, home: Path, content: str) -> None:
    path = tmp_path / "client.json"
    path.write_text(content)
    with pytest.raises(
        SourceDenied, match="client.json, .* is no OAuth client of the type Desktop app: make"
    ) as caught:
        login_of_client(path)
    assert "canary" not in str(caught.value)
