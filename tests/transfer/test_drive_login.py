"""Who one is at Google Drive: in which order it is looked for, and what is said where there is nothing to be found."""

import json
import sys
import traceback
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from drive_server import DriveServer

from colab_magics.errors import SourceDenied
from colab_magics.transfer.drive_login import Login, find_login

USER = {"type": "authorized_user", "client_id": "c", "client_secret": "canary-secret", "refresh_token": "1//canary"}


@pytest.fixture(scope="session")
def private_key() -> str:
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    from cryptography.hazmat.primitives import serialization

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return str(pem.decode())


@pytest.fixture
def service(private_key: str, tmp_path: Path, drive: DriveServer) -> Path:
    """The file of a service account, whose tokens the server makes."""
    facts = {
        "type": "service_account",
        "client_email": "canary@canary-project.iam",
        "private_key": private_key,
        "private_key_id": "canary-id",
        "token_uri": f"{drive.url}/token",
    }
    path = tmp_path / "service.json"
    path.write_text(json.dumps(facts))
    return path


def write(path: Path, facts: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(facts if isinstance(facts, str) else json.dumps(facts))
    return path


def test_nothing_is_set_up(home: Path) -> None:
    assert find_login() is None


def test_a_service_account(home: Path, service: Path, drive: DriveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(service))
    login = find_login()
    assert login is not None
    login.renew()
    login.renew()
    assert len(drive.logins) == 1
    assert login.credentials.token in drive.tokens
    assert login.account == "the service account of GOOGLE_APPLICATION_CREDENTIALS"
    assert "canary" not in repr(login)
    assert login.identity == "canary@canary-project.iam"


def test_the_order_of_the_places(home: Path, service: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = write(home / ".config" / "gcloud" / "application_default_credentials.json", USER)

    def account() -> str:
        login = find_login()
        assert login is not None
        return login.account

    assert account() == "the login of gcloud"
    moved = write(home / "elsewhere" / "application_default_credentials.json", USER)
    kept.unlink()
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(moved.parent))
    assert account() == "the login of gcloud"
    monkeypatch.setenv("COLAB_MAGICS_DRIVE_CLIENT", str(home / "none.json"))
    with pytest.raises(SourceDenied, match="COLAB_MAGICS_DRIVE_CLIENT names, is no OAuth client"):
        account()
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(service))
    assert account() == "the service account of GOOGLE_APPLICATION_CREDENTIALS"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("canary", "which GOOGLE_APPLICATION_CREDENTIALS names, holds no login at Google that can be read: save"),
        ("[" * 100_000, "holds no login"),
        ({"type": "service_account", "private_key": "canary", "client_email": "c", "token_uri": "t"}, "holds no login"),
        ({"type": "service_account"}, "holds no login"),
        ({"type": "authorized_user", "refresh_token": "canary"}, "holds no login"),
        ({"type": "external_account", "x": "canary"}, "is of the type external_account, which is not read here"),
    ],
)
def test_a_file_that_is_no_login_is_told_and_not_shown(
    home: Path, drive: DriveServer, content: object, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(write(home / "x.json", content)))
    with pytest.raises(SourceDenied, match=sentence) as caught:
        find_login()
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_a_file_that_is_not_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "~/none.json")
    with pytest.raises(SourceDenied, match="none.json, which GOOGLE_APPLICATION_CREDENTIALS names, holds no login"):
        find_login()


def test_in_colab_it_is_the_account_of_the_notebook(
    home: Path, drive: DriveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import google.auth

    asked: list[str] = []
    for name in ("google.colab", "google.colab.auth"):
        module = ModuleType(name)
        module.__spec__ = sys.__spec__
        monkeypatch.setitem(sys.modules, name, module)
    sys.modules["google.colab.auth"].authenticate_user = lambda: asked.append("colab")  # type: ignore[attr-defined]
    found = SimpleNamespace(valid=True)
    monkeypatch.setattr(google.auth, "default", lambda scopes: (found, None))
    login = find_login()
    assert login == Login(found, "your account in Colab")
    assert (asked, find_login(may_ask=False)) == (["colab"], None)

    def refused() -> None:
        raise RuntimeError("canary")

    sys.modules["google.colab.auth"].authenticate_user = refused  # type: ignore[attr-defined]
    with pytest.raises(SourceDenied, match="Colab gave no login at Google: run the line again") as caught:
        find_login()
    assert "canary" not in str(caught.value)


def test_credentials_that_are_refused() -> None:
    forgotten: list[bool] = []
    assert str(Login(None, "it").refused()) == "Google does not accept it any more: log in anew, or make a new file."
    error = Login(None, "it", forget=lambda: forgotten.append(True)).refused()
    assert str(error) == "Google does not accept it any more, so that it was removed: log in anew."
    assert forgotten == [True]
