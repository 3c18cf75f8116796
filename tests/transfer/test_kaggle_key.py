"""The key for Kaggle: found where Kaggle's tools find it, and never shown."""

import json
from pathlib import Path

import pytest
from servers import FileServer

from colab_magics.errors import SourceDenied
from colab_magics.transfer.fetch import download
from colab_magics.transfer.kaggle_key import KaggleKey, find_key, signed
from colab_magics.transfer.source import KaggleFile


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for name in ("KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_CONFIG_DIR", "KAGGLE_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(folder: Path, content: object = None) -> None:
    folder.mkdir(parents=True)
    text = content if isinstance(content, str) else json.dumps(content or {"username": "u", "key": "canary"})
    (folder / "kaggle.json").write_text(text)


def test_no_key_is_no_fault(home: Path) -> None:
    assert find_key() is None
    assert signed(KaggleFile("o/d")) == KaggleFile("o/d").download


@pytest.mark.parametrize("folder", [".kaggle", ".config/kaggle"])
def test_the_file_is_found(home: Path, folder: str) -> None:
    write(home / folder)
    assert find_key() == KaggleKey("u", "canary")


def test_the_environment_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / "elsewhere", {"username": "v", "key": "w"})
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(home / "elsewhere"))
    assert find_key() == KaggleKey("v", "w")
    monkeypatch.setenv("KAGGLE_USERNAME", "u")
    assert find_key() == KaggleKey("v", "w")
    monkeypatch.setenv("KAGGLE_KEY", "x")
    assert find_key() == KaggleKey("u", "x")


@pytest.mark.parametrize("content", ["", "canary", '{"username": "canary"}', '["canary"]', "[" * 100_000, '"canary"'])
def test_a_damaged_file_is_told_and_not_shown(home: Path, content: str) -> None:
    write(home / ".kaggle", content or " ")
    with pytest.raises(SourceDenied, match="kaggle.json holds no user name and key that can be read: make") as caught:
        find_key()
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_key_is_in_the_address_and_in_nothing_that_is_shown(home: Path) -> None:
    write(home / ".kaggle", {"username": "u@x", "key": "can/ary"})
    address = signed(KaggleFile("o/d", "f/a b.csv", 3))
    assert address.url == (
        "https://u%40x:can%2Fary@www.kaggle.com/api/v1/datasets/download/o/d/f/a%20b.csv?dataset_version_number=3"
    )
    assert address.name == "a b.csv"
    assert address.shown == "https://www.kaggle.com/api/v1/datasets/download/o/d/f/a%20b.csv?…"
    assert "ary" not in repr([address, find_key()])


def test_a_server_hears_the_key(home: Path, files: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / ".kaggle")
    url = files.add("/api/v1/datasets/download/o/d/a.csv", b"a\n")
    address = signed(KaggleFile("o/d", "a.csv"))
    download(address.url.replace("https", "http").replace("www.kaggle.com", url.split("/")[2]), tmp_path / "a.csv")
    assert files.requests[-1][1]["authorization"] == "Basic dTpjYW5hcnk="


def test_a_token_comes_before_the_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / ".kaggle")
    monkeypatch.setenv("KAGGLE_API_TOKEN", "KGAT_canary")
    assert signed(KaggleFile("o/d")) == KaggleFile("o/d").download
