"""What is kept of a login: for the person alone, for one client, and not for ever."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from colab_magics.errors import OutputDenied
from colab_magics.transfer.drive_token import KeptToken


def test_it_is_kept_in_a_file_of_the_person(home: Path) -> None:
    kept = KeptToken("client")
    assert kept.read() == ""
    kept.write("1//canary")
    assert (KeptToken("client").read(), KeptToken("another").read()) == ("1//canary", "")
    assert kept.place.is_relative_to(home)
    assert kept.place.stat().st_mode & 0o777 == 0o600
    assert kept.place.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in kept.place.parent.iterdir()] == ["drive_login.json"]
    kept.remove()
    assert (kept.read(), kept.place.exists()) == ("", False)
    kept.remove()


@pytest.mark.parametrize(
    "content", ["", "canary", "[]", '{"client_id": "client"}', '{"refresh_token": 1}', "[" * 100_000]
)
def test_a_broken_file_is_no_token(home: Path, content: str) -> None:
    kept = KeptToken("client")
    kept.place.parent.mkdir(parents=True)
    kept.place.write_text(content)
    with pytest.raises(ValueError) as caught:
        kept.read()
    assert "canary" not in str(caught.value)


def test_a_folder_that_cannot_be_written(home: Path) -> None:
    (home / ".config").write_text("")
    with pytest.raises(OutputDenied, match="The login at Google Drive cannot be kept in .*colab_magics") as caught:
        KeptToken("client").write("canary-token")
    assert "canary-token" not in str(caught.value)


class Keyring(ModuleType):
    """What the library of that name has, in memory."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.__spec__ = sys.__spec__
        self.words: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, user: str) -> str | None:
        self._look()
        return self.words.get((service, user))

    def set_password(self, service: str, user: str, word: str) -> None:
        self._look()
        self.words[service, user] = word

    def delete_password(self, service: str, user: str) -> None:
        self._look()
        del self.words[service, user]

    def _look(self) -> None:
        if self.is_locked:
            raise RuntimeError("canary")


def test_a_keyring_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring, kept = Keyring(), KeptToken("client")
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    kept.write("canary")
    assert (list(keyring.words.values()), kept.read(), kept.place.exists()) == (["canary"], "canary", False)
    kept.remove()
    assert (keyring.words, kept.read()) == ({}, "")
    keyring.is_locked = True
    kept.write("in a file")
    assert kept.read() == json.loads(kept.place.read_text())["refresh_token"] == "in a file"
    kept.remove()
    assert kept.read() == ""
