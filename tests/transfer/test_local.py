"""Every source as a local file."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
from servers import Bucket, FileServer

from colab_magics.errors import ChecksumMismatch, SourceDenied, SourceError, SourceNotFound, UnknownFormat
from colab_magics.transfer.bucket import Access
from colab_magics.transfer.copies import Courier, Wish
from colab_magics.transfer.delivery import to_local
from colab_magics.transfer.local import LocalFile, local_file
from colab_magics.transfer.source import (
    ArchiveMember,
    BucketObject,
    BucketPattern,
    LocalPath,
    LocalPattern,
    Source,
    Upload,
    WebAddress,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "iris.csv").write_text("a,b\n1,2\n")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "inner").mkdir()
    return tmp_path


def test_a_local_file_stays_where_it_is(folder: Path) -> None:
    path = folder / "iris.csv"
    assert to_local(LocalPath(path), Courier(folder / "inner", None)) == LocalFile(path, "iris.csv", str(path), 8)
    assert list((folder / "inner").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        ("iriss.csv", SourceNotFound, "There is no file .*iriss.csv. Did you mean .*iris.csv?"),
        ("zzz", SourceNotFound, "There is no file .*zzz: it was looked for in "),
        ("none/iris.csv", SourceNotFound, "There is no file .*: there is no folder .*none either"),
        ("iris.csv/x", SourceNotFound, "There is no file .*: there is no folder .*iris.csv either"),
        ("inner", SourceError, "inner is a folder: name one file in it.$"),
        ("", SourceError, "is a folder: name one file in it, such as inner or iris.csv or notes.txt.$"),
        ("a\0b", SourceNotFound, "cannot be the name of a file .*null"),
        ("x" * 300, SourceNotFound, "cannot be the name of a file .*File name too long"),
    ],
)
def test_what_is_wrong_with_a_path(folder: Path, name: str, error: type[SourceError], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        to_local(LocalPath(folder / name), Courier(folder, None))


def test_a_file_has_the_hash_that_was_promised(folder: Path) -> None:
    path = folder / "proven.csv"
    path.write_bytes(b"a\n1\n")
    sha256 = hashlib.sha256(b"a\n1\n").hexdigest()
    source = LocalPath(path)
    assert local_file(source, sha256.upper()).sha256 == sha256
    told = "proven.csv is not the file that was promised: its sha256 is [0-9a-f]{64}, expected was 0{64}"
    with pytest.raises(ChecksumMismatch, match=told):
        local_file(source, "0" * 64)
    (folder / "two.zip").write_bytes(b"PK")
    with pytest.raises(ChecksumMismatch, match="two.zip is not the file that was promised"):
        to_local(ArchiveMember(LocalPath(folder / "two.zip"), "a"), Courier(folder, None, Wish("0" * 64)))


def test_a_relative_path_says_where_it_was_looked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(SourceNotFound, match=f"it was looked for in {folder}"):
        to_local(LocalPath(Path("qqq")), Courier(folder, None))


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(SourceError, match="pipe is a device or a pipe: name a file"):
        to_local(LocalPath(folder / "pipe"), Courier(folder, None))


def test_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(SourceDenied, match="iris.csv may not be read: ask its owner"):
        to_local(LocalPath(folder / "iris.csv"), Courier(folder, None))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a.csv.gz", "a.csv.gz"),
        ("/a%20b.csv", "a_b.csv"),
        ("/..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("/%00%01", "__"),
        ("/.bashrc", "bashrc"),
        ("/...", "fetched"),
        ("/" + "x" * 200 + ".csv", "x" * 76 + ".csv"),
        ("/%E2%80%AEvsc.csv", "_vsc.csv"),
        ("/C%3A%5Ca.csv", "C__a.csv"),
    ],
)
def test_a_fetched_file_stays_in_its_folder(files: FileServer, folder: Path, path: str, name: str) -> None:
    got = to_local(WebAddress(files.add(path, b"a,b\n1,2\n")), Courier(folder / "inner", None))
    assert got.path == folder / "inner" / name
    assert got.path.read_bytes() == b"a,b\n1,2\n"
    assert got.size == 8


def test_a_pattern_of_one_file_is_that_file(folder: Path) -> None:
    got = to_local(LocalPattern(f"{folder}/*.csv"), Courier(folder, None))
    assert got == LocalFile(folder / "iris.csv", "iris.csv", str(folder / "iris.csv"), 8)
    with pytest.raises(SourceError, match=r"matches 2 files: name one of them, such as iris.csv or notes.txt"):
        to_local(LocalPattern(f"{folder}/*.[ct]*"), Courier(folder, None))


def test_a_member_comes_with_its_archive(files: FileServer, folder: Path) -> None:
    url = files.add("/d.zip", b"PK")
    got = to_local(ArchiveMember(WebAddress(url), "a.csv"), Courier(folder / "inner", None))
    assert replace(got, sha256="") == LocalFile(folder / "inner" / "d.zip", "d.zip", url, 2, (), "a.csv")
    assert got.sha256 == hashlib.sha256(b"PK").hexdigest()


def test_git_lfs_is_followed(files: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"a,b\n1,2\n"
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{hashlib.sha256(body).hexdigest()}\nsize 8\n"
    source = WebAddress(files.add("/raw/a.csv", pointer.encode()))
    with pytest.raises(UnknownFormat, match="/raw/a.csv is only the pointer to a file in Git LFS: use the address"):
        to_local(source, Courier(folder, None))
    content = WebAddress(files.add("/media/a.csv", body))
    monkeypatch.setattr("colab_magics.transfer.delivery.large_file", lambda source: content)
    got = to_local(source, Courier(folder / "inner", None))
    assert (got.path.read_bytes(), got.shown) == (body, source.shown)
    files.add("/media/a.csv", b"other")
    with pytest.raises(ChecksumMismatch, match="a.csv is not the file that was promised"):
        to_local(source, Courier(folder / "inner", None))


def test_without_credentials_it_is_said(s3: Bucket, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    source = BucketObject(s3.add("a.csv", b"a\n", is_public=True))
    got = to_local(source, Courier(folder, None), access=Access(s3.endpoint))
    assert got.notes == ("No AWS credentials were found: it was read anonymously.",)
    assert to_local(source, Courier(folder, None), access=Access(s3.endpoint, anon=True)).notes == ()


def test_a_key_may_look_like_a_pattern(s3: Bucket, folder: Path) -> None:
    s3.add("a[1].csv", b"a\n")
    access = Access(s3.endpoint)
    assert to_local(BucketPattern("s3://data/a[1].csv"), Courier(folder, None), access=access).size == 2
    assert to_local(BucketObject("s3://data/a[1].csv"), Courier(folder, None), access=access).size == 2


def test_a_pattern_of_one_object_is_that_object(s3: Bucket, folder: Path) -> None:
    access = Access(s3.endpoint)
    for key in ("d/a.csv", "d/b.csv", "d/b.tsv"):
        s3.add(key, b"a\n")
    got = to_local(BucketPattern("s3://data/d/*.tsv"), Courier(folder, None), access=access)
    assert (got.name, got.shown, got.size) == ("b.tsv", "s3://data/d/b.tsv", 2)
    with pytest.raises(SourceError, match=r"\*.csv matches 2 files: name one of them, such as a.csv or b.csv"):
        to_local(BucketPattern("s3://data/d/*.csv"), Courier(folder, None), access=access)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (Upload(), "A file that is uploaded stands alone: write  %ingest upload:"),
    ],
)
def test_what_is_not_fetched_yet(folder: Path, source: Source, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        to_local(source, Courier(folder, None))
