"""Objects of a real S3 server on loopback, through the real s3fs."""

import os
import socket
import threading
import traceback
from pathlib import Path

import pytest
from servers import Bucket

from colab_magics.errors import BadOption, DownloadFailed, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer import bucket
from colab_magics.transfer.bucket import Access, copy_object
from colab_magics.transfer.events import Progress, Stopped
from colab_magics.transfer.source import BucketObject

BODY = os.urandom(50_000)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder / "data.bin"


def assert_untouched(target: Path) -> None:
    assert list(target.parent.iterdir()) == []


def test_an_object_arrives_whole(s3: Bucket, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "_BLOCK", 20_000)
    seen: list[Progress] = []
    source = BucketObject(s3.add("a folder/data ü.bin", BODY))
    got = copy_object(source, target, access=Access(s3.endpoint), on_progress=seen.append)
    assert target.read_bytes() == BODY
    assert (got.size, got.source, got.is_proven_whole, got.is_anonymous) == (len(BODY), source.url, True, False)
    assert seen == [Progress(20_000, 50_000), Progress(40_000, 50_000), Progress(50_000, 50_000)]


def test_an_empty_object(s3: Bucket, target: Path) -> None:
    assert copy_object(BucketObject(s3.add("empty", b"")), target, access=Access(s3.endpoint)).size == 0


def test_without_credentials_it_is_read_anonymously(s3: Bucket, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    url = s3.add("open.bin", BODY, is_public=True)
    assert copy_object(BucketObject(url), target, access=Access(s3.endpoint)).is_anonymous
    assert target.read_bytes() == BODY


def test_anonymous_on_demand(s3: Bucket, target: Path) -> None:
    got = copy_object(BucketObject(s3.add("o", BODY, is_public=True)), target, access=Access(s3.endpoint, anon=True))
    assert got.is_anonymous


def test_a_profile_is_used(s3: Bucket, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    (tmp_path / "aws-credentials").write_text("[me]\naws_access_key_id = k\naws_secret_access_key = s\n")
    access = Access(s3.endpoint, profile="me")
    assert not copy_object(BucketObject(s3.add("o", BODY)), target, access=access).is_anonymous


@pytest.mark.parametrize(
    ("url", "access", "error", "sentence"),
    [
        ("s3://data/none", {}, SourceNotFound, "There is no object s3://data/none: check the bucket"),
        ("s3://nobucket/x", {}, SourceNotFound, "There is no object s3://nobucket/x"),
        ("s3://data/folder", {}, SourceError, "s3://data/folder is a folder: name one object"),
        ("s3://data/closed", {"anon": True}, SourceDenied, "may not be read anonymously: choose others by --profile"),
        ("s3://data/closed", {"profile": "nobody"}, BadOption, "The AWS configuration has no profile nobody"),
        ("s3://data/closed", {"endpoint": "localhost"}, BadOption, "localhost cannot be the address of a store"),
        ("s3://B_D!/x", {}, SourceNotFound, "s3://B_D!/x cannot be an object: check the name of the bucket"),
    ],
)
def test_a_refusal_is_named(
    s3: Bucket, target: Path, url: str, access: dict, error: type[SourceError], sentence: str
) -> None:
    s3.add("folder/inner", BODY)
    s3.add("closed", BODY)
    with pytest.raises(error, match=sentence) as caught:
        copy_object(BucketObject(url), target, access=Access(**{"endpoint": s3.endpoint, **access}))
    assert "canary" not in "".join(traceback.format_exception(caught.value))
    assert_untouched(target)


def test_nobody_listens(s3: Bucket, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(DownloadFailed, match=r"s3://data/x did not arrive \(.*\): check the network"):
            copy_object(BucketObject("s3://data/x"), target, access=Access(endpoint))
    assert_untouched(target)


def test_two_versions_are_never_blended(s3: Bucket, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "_BLOCK", 20_000)
    url = s3.add("data.bin", BODY)

    def replace(progress: Progress) -> None:
        s3.add("data.bin", bytes(len(BODY)))

    with pytest.raises(DownloadFailed, match="data.bin"):
        copy_object(BucketObject(url), target, access=Access(s3.endpoint), on_progress=replace)
    assert_untouched(target)


@pytest.mark.parametrize("end", [KeyboardInterrupt, Stopped])
def test_an_interrupt_leaves_nothing(s3: Bucket, target: Path, end: type[BaseException]) -> None:
    stop = threading.Event()
    if end is Stopped:
        stop.set()

    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(end):
        copy_object(
            BucketObject(s3.add("x", BODY)), target, access=Access(s3.endpoint), on_progress=interrupt, stop=stop
        )
    assert_untouched(target)
