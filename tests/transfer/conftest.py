"""A Drive on loopback, and a login that it takes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from drive_server import DriveServer, drive_server

from colab_magics.transfer.drive_login import Login


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of somebody who is logged in nowhere."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    for name in (
        "GOOGLE_APPLICATION_CREDENTIALS",
        "COLAB_MAGICS_DRIVE_CLIENT",
        "CLOUDSDK_CONFIG",
        "APPDATA",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "BROWSER",
    ):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def drive() -> Iterator[DriveServer]:
    """A real server that speaks as Google Drive does; ``drive.add("F1", "a.csv", b"...")`` stores a file."""
    pytest.importorskip("google.oauth2.credentials")
    with drive_server() as running:
        yield running


@pytest.fixture
def drive_login(drive: DriveServer) -> Login:
    """A login whose access tokens the server makes."""
    from google.oauth2.credentials import Credentials

    credentials = Credentials(
        None,
        refresh_token="1//canary-refresh",
        token_uri=f"{drive.url}/token",
        client_id="canary-client",
        client_secret="canary-secret",
    )
    return Login(credentials, "the login of the tests", "canary-identity")
