"""What a pattern names: files of this machine, objects of a real S3 server on loopback."""

import socket
import threading
from pathlib import Path

import pytest
from servers import Bucket

from colab_magics.errors import BadOption, DownloadFailed, SourceError, SourceNotFound
from colab_magics.transfer import patterns
from colab_magics.transfer.bucket import Access
from colab_magics.transfer.events import Stopped
from colab_magics.transfer.patterns import expand
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.source import (
    ArchiveMember,
    BucketObject,
    BucketPattern,
    LocalPath,
    LocalPattern,
    WebAddress,
)

KEYS = (
    "part-10.csv",
    "part-2.csv",
    "part-2.tsv",
    "deep/er/part-3.csv",
    "deep/part-4.csv",
    "deep/",
    "a[1].csv",
    "a1.csv",
)


@pytest.fixture
def filled(s3: Bucket) -> Access:
    for key in KEYS:
        s3.add(key, b"x")
    return Access(s3.endpoint)


@pytest.mark.parametrize(
    ("pattern", "keys"),
    [
        ("part-*.csv", ["part-10.csv", "part-2.csv"]),
        ("part-?.csv", ["part-2.csv"]),
        ("part-2.[ct]sv", ["part-2.csv", "part-2.tsv"]),
        ("*/part-*.csv", ["deep/part-4.csv"]),
        ("**/part-*.csv", ["deep/er/part-3.csv", "deep/part-4.csv", "part-10.csv", "part-2.csv"]),
        ("deep/**", ["deep/er/part-3.csv", "deep/part-4.csv"]),
        ("deep/*", ["deep/part-4.csv"]),
        ("a[1].csv", ["a[1].csv"]),
        ("a[12].csv", ["a1.csv"]),
    ],
)
def test_objects_come_in_the_order_of_their_keys(filled: Access, pattern: str, keys: list[str]) -> None:
    found = expand(BucketPattern(f"s3://data/{pattern}"), filled)
    assert found == tuple(BucketObject(f"s3://data/{key}") for key in keys)


def test_an_object_of_exactly_that_key_comes_first(s3: Bucket) -> None:
    s3.add("x-1", b"")
    s3.add("x-*", b"")
    assert expand(BucketPattern("s3://data/x-*"), Access(s3.endpoint)) == (BucketObject("s3://data/x-*"),)


def test_what_matches_nothing_or_too_much(filled: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        SourceNotFound, match=r"No object matches s3://data/deep/q\*.csv: .* in s3://data/deep/q… Write"
    ):
        expand(BucketPattern("s3://data/deep/q*.csv"), filled)
    with pytest.raises(SourceError, match=r"More than 3 objects match s3://data/\*\*: write a narrower pattern"):
        expand(BucketPattern("s3://data/**"), filled, most=3)
    with pytest.raises(SourceError, match=r"p\*\* cannot be a pattern: \*\* stands alone between two slashes"):
        expand(BucketPattern("s3://data/p**"), filled)
    with pytest.raises(SourceNotFound, match="check the bucket"):
        expand(BucketPattern("s3://no-such-bucket/*"), filled)


def test_a_listing_of_many_pages(s3: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1005):
        s3.add(f"n/{number:04}", b"")
    access = Access(s3.endpoint)
    assert [source.name for source in expand(BucketPattern("s3://data/n/*[02]"), access)][-1] == "1002"
    monkeypatch.setattr(patterns, "_MOST_KEYS", 500)
    with pytest.raises(SourceError, match="More than 500 objects begin with s3://data/n/: write a narrower pattern"):
        expand(BucketPattern("s3://data/n/*2"), access)


def test_without_credentials_it_is_listed_anonymously(s3: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.add("a ü.csv", b"", is_public=True)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert expand(BucketPattern("s3://data/*.csv"), Access(s3.endpoint)) == (BucketObject("s3://data/a ü.csv"),)


def test_an_impossible_store(s3: Bucket) -> None:
    with pytest.raises(BadOption, match="no profile nobody"):
        expand(BucketPattern("s3://data/*"), Access(s3.endpoint, profile="nobody"))


def test_a_store_that_is_not_there_is_tried_again_until_stopped(s3: Bucket) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        access = Access(f"http://127.0.0.1:{closed.getsockname()[1]}")
        with pytest.raises(DownloadFailed, match=r"data/\* did not arrive: the store cannot be reached, 2 times"):
            expand(BucketPattern("s3://data/*"), access, patience=Patience(attempts=2, pause=0.01))
        stop = threading.Event()
        stop.set()
        with pytest.raises(Stopped):
            expand(BucketPattern("s3://data/*"), access, stop=stop)


def test_other_sources_name_themselves(tmp_path: Path, filled: Access) -> None:
    (tmp_path / "a.zip").write_bytes(b"")
    (tmp_path / "b.zip").write_bytes(b"")
    web = WebAddress("https://example.org/*.csv")
    assert expand(web) == (web,)
    files = tuple(LocalPath(tmp_path / name) for name in ("a.zip", "b.zip"))
    assert expand(LocalPattern(f"{tmp_path}/*.zip")) == files
    assert expand(ArchiveMember(LocalPattern(f"{tmp_path}/*.zip"), "x")) == tuple(
        ArchiveMember(file, "x") for file in files
    )
    with pytest.raises(SourceError, match="More than 1 files match"):
        expand(LocalPattern(f"{tmp_path}/*.zip"), most=1)
