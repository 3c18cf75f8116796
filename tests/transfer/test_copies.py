"""Copies of remote files: fetched once, asked for again, and kept from lies."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from servers import Fault, FileServer

from colab_magics.errors import (
    BrokenFile,
    ChecksumMismatch,
    DownloadFailed,
    SourceDenied,
    SourceNotFound,
    Unproven,
)
from colab_magics.transfer.cache import Cache
from colab_magics.transfer.copies import Copy, Courier, Wish
from colab_magics.transfer.events import Stopped
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.web import WebFile

BODY = b"a,b\n1,2\n"
QUICK = Patience(connect=0.5, stall=0.5, attempts=2, pause=0.01)


@pytest.fixture
def courier(tmp_path: Path) -> Courier:
    folder = tmp_path / "folder"
    folder.mkdir()
    return Courier(folder, Cache(tmp_path / "cache"), patience=QUICK)


def bring(courier: Courier, url: str, **wish: object) -> Copy:
    return replace(courier, wish=Wish(**wish)).bring(WebFile(url, QUICK), "key", "a.csv")


def test_it_is_asked_whether_a_copy_is_still_right(files: FileServer, courier: Courier) -> None:
    url = files.add("/a.csv", BODY, etag='"1"')
    first = bring(courier, url)
    assert first.path.read_bytes() == BODY
    assert bring(courier, url) == first
    assert files.requests[-1][1]["if-none-match"] == '"1"'
    files.add("/a.csv", b"new", etag='"2"')
    assert bring(courier, url).path.read_bytes() == b"new"
    assert first.path.exists()  # somebody may be reading it


def test_by_date_where_there_is_no_tag(files: FileServer, courier: Courier) -> None:
    date = "Sat, 01 Jan 2000 00:00:00 GMT"
    url = files.add("/a.csv", BODY, headers={"Last-Modified": date})
    bring(courier, url)
    bring(courier, url)
    assert files.requests[-1][1]["if-modified-since"] == date


def test_without_a_validator_it_is_fetched_again(files: FileServer, courier: Courier) -> None:
    url = files.add("/a.csv", BODY)
    bring(courier, url)
    files.add("/a.csv", b"new")
    assert bring(courier, url).path.read_bytes() == b"new"
    assert not {"if-none-match", "if-modified-since"} & set(files.requests[-1][1])


def test_refresh_fetches_it_in_any_case(files: FileServer, courier: Courier) -> None:
    url = files.add("/a.csv", BODY, etag='"1"')
    bring(courier, url)
    bring(courier, url, refresh=True)
    assert "if-none-match" not in files.requests[-1][1]


def test_offline_asks_nobody(files: FileServer, courier: Courier) -> None:
    url = files.add("/a.csv", BODY, etag='"1"')
    with pytest.raises(SourceNotFound, match=r"a.csv is not in the cache: leave --offline out to fetch it"):
        bring(courier, url, offline=True)
    bring(courier, url)
    files.requests.clear()
    assert bring(courier, url, offline=True).path.read_bytes() == BODY
    assert files.requests == []


def test_a_known_hash_asks_nobody(files: FileServer, courier: Courier) -> None:
    url = files.add("/a.csv", BODY)
    digest = "492e7b81b39cae2b50d2b3ae3ab5ed8e9ae0ebb4a4b0e7f8c3d8e0ef2c3a2b6b"
    with pytest.raises(ChecksumMismatch, match=f"What arrived for {url} is not the file that was promised"):
        bring(courier, url, sha256=digest)
    first = bring(courier, url)
    digest = courier.cache.find("key").sha256
    files.requests.clear()
    assert bring(courier, url, sha256=digest.upper()) == first
    assert files.requests == []


@pytest.mark.parametrize(("status", "error"), [(404, SourceNotFound), (503, DownloadFailed)])
def test_a_copy_is_offered_where_the_source_is_gone(
    files: FileServer, courier: Courier, status: int, error: type[Exception]
) -> None:
    url = files.add("/a.csv", BODY, etag='"1"')
    bring(courier, url)
    files.add("/a.csv", b"", status=status)
    with pytest.raises(
        error, match=r" A copy of 20\d\d-\d\d-\d\d \d\d:\d\d is in the cache: add --offline to take that"
    ):
        bring(courier, url)


def test_a_damaged_copy_is_not_used(files: FileServer, courier: Courier) -> None:
    url = files.add("/a.csv", BODY, etag='"1"')
    path = bring(courier, url).path
    path.write_bytes(b"a,b\n9,9\n")
    assert bring(courier, url).path.read_bytes() == BODY
    path.write_bytes(BODY[:3])
    with pytest.raises(SourceNotFound, match="is not in the cache"):
        bring(courier, url, offline=True)
    path.unlink()
    assert bring(courier, url).path.read_bytes() == BODY


def test_what_cannot_be_proved_whole_is_refused(files: FileServer, courier: Courier) -> None:
    url = files.add("/a.csv", BODY, fault="no length")
    sentence = "a.csv came without its length, .* add --sha256 HASH if you know it, or --trust to take it as it came"
    with pytest.raises(Unproven, match=sentence):
        bring(courier, url)
    got = bring(courier, url, trust=True)
    assert got.notes == ("The server did not tell the length: nothing proves that all of it arrived.",)
    assert courier.cache.entries() == []
    assert got.path.parent == courier.folder
    assert not list((courier.cache.folder / "unfinished").iterdir())


@pytest.mark.parametrize(
    ("body", "error", "sentence"),
    [
        (b"", BrokenFile, "a.csv is empty: the server sent 0 bytes"),
        (b"<!doctype html><p>Sign in", SourceDenied, "a.csv is a web page and not data: it asks to log in"),
    ],
)
def test_a_disguise_is_not_kept(
    files: FileServer, courier: Courier, body: bytes, error: type[Exception], sentence: str
) -> None:
    url = files.add("/a.csv", body, etag='"1"')
    with pytest.raises(error, match=sentence):
        bring(courier, url)
    assert courier.cache.entries() == []
    if body:
        assert bring(courier, url, takes_pages=True).size == len(body)


@pytest.mark.parametrize("fault", ["cut", "stall"])
def test_a_failure_leaves_the_old_copy(files: FileServer, courier: Courier, fault: Fault) -> None:
    url = files.add("/a.csv", BODY, etag='"1"')
    path = bring(courier, url).path
    files.add("/a.csv", b"n" * 1000, etag='"2"', fault=fault)
    with pytest.raises(DownloadFailed):
        bring(courier, url)
    assert path.read_bytes() == BODY
    assert bring(courier, url, offline=True).path == path


def test_many_at_once_fetch_it_once(files: FileServer, courier: Courier) -> None:
    url = files.add("/a.csv", BODY * 100_000, etag='"1"', rate=2e6)
    with ThreadPoolExecutor(12) as pool:
        copies = set(pool.map(lambda _: bring(courier, url).path, range(12)))
    assert len(copies) == 1
    assert sum("if-none-match" not in headers and "if-range" not in headers for _, headers in files.requests) == 1


def test_without_locks_all_get_it_whole(files: FileServer, courier: Courier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colab_magics.transfer.locking._locks", lambda descriptor, **_: True)
    url = files.add("/a.csv", BODY * 200_000, etag='"1"', rate=4e6)
    with ThreadPoolExecutor(8) as pool:
        for copy in pool.map(lambda _: bring(courier, url), range(8)):
            assert copy.path.read_bytes() == BODY * 200_000
    assert not list((courier.cache.folder / "unfinished").glob("*.part"))


def test_waiting_for_another_can_be_stopped(files: FileServer, courier: Courier) -> None:
    stop = threading.Event()
    with courier.cache.locked("key", threading.Event()):
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(Stopped):
            bring(replace(courier, stop=stop), files.add("/a.csv", BODY))


def test_without_a_cache_it_comes_into_the_folder(files: FileServer, courier: Courier) -> None:
    bare = replace(courier, cache=None)
    got = bring(bare, files.add("/a.csv", BODY, etag='"1"'))
    assert got.path == courier.folder / "a.csv"
    with pytest.raises(SourceNotFound, match="There is no cache here, .*: leave --offline out"):
        bring(bare, files.url + "/a.csv", offline=True)


def test_a_copy_is_called_as_it_was_brought(files: FileServer, courier: Courier) -> None:
    remote = WebFile(files.add("/x", BODY, etag='"1"'), QUICK)
    assert courier.bring(remote, "key", "a.csv").name == "a.csv"
    assert replace(courier, wish=Wish(offline=True)).bring(remote, "key", "other").name == "a.csv"
    assert replace(courier, cache=None).bring(remote, "key", "b.csv").name == "b.csv"


_FULL = """
import resource, signal, sys
from pathlib import Path
from colab_magics.errors import DownloadFailed
from colab_magics.transfer.cache import Cache
from colab_magics.transfer.copies import Courier
from colab_magics.transfer.web import WebFile
url, folder, cache = sys.argv[1:]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(2.5e6), int(2.5e6)))
try:
    Courier(Path(folder), Cache(Path(cache))).bring(WebFile(url), "key", "a.csv")
except DownloadFailed as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of files")
def test_a_disk_that_is_full_in_the_middle(files: FileServer, courier: Courier) -> None:
    url = files.add("/a.csv", BODY, etag='"1"')
    path = bring(courier, url).path
    body = bytes(1 << 22)
    files.add("/a.csv", body, etag='"2"')
    words = [sys.executable, "-c", _FULL, url, str(courier.folder), str(courier.cache.folder)]
    told = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    assert "cannot be written to" in told.stdout
    assert "File too large" in told.stdout
    assert "A copy of 20" in told.stdout
    assert path.read_bytes() == BODY
    assert bring(courier, url).path.read_bytes() == body
