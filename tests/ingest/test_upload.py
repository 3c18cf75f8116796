"""Files that come from a browser: whole, proven, resumed, under names that do no harm."""

import hashlib
import os
import random
import shutil
import stat
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hostile import HOSTILE

from colab_magics.errors import BadOption, ChecksumMismatch, DownloadFailed, OutputDenied, SourceError
from colab_magics.ingest.blocks import BLOCK
from colab_magics.ingest.offer import Offer
from colab_magics.ingest.upload import LARGEST_PIECE, UNFINISHED, Upload, limit_of

MB = 1 << 20


def content(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def digests(piece: bytes) -> bytes:
    return b"".join(hashlib.sha256(piece[at : at + BLOCK]).digest() for at in range(0, len(piece), BLOCK))


def root(body: bytes) -> str:
    return hashlib.sha256(digests(body)).hexdigest()


def offer(body: bytes, name: str = "a.csv", modified: int = 7) -> Offer:
    return Offer(name, len(body), modified, hashlib.sha256(body[:BLOCK]).hexdigest())


def send(upload: Upload, body: bytes, until: int | None = None, piece: int = 2 * BLOCK) -> None:
    """Send what is wanted, as a panel does."""
    until = len(body) if until is None else until
    for at in range(upload.front, until, piece):
        part = body[at : min(at + piece, until)]
        assert upload.take(at, part, digests(part))


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 5 * MB + 3, 12 * MB])
@pytest.mark.parametrize("piece", [BLOCK, LARGEST_PIECE])
def test_a_file_arrives_whole(tmp_path: Path, size: int, piece: int) -> None:
    body = content(size)
    upload = Upload(offer(body), tmp_path)
    send(upload, body, piece=piece)
    assert upload.is_whole
    arrived = upload.finish(root(body))
    assert arrived.path == tmp_path / "a.csv"
    assert arrived.path.read_bytes() == body
    assert (arrived.size, arrived.is_new) == (size, True)
    assert left(tmp_path) == ["a.csv"]
    assert stat.S_IMODE(arrived.path.stat().st_mode) == 0o600


def test_pieces_may_come_in_any_order_and_twice(tmp_path: Path) -> None:
    body = content(3 * MB + 5)
    upload = Upload(offer(body), tmp_path)
    places = [*range(0, len(body), BLOCK)] * 2
    random.Random(0).shuffle(places)
    for at in places:
        assert upload.take(at, body[at : at + BLOCK], digests(body[at : at + BLOCK]))
    assert upload.finish(root(body)).path.read_bytes() == body


def test_a_damaged_piece_is_not_taken(tmp_path: Path) -> None:
    body = content(2 * BLOCK)
    upload = Upload(offer(body), tmp_path)
    damaged = body[:-1] + bytes([body[-1] ^ 1])
    assert not upload.take(0, damaged, digests(body))
    assert upload.front == 0
    assert upload.take(0, body, digests(body))
    upload.drop()
    assert left(tmp_path) == []


def test_what_is_not_what_the_browser_read_is_not_kept(tmp_path: Path) -> None:
    body = content(3 * MB)
    upload = Upload(offer(body), tmp_path)
    send(upload, body)
    with pytest.raises(ChecksumMismatch, match=r"What arrived of a\.csv is not what the browser read: it was changed"):
        upload.finish(root(body[::-1]))
    assert left(tmp_path) == []


def test_what_was_cut_short_on_the_disk_gets_no_name(tmp_path: Path) -> None:
    body = content(3 * MB)
    upload = Upload(offer(body), tmp_path)
    send(upload, body)
    os.truncate(next((tmp_path / UNFINISHED).glob("*.part")), 2 * MB)
    with pytest.raises(DownloadFailed, match=r"a\.csv was cut short on the disk: try again"):
        upload.finish(root(body))
    assert not (tmp_path / "a.csv").exists()
    again = Upload(offer(body), tmp_path)
    assert again.front == 0
    send(again, body)
    assert again.finish(root(body)).path.read_bytes() == body


def test_an_unfinished_file_is_not_finished(tmp_path: Path) -> None:
    body = content(3 * MB)
    upload = Upload(offer(body), tmp_path)
    send(upload, body, until=2 * MB)
    assert upload.missing == MB
    with pytest.raises(DownloadFailed, match=r"1\.0 MB of a\.csv have not arrived: choose it again to go on\."):
        upload.finish(root(body))
    assert not (tmp_path / "a.csv").exists()
    upload.leave()


