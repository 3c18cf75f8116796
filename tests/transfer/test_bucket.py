"""Objects of a real S3 server on loopback, through the real s3fs."""

import hashlib
import itertools
import os
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from servers import Bucket, FileServer, Proxy

from colab_magics.errors import BadOption, DownloadFailed, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.bucket import AMAZON, Access, BucketFile
from colab_magics.transfer.events import Downloaded, Progress, Stopped
from colab_magics.transfer.fetch import fetch
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.remote import Hiccup, NotModified
from colab_magics.transfer.source import BucketObject

BODY = os.urandom(3_000_000)
QUICK = Patience(connect=2, stall=2, attempts=4, pause=0.01)


def copy_object(source: BucketObject, target: Path, *, access: Access = AMAZON, **options: object) -> Downloaded:
    return fetch(BucketFile(source, access, QUICK), target, patience=QUICK, **options)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder / "data.bin"


def assert_untouched(target: Path) -> None:
    assert list(target.parent.iterdir()) == []


def test_an_object_arrives_whole(s3: Bucket, target: Path) -> None:
    seen: list[Progress] = []
    source = BucketObject(s3.add("a folder/data ü.bin", BODY))
    got = copy_object(source, target, access=Access(s3.endpoint), on_progress=seen.append)
    assert target.read_bytes() == BODY
    assert (got.size, got.source, got.is_proven_whole) == (len(BODY), source.url, True)
    assert seen[-1] == Progress(len(BODY), len(BODY))


def test_an_empty_object(s3: Bucket, target: Path) -> None:
    assert copy_object(BucketObject(s3.add("empty", b"")), target, access=Access(s3.endpoint)).size == 0


def test_a_version_that_is_here_is_not_brought_again(s3: Bucket, target: Path) -> None:
    source = BucketObject(s3.add("x", BODY))
    got = copy_object(source, target, access=Access(s3.endpoint))
    with pytest.raises(NotModified):
        copy_object(source, target, access=Access(s3.endpoint), unless=got.version)
    s3.add("x", b"new")
    assert copy_object(source, target, access=Access(s3.endpoint), unless=got.version).size == 3


def test_without_credentials_it_is_read_anonymously(s3: Bucket, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    remote = BucketFile(BucketObject(s3.add("open.bin", BODY, is_public=True)), Access(s3.endpoint))
    assert not remote.is_anonymous
    fetch(remote, target)
    assert remote.is_anonymous
    assert target.read_bytes() == BODY


def test_anonymous_on_demand(s3: Bucket, target: Path) -> None:
    access = Access(s3.endpoint, anon=True)
    assert copy_object(BucketObject(s3.add("o", BODY, is_public=True)), target, access=access).size == len(BODY)


def test_a_profile_is_used(s3: Bucket, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    (tmp_path / "aws-credentials").write_text("[me]\naws_access_key_id = k\naws_secret_access_key = s\n")
    remote = BucketFile(BucketObject(s3.add("o", BODY)), Access(s3.endpoint, profile="me"))
    fetch(remote, target)
    assert not remote.is_anonymous


@pytest.mark.parametrize(
    ("url", "access", "error", "sentence"),
    [
        ("s3://data/none", {}, SourceNotFound, "There is no object s3://data/none: check the bucket"),
        ("s3://nobucket/x", {}, SourceNotFound, "There is no object s3://nobucket/x"),
        ("s3://data/folder", {}, SourceError, "s3://data/folder is a folder: name one object"),
        ("s3://data/closed", {"anon": True}, SourceDenied, "may not be read anonymously: choose others by --profile"),
        ("s3://data/closed", {"profile": "nobody"}, BadOption, "The AWS configuration has no profile nobody"),
        ("s3://data/closed", {"endpoint": "localhost"}, BadOption, "localhost cannot be the address of a store"),
        (
            "s3://data/closed",
            {"endpoint": "http://me:canary@localhost/"},
            BadOption,
            "takes no name, password or query",
        ),
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


@pytest.mark.parametrize(
    ("code", "error", "sentence"),
    [
        ("InvalidToken", SourceDenied, "may not be read with the credentials that were found: choose others by"),
        ("ExpiredToken", SourceDenied, "may not be read with the credentials that were found: choose others by"),
        (
            "AuthorizationHeaderMalformed",
            DownloadFailed,
            r"answered 400 \(AuthorizationHeaderMalformed\). Check the ad",
        ),
        ("<b>canary", DownloadFailed, r"the store answered 400 \(no reason given\)"),
    ],
)
def test_a_refusal_that_lasts_is_not_tried_again(
    s3: Bucket, files: FileServer, target: Path, code: str, error: type[SourceError], sentence: str
) -> None:
    code = code.replace("<", "&lt;")
    files.add("/data/x", f"<Error><Code>{code}</Code><Message>canary</Message></Error>".encode(), status=400)
    with pytest.raises(error, match=sentence) as caught:
        copy_object(BucketObject("s3://data/x"), target, access=Access(files.url))
    assert "canary" not in str(caught.value)
    assert len(files.requests) == 1


def test_nobody_listens(s3: Bucket, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(DownloadFailed, match="s3://data/x did not arrive: the store cannot be reached, 4 times"):
            copy_object(BucketObject("s3://data/x"), target, access=Access(endpoint))
    assert_untouched(target)


def test_two_versions_are_never_blended(s3: Bucket, target: Path) -> None:
    source = BucketObject(s3.add("data.bin", BODY))
    new = bytes(len(BODY))

    class Replaced(BucketFile):
        """An object that is replaced after its first answer."""

        @contextmanager
        def open(self, *args: Any, **options: Any) -> Iterator[Any]:
            with super().open(*args, **options) as piece:
                s3.add("data.bin", new)
                yield _Half(piece)

    got = fetch(Replaced(source, Access(s3.endpoint), QUICK), target, patience=QUICK)
    assert target.read_bytes() == new
    assert got.version.etag == f'"{hashlib.md5(new).hexdigest()}"'


class _Half:
    """A piece whose connection is cut after a million bytes."""

    def __init__(self, piece: Any) -> None:
        self._piece = piece
        self.start, self.version, self.has_ranges, self.has_end = piece.start, piece.version, True, True
        self.content_type, self.abort = piece.content_type, piece.abort

    def chunks(self) -> Iterator[bytes]:
        yield from itertools.islice(self._piece.chunks(), 1)
        raise Hiccup("the connection broke off")


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


@pytest.mark.parametrize("ends", [[2_000_000], [1_500_000, 100, 0, 700_000]])
def test_a_connection_that_is_cut_goes_on(s3: Bucket, target: Path, ends: list[int]) -> None:
    proxy = Proxy(s3.endpoint, ends)
    try:
        copy_object(BucketObject(s3.add("x", BODY)), target, access=Access(proxy.url))
    finally:
        proxy.close()
    assert target.read_bytes() == BODY
    assert proxy.connections > len(ends)


def test_a_store_that_falls_silent_is_given_up(s3: Bucket, target: Path) -> None:
    proxy = Proxy(s3.endpoint, [1_500_000] * 50, stalls=True)
    started = time.monotonic()
    try:
        with pytest.raises(DownloadFailed, match="s3://data/x: the store sent no data for 2.0 s"):
            copy_object(BucketObject(s3.add("x", BODY)), target, access=Access(proxy.url))
    finally:
        proxy.close()
    assert time.monotonic() - started < 40
    assert_untouched(target)
