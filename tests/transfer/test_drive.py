"""Google Drive's own interface, against a real server that speaks as it does."""

import socket
import threading
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from drive_server import SHORTCUT, DriveServer, Refusal

from colab_magics.errors import DownloadFailed, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.drive import DriveClient
from colab_magics.transfer.drive_login import Login
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.remote import Hiccup

QUICK = Patience(connect=0.5, stall=0.5, attempts=2, pause=0.01, longest_wait=2)


@pytest.fixture
def client(drive: DriveServer, drive_login: Login) -> Iterator[DriveClient]:
    found = DriveClient(drive_login, QUICK, api=drive.url, docs=drive.url)
    yield found
    found.close()


def test_what_is_known_of_a_file(drive: DriveServer, client: DriveClient) -> None:
    drive.add("F1", "a.csv", b"a,b\n", drive="D1")
    facts = client.facts("F1", "drive://F1")
    assert (facts.id, facts.name, facts.type, facts.size, facts.drive) == ("F1", "a.csv", "text/csv", 4, "D1")
    assert facts.version.validator == f'"{facts.sha256}"'
    _, query, headers = drive.requests[-1]
    assert query["supportsAllDrives"] == "true"
    assert headers["authorization"].startswith("Bearer ya29.canary")


def test_shortcuts_are_followed(drive: DriveServer, client: DriveClient) -> None:
    drive.add("F1", "a.csv", b"a,b\n", key="0-canary")
    drive.add("S1", "link", type=SHORTCUT, target="F1", target_key="0-canary")
    drive.add("S2", "link", type=SHORTCUT, target="gone")
    drive.add("S3", "link", type=SHORTCUT)
    assert client.facts("S1", "drive://S1").id == "F1"
    with pytest.raises(SourceNotFound, match=r"There is no drive://S2 \(a shortcut to drive://gone\) that the login"):
        client.facts("S2", "drive://S2")
    with pytest.raises(SourceError, match="drive://S3 is a shortcut to nothing"):
        client.facts("S3", "drive://S3")


def test_a_resource_key_opens_a_file_and_is_not_shown(drive: DriveServer, client: DriveClient) -> None:
    drive.add("F1", "a.csv", b"a,b\n", key="0-canary")
    with pytest.raises(SourceNotFound, match="There is no drive://F1 that the login of the tests may read"):
        client.facts("F1", "drive://F1")
    facts = client.facts("F1", "drive://F1", "0-canary")
    assert "canary" not in repr(facts)
    with client.media(facts, "drive://F1", "") as response:
        assert response.read() == b"a,b\n"


def test_an_access_token_that_has_run_out_is_renewed(drive: DriveServer, client: DriveClient) -> None:
    drive.add("F1", "a.csv", b"a,b\n")
    client.facts("F1", "drive://F1")
    drive.tokens.clear()
    assert client.facts("F1", "drive://F1").name == "a.csv"
    assert [login["grant_type"] for login in drive.logins] == ["refresh_token"] * 2


def test_a_login_that_is_refused(drive: DriveServer, drive_login: Login) -> None:
    forgotten: list[bool] = []
    login = replace(drive_login, forget=lambda: forgotten.append(True))
    client = DriveClient(login, QUICK, api=drive.url)
    drive.takes_logins = False
    with pytest.raises(SourceDenied, match="Google does not accept the login of the tests any more, so that") as caught:
        client.facts("F1", "drive://F1")
    assert forgotten == [True]
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_a_token_that_is_never_taken(drive: DriveServer, client: DriveClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "new_token", lambda: "ya29.canary-other")
    with pytest.raises(SourceDenied, match="Drive does not accept the login of the tests any more"):
        client.facts("F1", "drive://F1")


def test_a_busy_drive_asks_to_come_back(drive: DriveServer, client: DriveClient) -> None:
    drive.add("F1", "a.csv", b"a,b\n")
    drive.refusals.append(Refusal("F1", 403, "userRateLimitExceeded", {"Retry-After": "1"}))
    with pytest.raises(Hiccup, match="Drive asks for fewer requests") as caught:
        client.facts("F1", "drive://F1")
    assert caught.value.wait == 1


def test_a_password_of_netrc_does_not_replace_the_token(
    drive: DriveServer, client: DriveClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1\nlogin me\npassword canary\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    drive.add("F1", "a.csv", b"a,b\n")
    assert client.facts("F1", "drive://F1").name == "a.csv"


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", b"HTTP/1.1 200 OK\r\n\r\n{", b"?\r\n"]
)
def test_a_server_that_speaks_otherwise(drive: DriveServer, drive_login: Login, greeting: bytes) -> None:

    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection = server.accept()[0]
            with connection:
                connection.recv(4096)
                connection.sendall(greeting)

        threading.Thread(target=answer, daemon=True).start()
        client = DriveClient(drive_login, QUICK, api=f"http://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(Hiccup):
            client.facts("F1", "drive://F1")
        client.close()


def test_a_server_that_is_not_there_or_silent(drive: DriveServer, drive_login: Login) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        client = DriveClient(drive_login, QUICK, api=address)
        with pytest.raises(Hiccup, match="127.0.0.1 cannot be reached"):
            client.facts("F1", "drive://F1")
        closed.listen()
        with pytest.raises(DownloadFailed, match="127.0.0.1 sent no data for"):
            client.facts("F1", "drive://F1")
        client.close()


def test_a_login_server_that_is_not_there(drive: DriveServer, drive_login: Login) -> None:
    from google.oauth2.credentials import Credentials

    credentials = Credentials(
        None, refresh_token="canary", token_uri="http://127.0.0.1:1/", client_id="c", client_secret="s"
    )
    with pytest.raises(Hiccup, match="the login could not be renewed") as caught:
        DriveClient(Login(credentials, "x"), QUICK, api=drive.url).facts("F1", "drive://F1")
    assert "canary" not in str(caught.value)