@pytest.mark.parametrize("until", [2 * MB, 3 * MB + BLOCK, 5 * MB])
def test_what_was_left_goes_on(tmp_path: Path, until: int) -> None:
    body = content(5 * MB + 11)
    first = Upload(offer(body), tmp_path)
    send(first, body, until=until)
    first.leave()
    assert left(tmp_path) == [UNFINISHED]
    second = Upload(offer(body), tmp_path)
    assert second.front == until
    send(second, body)
    assert second.finish(root(body)).path.read_bytes() == body
    assert left(tmp_path) == ["a.csv"]


@pytest.mark.parametrize(
    "other",
    [
        lambda body: offer(body, name="b.csv"),
        lambda body: offer(body, modified=8),
        lambda body: offer(body + b"x"),
        lambda body: offer(b"x" + body[1:]),
    ],
)
def test_another_file_does_not_go_on_with_it(tmp_path: Path, other: Callable[[bytes], Offer]) -> None:
    body = content(5 * MB)
    first = Upload(offer(body), tmp_path)
    send(first, body, until=4 * MB)
    first.leave()
    second = Upload(other(body), tmp_path)
    assert second.front == 0
    second.drop()


def test_a_changed_beginning_is_found_at_the_end(tmp_path: Path) -> None:
    """Name, size, time and first block are the same, and still it is another file."""
    body = content(5 * MB)
    first = Upload(offer(body), tmp_path)
    send(first, body, until=4 * MB)
    first.leave()
    changed = body[: 2 * MB] + b"changed" + body[2 * MB + 7 :]
    second = Upload(offer(changed), tmp_path)
    send(second, changed)
    with pytest.raises(ChecksumMismatch, match="is not what the browser read"):
        second.finish(root(changed))
    assert left(tmp_path) == []


