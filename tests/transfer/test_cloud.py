"""Files of stores that fsspec reaches, with the one that it keeps in memory."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from colab_magics.errors import DownloadFailed, MissingExtra, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.cloud import CloudFile
from colab_magics.transfer.copies import Courier
from colab_magics.transfer.delivery import to_local
from colab_magics.transfer.events import Progress, Stopped
from colab_magics.transfer.fetch import fetch
from colab_magics.transfer.remote import NotModified
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import CloudObject

BODY = b"a,b\n1,2\n" * 3_000_000
SOURCE = CloudObject("memory://data/a.csv", "memory", "")


@pytest.fixture
def store() -> Iterator[MemoryFileSystem]:
    store = fsspec.filesystem("memory")
    store.pipe("/data/a.csv", BODY)
    yield store
    store.rm("/data", recursive=True)


def test_a_file_arrives(store: MemoryFileSystem, tmp_path: Path) -> None:
    told: list[Progress] = []
    got = fetch(CloudFile(SOURCE), tmp_path / "a.csv", on_progress=told.append)
    assert got.path.read_bytes() == BODY
    assert (got.size, got.source, got.is_proven_whole) == (len(BODY), "memory://data/a.csv", True)
    assert [progress.total for progress in told] == [len(BODY)] * len(told)
    assert told[-1].done == len(BODY)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.csv"]


def test_every_source_goes_the_same_way(store: MemoryFileSystem, tmp_path: Path) -> None:
    got = to_local(SOURCE, Courier(tmp_path, None))
    assert (got.path, got.name, got.size, got.notes) == (tmp_path / "a.csv", "a.csv", len(BODY), ())


@pytest.mark.parametrize(
    ("path", "error", "sentence"),
    [
        ("none.csv", SourceNotFound, "There is no file memory://data/none.csv: check the address"),
        ("folder", SourceError, "memory://data/folder is a folder: name one file in it"),
    ],
)
def test_what_is_no_file(
    store: MemoryFileSystem, tmp_path: Path, path: str, error: type[SourceError], sentence: str
) -> None:
    store.pipe("/data/folder/x.csv", b"x")
    (tmp_path / "a.csv").write_text("old")
    with pytest.raises(error, match=sentence):
        fetch(CloudFile(CloudObject(f"memory://data/{path}", "memory", "")), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.csv"]


def test_two_versions_are_never_mixed(store: MemoryFileSystem, tmp_path: Path) -> None:
    heads: list[bytes] = []

    def change(head: bytes, content_type: str) -> None:
        heads.append(head)
        if len(heads) == 1:
            store.pipe("/data/a.csv", BODY[::-1])

    fetch(CloudFile(SOURCE), tmp_path / "a.csv", inspect=change)
    assert (tmp_path / "a.csv").read_bytes() == BODY[::-1]
    assert len(heads) == 2


def test_a_version_that_is_here_is_not_brought(store: MemoryFileSystem, tmp_path: Path) -> None:
    got = fetch(CloudFile(SOURCE), tmp_path / "a.csv")
    with pytest.raises(NotModified):
        fetch(CloudFile(SOURCE), tmp_path / "b.csv", unless=got.version)


def test_it_can_be_stopped(store: MemoryFileSystem, tmp_path: Path) -> None:
    stop = threading.Event()
    with pytest.raises(Stopped):
        fetch(CloudFile(SOURCE), tmp_path / "a.csv", inspect=lambda head, content_type: stop.set(), stop=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "error", "sentence"),
    [
        (PermissionError("canary"), SourceDenied, "may not be read with the credentials that were found"),
        (RuntimeError("no login for smb://u:canary@h/a.csv?x=canary\nmore"), DownloadFailed, r"\(no login for smb:"),
        (ValueError(""), DownloadFailed, r"smb://h/a.csv did not arrive \(ValueError\): check the address"),
    ],
)
def test_a_library_fails_in_its_own_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: Exception, error: type[SourceError], sentence: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr("fsspec.core.url_to_fs", fail)
    with pytest.raises(error, match=sentence) as caught:
        fetch(CloudFile(CloudObject("smb://u:canary@h/a.csv", "smb", "")), tmp_path / "a.csv")
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("text", "library"), [("gs://b/a.csv", "gcsfs"), ("az://c/a.csv", "adlfs"), ("smb://h/s/a.csv", "smbprotocol")]
)
def test_what_is_missing_is_named(tmp_path: Path, text: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colab_magics.transfer.cloud.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=rf"^\w+:// addresses need {library}, .* Run  %pip install {library}  and"):
        to_local(resolve(text), Courier(tmp_path, None))
    assert list(tmp_path.iterdir()) == []
