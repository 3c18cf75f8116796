"""Downloads over a real connection, whole or not at all."""

import hashlib
import os
import socket
import threading
import time
import traceback
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest
from servers import Fault, FileServer

from colab_magics.errors import ChecksumMismatch, DownloadFailed, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer import landing as landing_module
from colab_magics.transfer.fetch import Progress, Stopped, download
from colab_magics.transfer.refusals import Patience

BODY = os.urandom(300_000)
HASH = hashlib.sha256(BODY).hexdigest()
QUICK = Patience(connect=0.5, stall=0.5, attempts=3, pause=0.01, longest_wait=2)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A file in an empty folder of its own."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder / "data.bin"


def assert_untouched(target: Path) -> None:
    assert list(target.parent.iterdir()) == []


def test_a_file_arrives_whole(files: FileServer, target: Path) -> None:
    seen: list[Progress] = []
    url = files.add("/data.bin", BODY, headers={"Content-Type": "text/csv; charset=utf-8"})
    got = download(url, target, sha256=HASH.upper(), on_progress=seen.append)
    assert target.read_bytes() == BODY
    assert (got.path, got.size, got.sha256, got.source) == (target, len(BODY), HASH, url)
    assert got.content_type == "text/csv"
    assert got.is_proven_whole
    assert seen[-1] == Progress(len(BODY), len(BODY))
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert list(target.parent.iterdir()) == [target]


def test_it_asks_for_the_bytes_as_they_are(files: FileServer, target: Path) -> None:
    download(files.add("/data.bin", BODY), target)
    assert files.requests[0][1]["accept-encoding"] == "identity"


def test_a_redirect_is_followed(files: FileServer, target: Path) -> None:
    files.add("/data.bin", BODY)
    url = files.add("/moved", status=302, headers={"Location": "data.bin"})
    assert download(url, target).sha256 == HASH


@pytest.mark.parametrize(
    ("fault", "is_proven_whole"), [("", True), ("chunked", True), ("cut once", True), ("no length", False)]
)
def test_what_it_knows_about_the_end(files: FileServer, target: Path, fault: Fault, is_proven_whole: bool) -> None:
    got = download(files.add("/data.bin", BODY, fault=fault), target, patience=QUICK)
    assert target.read_bytes() == BODY
    assert got.is_proven_whole is is_proven_whole


def test_a_hash_proves_a_file_without_length(files: FileServer, target: Path) -> None:
    assert download(files.add("/d", BODY, fault="no length"), target, sha256=HASH).is_proven_whole


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "0"}, {"Retry-After": "soon"}])
def test_a_busy_server_is_asked_again(files: FileServer, target: Path, status: int, headers: dict[str, str]) -> None:
    seen: list[Progress] = []
    url = files.add("/data.bin", BODY, refusals=[(status, headers), (status, headers)])
    download(url, target, patience=QUICK, on_progress=seen.append)
    assert target.read_bytes() == BODY
    assert len(files.requests) == 3
    assert seen[0].note.startswith(f"the server answered {status}; trying again in ")


def test_retry_after_is_waited_for(files: FileServer, target: Path) -> None:
    in_two_seconds = {"Retry-After": formatdate(time.time() + 2, usegmt=True)}
    url = files.add("/data.bin", BODY, refusals=[(503, in_two_seconds)])
    started = time.monotonic()
    download(url, target, patience=QUICK)
    assert time.monotonic() - started > 0.5


@pytest.mark.parametrize(
    ("status", "headers", "error", "sentence"),
    [
        (404, {}, SourceNotFound, "There is nothing at .*/data.bin .*404"),
        (410, {}, SourceNotFound, "There is nothing at .*410"),
        (401, {}, SourceDenied, "may not be read .*401"),
        (403, {}, SourceDenied, "may not be read .*403"),
        (400, {}, DownloadFailed, "cannot be fetched: the server answered 400"),
        (503, {}, DownloadFailed, "did not arrive: the server answered 503, 3 times in a row"),
        (503, {"Retry-After": "100000"}, DownloadFailed, "busy and asks to wait 27 h 46 min"),
        (302, {"Location": "/data.bin"}, DownloadFailed, "redirects in a circle"),
        (302, {"Location": "file:///etc/passwd"}, SourceNotFound, "is no web address"),
        (302, {"Location": "ftp://127.0.0.1/x"}, SourceNotFound, "is no web address"),
    ],
)
def test_a_refusal_is_named(
    files: FileServer, target: Path, status: int, headers: dict[str, str], error: type[SourceError], sentence: str
) -> None:
    url = files.add("/data.bin", b"no", status=status, headers=headers)
    with pytest.raises(error, match=sentence):
        download(url, target, patience=QUICK)
    assert len(files.requests) == {503: 1 if headers else 3, 302: 10 if "/data.bin" in str(headers) else 1}.get(
        status, 1
    )
    assert_untouched(target)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("cut", "did not arrive: the connection broke off, 3 times"),
        ("cut chunked", "did not arrive: the connection broke off, 3 times"),
        ("stall", "127.0.0.1 sent no data for 0.5 s"),
        ("crawl", "127.0.0.1 sent no data for 0.5 s"),
    ],
)
def test_a_broken_body_is_not_kept(files: FileServer, target: Path, fault: Fault, sentence: str) -> None:
    started = time.monotonic()
    with pytest.raises(DownloadFailed, match=sentence):
        download(files.add("/data.bin", BODY[:2000], fault=fault), target, patience=QUICK)
    assert time.monotonic() - started < 15
    assert_untouched(target)


