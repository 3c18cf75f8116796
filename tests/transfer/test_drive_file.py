"""Files and sheets of Google Drive, whole and verified or not at all."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from drive_server import SHEET, DriveServer, Entry, Refusal

from colab_magics.errors import ChecksumMismatch, DownloadFailed, SourceDenied, SourceError
from colab_magics.transfer import fetch as fetch_module
from colab_magics.transfer.drive import DriveClient
from colab_magics.transfer.drive_file import DriveDownload, DriveSheetExport
from colab_magics.transfer.drive_login import Login
from colab_magics.transfer.events import Downloaded
from colab_magics.transfer.fetch import fetch
from colab_magics.transfer.landing import Shelf
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.remote import NotModified, Unranged

MEGA = 1 << 20
BODY = os.urandom(3 * MEGA)
OTHER = os.urandom(3 * MEGA)
QUICK = Patience(connect=0.5, stall=2, attempts=3, pause=0.01, longest_wait=2)


@pytest.fixture
def client(drive: DriveServer, drive_login: Login) -> Iterator[DriveClient]:
    found = DriveClient(drive_login, QUICK, api=drive.url, docs=drive.url)
    yield found
    found.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "downloads").mkdir()
    return tmp_path / "downloads" / "data.bin"


@pytest.fixture
def bring(client: DriveClient, target: Path) -> Callable[..., Downloaded]:
    def bring(**options: object) -> Downloaded:
        remote = DriveDownload(client, lambda: client.facts("F1", "drive://F1"), "drive://F1", QUICK)
        return fetch(remote, target, patience=QUICK, verify=remote.verify, **options)

    return bring


@pytest.fixture
def export(client: DriveClient, target: Path) -> Callable[..., Downloaded]:
    def export(gid: str = "", **options: object) -> Downloaded:
        remote = DriveSheetExport(client, lambda: client.facts("S1", "the sheet"), "the sheet", gid, QUICK)
        return fetch(remote, target, patience=QUICK, **options)

    return export


def assert_untouched(target: Path) -> None:
    assert list(target.parent.iterdir()) == []


def test_a_file_arrives_whole(drive: DriveServer, bring: Callable[..., Downloaded], target: Path) -> None:
    drive.add("F1", "a.bin", BODY)
    got = bring()
    assert target.read_bytes() == BODY
    assert (got.size, got.is_proven_whole, got.source) == (len(BODY), True, "drive://F1")
    assert got.version.etag == f'"{hashlib.sha256(BODY).hexdigest()}"'
    with pytest.raises(NotModified):
        bring(unless=got.version)


def test_an_empty_file(drive: DriveServer, bring: Callable[..., Downloaded]) -> None:
    drive.add("F1", "a.bin", b"")
    assert bring().size == 0


def test_a_cut_answer_goes_on_in_parts(drive: DriveServer, bring: Callable[..., Downloaded], target: Path) -> None:
    entry = drive.add("F1", "a.bin", BODY, fault="cut")

    def heal(_: Entry) -> None:
        if len([path for path in drive.paths() if path.endswith("F1")]) > 2:
            entry.fault = ""

    drive.on_media = heal
    bring()
    assert target.read_bytes() == BODY
    spans = [headers["range"] for _, query, headers in drive.requests if query.get("alt") == "media"]
    assert spans[0] == "bytes=0-"
    assert spans[-1] != "bytes=0-"


def test_an_answer_that_is_cut_for_ever(drive: DriveServer, bring: Callable[..., Downloaded], target: Path) -> None:
    drive.add("F1", "a.bin", BODY[:1000], fault="cut")
    with pytest.raises(DownloadFailed, match="drive://F1 did not arrive: the connection broke off, 3 times in a row"):
        bring()
    assert_untouched(target)


def test_a_drive_that_gives_no_parts(drive: DriveServer, bring: Callable[..., Downloaded], target: Path) -> None:
    drive.add("F1", "a.bin", BODY, fault="whole")
    assert bring().sha256 == hashlib.sha256(BODY).hexdigest()


@pytest.mark.parametrize("name", ["md5Checksum", "sha256Checksum"])
def test_wrong_bytes_are_not_kept(
    drive: DriveServer, bring: Callable[..., Downloaded], target: Path, tmp_path: Path, name: str
) -> None:
    kind = name.removesuffix("Checksum")
    entry = drive.add("F1", "a.bin", BODY, hashes={name: hashlib.new(kind, OTHER).hexdigest()})
    (tmp_path / "unfinished").mkdir()
    with pytest.raises(ChecksumMismatch, match="What arrived for drive://F1 is not the file that Drive has"):
        bring(shelf=Shelf(tmp_path / "unfinished", "key"))
    assert_untouched(target)
    assert list((tmp_path / "unfinished").iterdir()) == []
    entry.hashes = {name: hashlib.new(kind, BODY).hexdigest()}
    assert bring().size == len(BODY)


@pytest.mark.parametrize("new", [OTHER, OTHER + b"x"])
def test_a_file_that_changes_meanwhile_is_begun_anew(
    drive: DriveServer, bring: Callable[..., Downloaded], target: Path, new: bytes
) -> None:
    entry = drive.add("F1", "a.bin", BODY, fault="cut")
    after = iter([(BODY, "cut"), (new, "")])

    def change(_: Entry) -> None:
        entry.body, entry.fault = next(after, (new, ""))

    drive.on_media = change
    bring()
    assert target.read_bytes() == new


def test_a_slow_line_gets_many_connections(
    drive: DriveServer, bring: Callable[..., Downloaded], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = os.urandom(20 * MEGA)
    drive.add("F1", "a.bin", body)
    monkeypatch.setattr(fetch_module.Ramp, "look", lambda *_: 4)
    assert bring().sha256 == hashlib.sha256(body).hexdigest()


def test_limits_and_a_token_that_runs_out_on_the_way(
    drive: DriveServer, bring: Callable[..., Downloaded], target: Path
) -> None:
    drive.add("F1", "a.bin", BODY)
    drive.refusals = [
        Refusal("alt=media", 403, "rateLimitExceeded"),
        Refusal("alt=media", 429, "", {"Retry-After": "0"}),
        Refusal("alt=media", 401, "authError"),
    ]
    assert bring().size == len(BODY)
    assert drive.refusals == []


def test_one_that_changes_before_its_first_byte(
    drive: DriveServer, bring: Callable[..., Downloaded], target: Path
) -> None:
    entry = drive.add("F1", "a.bin", BODY)

    def change(_: Entry) -> None:
        entry.body = OTHER

    drive.on_media = change
    bring()
    assert target.read_bytes() == OTHER


def test_a_file_that_may_only_be_looked_at(drive: DriveServer, bring: Callable[..., Downloaded]) -> None:
    drive.add("F1", "a.bin", BODY, may_download=False)
    with pytest.raises(SourceDenied, match="drive://F1 may be looked at and not downloaded"):
        bring()
    assert len(drive.requests) == 1


def test_a_sheet_is_written_as_csv(drive: DriveServer, export: Callable[..., Downloaded], target: Path) -> None:
    entry = drive.add("S1", "Sheet", type=SHEET, tables={"0": b"a,b\n", "7": b"c,d\n"})
    got = export()
    assert (target.read_bytes(), got.is_proven_whole) == (b"a,b\n", True)
    assert drive.requests[-1][:2] == ("/drive/v3/files/S1/export", {"mimeType": "text/csv"})
    with pytest.raises(NotModified):
        export(unless=got.version)
    entry.version += 1
    export("7", unless=got.version)
    assert target.read_bytes() == b"c,d\n"
    assert drive.requests[-1][:2] == ("/spreadsheets/d/S1/export", {"format": "csv", "gid": "7"})
    assert drive.requests[-1][2]["authorization"].startswith("Bearer ya29.")


def test_a_sheet_has_no_parts(client: DriveClient) -> None:
    remote = DriveSheetExport(client, lambda: client.facts("S1", "x"), "x")
    with pytest.raises(Unranged), remote.open(5):
        pass


def test_a_sheet_that_is_too_large_or_cut(drive: DriveServer, export: Callable[..., Downloaded], target: Path) -> None:
    entry = drive.add("S1", "Sheet", type=SHEET, tables={"0": b"a,b\n" * 9})
    drive.export_limit = 10
    with pytest.raises(
        SourceError, match="the sheet is a Google document of more than 10 MB, which Drive does not exp"
    ):
        export()
    drive.export_limit, entry.fault = 100, "cut"
    with pytest.raises(DownloadFailed, match="the sheet did not arrive: the connection broke off"):
        export()
    assert_untouched(target)


def test_the_token_does_not_follow_to_another_server(
    drive: DriveServer, export: Callable[..., Downloaded], target: Path
) -> None:
    from servers import file_server

    drive.add("S1", "Sheet", type=SHEET, tables={"7": b""})
    with file_server() as other:
        drive.export_elsewhere = other.add("/table.csv", b"c,d\n")
        export("7")
        assert target.read_bytes() == b"c,d\n"
        assert "authorization" not in other.requests[-1][1]
