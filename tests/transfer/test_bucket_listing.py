"""What lies in a bucket of a real S3 server on loopback, page by page."""

import socket
import threading
from typing import Any

import pytest
import urllib3
from servers import Bucket

from colab_magics.errors import BadOption, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.bucket import Access
from colab_magics.transfer.bucket_listing import list_bucket
from colab_magics.transfer.events import Stopped
from colab_magics.transfer.listings import Entry

ODD = (
    "a\nb.csv",
    "../up.csv",
    "<img src=x onerror=alert(1)>.csv",
    "a b.csv",
    "ä&amp;%41.csv",
    "end.csv ",
    "x*[1]?.csv",
)


@pytest.fixture
def access(s3: Bucket) -> Access:
    return Access(s3.endpoint)


def test_folders_come_before_files(s3: Bucket, access: Access) -> None:
    for key in ("b.csv", "deep/er/c.csv", "deep/d.csv", "deep/"):
        s3.add(key, b"12")
    top = list_bucket("data/", access)
    assert [(entry.name, entry.place, entry.source) for entry in top.entries] == [
        ("deep/", "data/deep/", ""),
        ("b.csv", "", "s3://data/b.csv"),
    ]
    assert (top.entries[1].size, len(top.entries[1].modified), top.more, top.notes) == (2, 10, "", ())
    assert [entry.name for entry in list_bucket("data/deep/", access).entries] == ["er/", "d.csv"]
    assert [entry.name for entry in list_bucket("data/de", access).entries] == ["deep/"]
    assert list_bucket("data/none/", access).entries == ()
    assert list_bucket("", access).entries == (Entry("data", "data/"),)


def test_many_pages(s3: Bucket, access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colab_magics.transfer.bucket_listing.PAGE", 3)
    for number in range(8):
        s3.add(f"{number:04}.csv", b"")
    names, more = [], ""
    for _ in range(3):
        page = list_bucket("data", access, more)
        names += [entry.name for entry in page.entries]
        more = page.more
    assert more == ""
    assert names == [f"{number:04}.csv" for number in range(8)]


def test_odd_keys_are_what_they_are(s3: Bucket, access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: dict[str, Any] = {"Contents": [{"Key": f"x/{key}", "Size": 1} for key in ODD]}
    monkeypatch.setattr("colab_magics.transfer.bucket_store.BucketStore.call", lambda *_, **__: (None, answers))
    entries = list_bucket("data/x/", access).entries
    assert [entry.name for entry in entries] == list(ODD)
    assert [entry.source for entry in entries] == [
        "" if key.endswith(" ") else f"s3://data/x/{key}" for key in ODD
    ]  # fmt: skip
    assert "cannot be written" in entries[5].note


def test_without_credentials_it_is_listed_anonymously(s3: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.add("a.csv", b"1")
    urllib3.request("PUT", f"{s3.endpoint}/data?acl", headers={"x-amz-acl": "public-read"})
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    page = list_bucket("data/", Access(s3.endpoint))
    assert [entry.name for entry in page.entries] == ["a.csv"]
    assert page.notes == ("No AWS credentials were found: it was listed anonymously.",)
    assert list_bucket("data/", Access(s3.endpoint, anon=True)).notes == ()


def test_what_cannot_be_listed(s3: Bucket, access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceNotFound, match="There is no bucket nobody: check its name"):
        list_bucket("nobody/x", access)
    with pytest.raises(SourceError, match="holds no user and no password"):
        list_bucket("me:canary@data/", access)
    with pytest.raises(BadOption, match="cannot be the address of a store"):
        list_bucket("data/", Access("nowhere"))

    def refuse(*_: Any, **__: Any) -> Any:
        raise PermissionError

    monkeypatch.setattr("colab_magics.transfer.bucket_store.BucketStore.call", refuse)
    with pytest.raises(SourceDenied, match="may not be listed with the credentials that were found: choose"):
        list_bucket("data/", access)
    with pytest.raises(SourceDenied, match="Buckets may not be listed .*: type the name of one"):
        list_bucket("", access)


def test_a_store_that_is_not_there_is_asked_until_stopped(s3: Bucket) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = f"http://127.0.0.1:{server.getsockname()[1]}"
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(Stopped):
        list_bucket("data/", Access(closed), stop=stop)