def test_a_body_longer_than_promised_fails_its_hash(files: FileServer, target: Path) -> None:
    url = files.add("/data.bin", BODY, headers={"Content-Length": "1000"})
    with pytest.raises(ChecksumMismatch, match=f"its sha256 is .* expected was {HASH}"):
        download(url, target, sha256=HASH, patience=QUICK)
    assert_untouched(target)


def test_an_old_file_survives_a_failure(files: FileServer, target: Path) -> None:
    target.write_bytes(b"old")
    with pytest.raises(DownloadFailed, match="broke off"):
        download(files.add("/data.bin", BODY, fault="cut"), target, patience=QUICK)
    assert target.read_bytes() == b"old"
    assert len(list(target.parent.iterdir())) == 1


@pytest.mark.parametrize(
    "url",
    ["http://", "http:///x", "ftp://host/x", "file:///etc/passwd", "http://[x", "http://host:99999/", "no address"],
)
def test_what_is_no_web_address(target: Path, url: str) -> None:
    with pytest.raises(SourceNotFound, match="is no web address"):
        download(url, target, patience=QUICK)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b.invalid", f"{'x' * 70}.invalid", "bäd host.invalid"])
def test_an_unknown_server(target: Path, host: str) -> None:
    with pytest.raises(SourceNotFound, match="no server named|cannot be the name of a server"):
        download(f"http://{host}/x", target, patience=QUICK)
    assert_untouched(target)


def test_nobody_listens(target: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(DownloadFailed, match="127.0.0.1 cannot be reached, 3 times in a row"):
            download(f"http://127.0.0.1:{free.getsockname()[1]}/x", target, patience=QUICK)
    assert_untouched(target)


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_a_server_that_speaks_otherwise(target: Path, greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.recv(1000)
                    client.sendall(greeting)

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(DownloadFailed, match="broke off, 3 times"):
            download(f"http://127.0.0.1:{server.getsockname()[1]}/x", target, patience=QUICK)
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert_untouched(target)


def test_an_untrusted_certificate_is_not_tried_again(files: FileServer, target: Path) -> None:
    with pytest.raises(DownloadFailed, match="certificate of 127.0.0.1 is not trusted"):
        download(files.add("/x").replace("http://", "https://"), target, patience=QUICK)


def test_a_proxy_is_used(files: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", files.url)
    files.pages["http://data.invalid/data.bin"] = files.pages[files.add("/x", BODY).removeprefix(files.url)]
    assert download("http://data.invalid/data.bin", target).sha256 == HASH


def test_a_proxy_that_is_gone(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://user:secret@127.0.0.1:9")
    with pytest.raises(DownloadFailed, match="the proxy does not answer") as caught:
        download("http://data.invalid/data.bin", target, patience=QUICK)
    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_credentials_are_sent_to_their_own_server_only(files: FileServer, target: Path) -> None:
    files.add("/data.bin", BODY)
    elsewhere = files.url.replace("127.0.0.1", "localhost")
    files.add("/near", status=302, headers={"Location": "/far"})
    files.add("/far", status=307, headers={"Location": f"{elsewhere}/data.bin"})
    download(files.url.replace("//", "//me:p%40ss@") + "/near", target)
    sent = [headers.get("authorization") for _, headers in files.requests]
    assert sent == ["Basic bWU6cEBzcw==", "Basic bWU6cEBzcw==", None]


@pytest.mark.parametrize("fault", ["cut", "stall", ""])
def test_no_secret_leaves_in_an_error(files: FileServer, target: Path, fault: Fault) -> None:
    url = files.add("/data.bin", BODY, fault=fault).replace("//", "//me:canary1@") + "?X-Amz-Signature=canary2#canary3"
    with pytest.raises(SourceError, match=r"data.bin|127.0.0.1") as caught:
        download(url, target, sha256="0" * 64, patience=QUICK)
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_a_full_disk_is_told_before_the_first_byte(
    files: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = files.add("/data.bin", BODY, headers={"Content-Length": str(1 << 60)})
    with pytest.raises(DownloadFailed, match=r"1048576.0 TB do not fit on the disk of .* free"):
        download(url, target, patience=QUICK)
    assert_untouched(target)


def test_trouble_with_the_disk_is_named(files: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(landing_module.os, "fsync", full)
    with pytest.raises(DownloadFailed, match=r"data.bin cannot be written to .*: No space left on device"):
        download(files.add("/data.bin", BODY), target)
    assert_untouched(target)


def test_a_folder_that_is_not_there(files: FileServer, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="data.bin cannot be written to .*none: No such file or directory"):
        download(files.add("/data.bin", BODY), tmp_path / "none" / "data.bin")


def test_an_interrupt_leaves_nothing(files: FileServer, target: Path) -> None:
    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(files.add("/data.bin", BODY), target, on_progress=interrupt)
    assert_untouched(target)


def test_another_thread_can_stop_it(files: FileServer, target: Path) -> None:
    stop = threading.Event()
    url = files.add("/data.bin", refusals=[(503, {"Retry-After": "30"})])
    threading.Timer(0.2, stop.set).start()
    started = time.monotonic()
    with pytest.raises(Stopped):
        download(url, target, stop=stop, patience=replace(QUICK, longest_wait=60))
    assert time.monotonic() - started < 15
    assert_untouched(target)
