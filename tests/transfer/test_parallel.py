"""One version of a file over many connections, and from where the last try broke off."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from servers import FileServer, Page

from colab_magics.errors import ChecksumMismatch, DownloadFailed, UnknownFormat
from colab_magics.transfer.events import Downloaded, Progress
from colab_magics.transfer.fetch import fetch
from colab_magics.transfer.landing import Shelf
from colab_magics.transfer.ranges import Ranges
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.remote import Changed, NotModified
from colab_magics.transfer.web import WebFile

MEGA = 1 << 20
BODY = os.urandom(12 * MEGA)
OTHER = os.urandom(12 * MEGA)
QUICK = Patience(connect=0.5, stall=2, attempts=4, pause=0.01, longest_wait=2)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder / "data.bin"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    folder = tmp_path / "unfinished"
    folder.mkdir()
    return Shelf(folder, "key")


def bring(url: str, target: Path, **options: object) -> Downloaded:
    return fetch(WebFile(url, QUICK), target, patience=QUICK, **options)


def ranges(files: FileServer) -> list[str]:
    return [headers.get("range", "") for _, headers in files.requests]


def asked_for(files: FileServer) -> int:
    """Bytes of the parts that were asked for, the first request, which has no end, aside."""
    ends = [words.removeprefix("bytes=").split("-") for words in ranges(files)]
    return sum(int(last) + 1 - int(first) for first, last in ends if last)


def test_a_slow_line_gets_many_connections(files: FileServer, target: Path) -> None:
    url = files.add("/data.bin", BODY, etag='"1"', rate=10e6)
    seen: list[Progress] = []
    got = bring(url, target, on_progress=seen.append)
    assert target.read_bytes() == BODY
    assert got.sha256 == hashlib.sha256(BODY).hexdigest()
    assert len(files.requests) > 4
    assert all(headers.get("if-range") == '"1"' for _, headers in files.requests[1:])
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert not [thread for thread in threading.enumerate() if "colab-magics-transfer" in thread.name]


@pytest.mark.parametrize("etag", ["", 'W/"1"'])
def test_without_a_strong_validator_it_is_one_stream(files: FileServer, target: Path, etag: str) -> None:
    headers = {"Last-Modified": "Tue, 01 Jan 2030 00:00:00 GMT"}
    got = bring(files.add("/data.bin", BODY, etag=etag, rate=50e6, headers=headers), target)
    assert (got.size, ranges(files)) == (len(BODY), ["bytes=0-"])


def test_a_date_of_long_ago_is_a_strong_validator(files: FileServer, target: Path) -> None:
    date = "Sat, 01 Jan 2000 00:00:00 GMT"
    page = Page(BODY, headers={"Last-Modified": date}, etag=date, rate=10e6, etag_header="")
    files.pages["/data.bin"] = page
    bring(f"{files.url}/data.bin", target)
    assert target.read_bytes() == BODY
    assert files.requests[-1][1]["if-range"] == date


def test_a_new_version_is_begun_anew(files: FileServer, target: Path) -> None:
    url = files.add("/data.bin", BODY, etag='"1"', rate=10e6)
    asked: list[str] = []

    def replace() -> None:
        asked.append("")
        if len(asked) == 3:
            files.add("/data.bin", OTHER, etag='"2"')

    files.on_request = replace
    got = bring(url, target)
    assert target.read_bytes() == OTHER
    assert got.version.etag == '"2"'


def test_a_file_that_never_rests_is_given_up(files: FileServer, target: Path) -> None:
    count = iter(range(10**6))

    def replace() -> None:
        files.add("/data.bin", os.urandom(1000) + bytes(4 * MEGA), etag=f'"{next(count)}"', fault="cut")

    files.on_request = replace
    with pytest.raises(DownloadFailed, match="data.bin changes faster than it can be read"):
        bring(files.add("/data.bin", b"x"), target)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("fault", ["lies about the range", "ignores later ranges"])
def test_a_store_that_gives_no_parts_after_all(files: FileServer, target: Path, fault: str) -> None:
    url = files.add("/data.bin", BODY, etag='"1"', rate=10e6)
    later = Page(BODY, headers={"ETag": '"1"'})
    if fault == "lies about the range":
        later = Page(BODY[:MEGA], 206, {"ETag": '"1"', "Content-Range": f"bytes 5-{MEGA + 4}/{len(BODY)}"})

    def swap() -> None:
        if len(files.requests) == 2:
            files.pages["/data.bin"] = later
        elif len(files.requests) > 2 and "if-range" not in files.requests[-1][1]:
            files.add("/data.bin", BODY, etag='"1"')

    files.on_request = swap
    assert bring(url, target).sha256 == hashlib.sha256(BODY).hexdigest()


def test_parts_that_are_cut_go_on_where_they_were(files: FileServer, target: Path) -> None:
    url = files.add("/data.bin", BODY, etag='"1"', fault="cut once")
    assert bring(url, target).sha256 == hashlib.sha256(BODY).hexdigest()
    assert asked_for(files) <= len(BODY) // 2 + 1024


def test_a_version_that_is_here_is_not_brought(files: FileServer, target: Path) -> None:
    url = files.add("/data.bin", BODY, etag='"1"')
    got = bring(url, target)
    with pytest.raises(NotModified):
        bring(url, target, unless=got.version)
    files.add("/data.bin", OTHER, etag='"2"')
    assert bring(url, target, unless=got.version).version.etag == '"2"'


def test_an_empty_file(files: FileServer, target: Path) -> None:
    assert bring(files.add("/data.bin", b"", etag='"1"'), target).size == 0
    assert ranges(files) == ["bytes=0-", ""]


def test_a_cap_on_its_size(files: FileServer, target: Path) -> None:
    with pytest.raises(DownloadFailed, match=r"data.bin has 12.0 MB, and at most 1.0 MB were asked for"):
        bring(files.add("/data.bin", BODY, etag='"1"'), target, most=MEGA)
    with pytest.raises(DownloadFailed, match="and at most 1.0 MB were asked for"):
        bring(files.add("/data.bin", BODY, fault="no length"), target, most=MEGA)
    assert list(target.parent.iterdir()) == []


def test_what_its_first_bytes_forbid_is_not_fetched(files: FileServer, target: Path) -> None:
    def refuse(head: bytes, content_type: str) -> None:
        assert (head, content_type) == (BODY[: 256 << 10], "text/html")
        raise UnknownFormat("no")

    url = files.add("/data.bin", BODY, etag='"1"', rate=1e6, headers={"Content-Type": "text/html"})
    done: list[int] = []
    with pytest.raises(UnknownFormat, match="no"):
        bring(url, target, inspect=refuse, on_progress=lambda progress: done.append(progress.done))
    assert max(done, default=0) < len(BODY) / 2
    assert list(target.parent.iterdir()) == []


def test_the_next_try_goes_on(files: FileServer, target: Path, shelf: Shelf) -> None:
    url = files.add("/data.bin", BODY, etag='"1"', rate=10e6)

    def interrupt(progress: Progress) -> None:
        if progress.done > 6 * MEGA:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(url, target, shelf=shelf, on_progress=interrupt)
    assert len(list(shelf.folder.iterdir())) == 2
    assert not target.exists()
    files.requests.clear()
    assert bring(url, target, shelf=shelf).sha256 == hashlib.sha256(BODY).hexdigest()
    assert asked_for(files) <= 7 * MEGA
    assert list(shelf.folder.iterdir()) == []


def test_connections_that_wait_for_an_answer_hold_up_no_interrupt(files: FileServer, target: Path) -> None:
    url = files.add("/data.bin", BODY, etag='"1"', rate=4e6)
    files.on_request = lambda: len(files.requests) <= 4 or files.closing.wait(20)
    pressed: list[float] = []

    def interrupt(progress: Progress) -> None:
        if len(files.requests) >= 12:
            pressed.append(time.monotonic())
            raise KeyboardInterrupt

    patient = replace(QUICK, stall=20)
    with pytest.raises(KeyboardInterrupt):
        fetch(WebFile(url, patient), target, on_progress=interrupt, patience=patient)
    assert time.monotonic() - pressed[0] < 15


def test_an_interrupt_while_a_connection_begins(
    files: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = files.add("/data.bin", BODY, etag='"1"', rate=10e6)
    begin = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if thread.name == "colab-magics-transfer-2":
            raise KeyboardInterrupt
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(KeyboardInterrupt):
        bring(url, target)
    assert list(target.parent.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if "colab-magics-transfer" in thread.name]


def test_another_version_does_not_go_on(files: FileServer, target: Path, shelf: Shelf) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.done > 6 * MEGA:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(files.add("/data.bin", BODY, etag='"1"', rate=10e6), target, shelf=shelf, on_progress=interrupt)
    assert bring(files.add("/data.bin", OTHER, etag='"2"'), target, shelf=shelf)
    assert target.read_bytes() == OTHER
    assert list(shelf.folder.iterdir()) == []


_CHILD = """
import sys
from pathlib import Path
from colab_magics.transfer.fetch import fetch
from colab_magics.transfer.landing import Shelf
from colab_magics.transfer.web import WebFile
url, target, folder = sys.argv[1:]
fetch(WebFile(url), Path(target), shelf=Shelf(Path(folder), "key"), on_progress=lambda progress: print(progress.done, flush=True))
"""


def test_a_killed_process_leaves_its_bytes_to_the_next(files: FileServer, target: Path, shelf: Shelf) -> None:
    url = files.add("/data.bin", BODY, etag='"1"', rate=5e6)
    words = [sys.executable, "-c", _CHILD, url, str(target), str(shelf.folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        done = 0
        for line in child.stdout:
            done = int(line)
            if done > 6 * MEGA:
                child.send_signal(signal.SIGKILL)
                break
    assert not target.exists()
    files.requests.clear()
    assert bring(url, target, shelf=shelf).sha256 == hashlib.sha256(BODY).hexdigest()
    assert asked_for(files) < len(BODY) - 0.5 * done
    assert list(shelf.folder.iterdir()) == []


def test_the_journal_knows_the_last_bytes_of_every_part(files: FileServer, target: Path, shelf: Shelf) -> None:
    url = files.add("/data.bin", BODY, etag='"1"', rate=10e6)
    noted = Ranges()

    def read_journal(path: Path, sha256: str) -> None:
        for line in path.with_suffix(".journal").read_text().splitlines()[1:]:
            noted.add(*map(int, line.split()))

    bring(url, target, shelf=shelf, verify=read_journal)
    assert list(noted) == [(0, len(BODY))]


def test_a_living_process_keeps_its_bytes(files: FileServer, target: Path, shelf: Shelf) -> None:
    url = files.add("/data.bin", BODY, etag='"1"', rate=5e6)
    inner = target.with_name("inner.bin")
    brought: list[Downloaded] = []

    def fetch_it_too(progress: Progress) -> None:
        if progress.done > 3 * MEGA and not brought:
            brought.append(bring(url, inner, shelf=shelf))

    bring(url, target, shelf=shelf, on_progress=fetch_it_too)
    assert brought
    assert inner.read_bytes() == target.read_bytes() == BODY


def test_without_locks_both_get_it_whole(
    files: FileServer, target: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("colab_magics.transfer.journal.is_held", lambda path: False)
    test_a_living_process_keeps_its_bytes(files, target, shelf)


def test_what_is_wrong_as_a_whole_is_not_kept(files: FileServer, target: Path, shelf: Shelf) -> None:
    url = files.add("/data.bin", BODY, etag='"1"')
    seen: list[tuple[bytes, str]] = []

    def verify(path: Path, sha256: str) -> None:
        seen.append((path.read_bytes(), sha256))
        raise [Changed, ChecksumMismatch("wrong")][len(seen) - 1]

    with pytest.raises(ChecksumMismatch, match="wrong"):
        bring(url, target, shelf=shelf, verify=verify)
    assert seen == [(BODY, hashlib.sha256(BODY).hexdigest())] * 2
    assert [*shelf.folder.iterdir(), *target.parent.iterdir()] == []