_SEND_AND_DIE = """
import os, runpy, sys
from pathlib import Path
sys.path.insert(0, str(Path(sys.argv[1]).parents[1]))
own = runpy.run_path(sys.argv[1])
body = Path(sys.argv[2]).read_bytes()
own["send"](own["Upload"](own["offer"](body), Path(sys.argv[3])), body, until=4 * own["MB"])
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(os.name == "nt", reason="kills a process as POSIX does")
def test_what_a_killed_kernel_left_goes_on(tmp_path: Path) -> None:
    body = content(6 * MB)
    (tmp_path / "body").write_bytes(body)
    folder = tmp_path / "folder"
    folder.mkdir()
    words = [sys.executable, "-c", _SEND_AND_DIE, __file__, str(tmp_path / "body"), str(folder)]
    assert subprocess.run(words, check=False, timeout=60).returncode == -9
    upload = Upload(offer(body), folder)
    assert upload.front == 4 * MB
    send(upload, body)
    assert upload.finish(root(body)).path.read_bytes() == body


def test_what_was_left_waits_for_seven_days(tmp_path: Path) -> None:
    body = content(5 * MB)
    for name, days in (("old.csv", 7.1), ("new.csv", 6.9)):
        upload = Upload(offer(body, name), tmp_path)
        send(upload, body, until=4 * MB)
        upload.leave()
        for path in (tmp_path / UNFINISHED).glob(f"{offer(body, name).key}.*"):
            os.utime(path, (0, path.stat().st_mtime - days * 24 * 3600))
    Upload(offer(b"other", "other.csv"), tmp_path).drop()
    for name, front in (("old.csv", 0), ("new.csv", 4 * MB)):
        upload = Upload(offer(body, name), tmp_path)
        assert upload.front == front
        upload.drop()


def test_what_is_on_its_way_is_not_swept(tmp_path: Path) -> None:
    body = content(5 * MB)
    upload = Upload(offer(body), tmp_path)
    send(upload, body, until=4 * MB)
    for path in (tmp_path / UNFINISHED).iterdir():
        os.utime(path, (0, 0))
    Upload(offer(b"other", "other.csv"), tmp_path).drop()
    send(upload, body)
    assert upload.finish(root(body)).path.read_bytes() == body


def test_two_of_the_same_do_not_meet(tmp_path: Path) -> None:
    body = content(3 * MB)
    first, second = Upload(offer(body), tmp_path), Upload(offer(body), tmp_path)
    send(first, body, until=2 * MB)
    send(second, body)
    assert second.finish(root(body)).is_new
    send(first, body)
    assert not first.finish(root(body)).is_new
    assert left(tmp_path) == ["a.csv"]


def test_no_file_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(b"mine")
    for number in (1, 2):
        body = content(number)
        upload = Upload(offer(body, "a.csv.gz"), tmp_path)
        send(upload, body)
        assert upload.finish(root(body)).path.name == f"a-{number}.csv.gz"
    assert (tmp_path / "a.csv.gz").read_bytes() == b"mine"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "a.csv").symlink_to(victim)
    upload = Upload(offer(b"mine"), folder)
    send(upload, b"mine")
    assert upload.finish(root(b"mine")).path == folder / "a-1.csv"
    assert victim.read_bytes() == b"mine"


@pytest.mark.parametrize(
    "name",
    [
        *HOSTILE, "../../evil.csv", "/etc/passwd", "..", ".", "", "\0", "a\nb", "C:\\evil", "con", ".bashrc", "x" * 999,
        "\u202egpj.exe", UNFINISHED,
    ],
)  # fmt: skip
def test_a_hostile_name_stays_in_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    upload = Upload(offer(b"x", name), folder)
    send(upload, b"x")
    path = upload.finish(root(b"x")).path
    assert path.parent == folder
    assert not path.name.startswith(".")
    assert left(folder) == [path.name]
    assert left(tmp_path) == ["work"]


class _Usage(NamedTuple):
    free: int


def test_room_is_looked_for_before_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10 * MB))
    Upload(Offer("a.csv", 6 * MB, 7, "0" * 64), tmp_path).drop()
    for size, promised in ((11 * MB, 0), (6 * MB, 5 * MB)):
        with pytest.raises(DownloadFailed, match=r"11\.0 MB do not fit on the disk of .* which has 10\.0 MB free"):
            Upload(Offer("a.csv", size, 7, "0" * 64), tmp_path, promised=promised)
    assert left(tmp_path) == []


def test_a_limit(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"a\.csv has 3\.0 MB, and 2\.0 MB may be uploaded here: choose a smaller file"
    ):
        Upload(Offer("a.csv", 3 * MB, 7, "0" * 64), tmp_path, limit=limit_of({"COLAB_MAGICS_UPLOAD_LIMIT": "2 MB"}))
    assert left(tmp_path) == []
    assert limit_of({}) is None
    with pytest.raises(BadOption, match="COLAB_MAGICS_UPLOAD_LIMIT must be a size, such as 10GB"):
        limit_of({"COLAB_MAGICS_UPLOAD_LIMIT": "much"})


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / UNFINISHED).write_bytes(b"")
    with pytest.raises(OutputDenied, match="Nothing can be uploaded to .*: change to a folder of yours with %cd"):
        Upload(offer(b"x"), tmp_path)


@pytest.mark.parametrize(
    ("position", "piece", "proof"),
    [
        (1, b"x" * BLOCK, 1),
        (-BLOCK, b"x" * BLOCK, 1),
        (True, b"x" * BLOCK, 1),
        (0.0, b"x" * BLOCK, 1),
        ("0", b"x" * BLOCK, 1),
        (None, b"x" * BLOCK, 1),
        (4 * MB, b"x", 1),
        (1 << 60, b"x", 1),
        (0, b"", 0),
        (0, b"x", 1),
        (0, b"x" * (LARGEST_PIECE + BLOCK), 9),
        (0, b"x" * BLOCK, 2),
        (0, b"x" * BLOCK, 0),
    ],
)
def test_what_no_panel_sends_is_refused(tmp_path: Path, position: Any, piece: bytes, proof: int) -> None:
    upload = Upload(Offer("a.csv", 4 * MB, 7, "0" * 64), tmp_path)
    with pytest.raises(BadOption, match="This piece belongs to no place in the file"):
        upload.take(position, piece, b"d" * 32 * proof)
    upload.drop()
    assert left(tmp_path) == []


GOOD = {"name": "a", "size": 1, "modified": 0, "head": "0" * 64}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": None}, {"name": "x" * 1025}, {"size": -1}, {"size": 1.5}, {"size": True}, {"size": 1 << 60},
        {"size": "1"}, {"modified": None}, {"modified": "x"}, {"head": ""}, {"head": "g" * 64}, {"head": 1},
    ],
)  # fmt: skip
def test_an_offer_is_read_with_care(wrong: dict[str, Any]) -> None:
    assert Offer.of(GOOD) == Offer("a", 1, 0, "0" * 64)
    with pytest.raises(BadOption, match="This is no file that can be uploaded"):
        Offer.of(GOOD | wrong)


def test_the_whole_file_is_never_in_memory(tmp_path: Path) -> None:
    size = 64 * MB
    part = content(LARGEST_PIECE)
    proof = digests(part)
    upload = Upload(Offer("a.bin", size, 7, "0" * 64), tmp_path)
    tracemalloc.start()
    for at in range(0, size, LARGEST_PIECE):
        assert upload.take(at, part, proof)
    upload.finish(hashlib.sha256(proof * (size // LARGEST_PIECE)).hexdigest())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 16 * MB
