"""Files of Google Drive as local files: in public, with a login, or with the ways to get one."""

import functools
import json
import threading
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from drive_server import SHEET, DriveServer, Refusal
from servers import FileServer

from colab_magics.errors import BrokenFile, SourceDenied, SourceError, SourceNotFound, UnknownFormat
from colab_magics.transfer import drive_copies, hosted
from colab_magics.transfer.cache import Cache
from colab_magics.transfer.copies import Courier, Wish
from colab_magics.transfer.delivery import to_local
from colab_magics.transfer.drive import DriveClient
from colab_magics.transfer.drive_login import Login
from colab_magics.transfer.events import Progress, Stopped
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.source import DriveFile, DrivePath, DriveSheet, Source

QUICK = Patience(connect=0.5, stall=2, attempts=3, pause=0.01, longest_wait=2)
LOGIN_PAGE = b"<!doctype html><title>Sign in - Google Accounts</title>"
WAYS = "set GOOGLE_APPLICATION_CREDENTIALS to .*, or COLAB_MAGICS_DRIVE_CLIENT to .*, or run  gcloud auth application-defau"


@pytest.fixture
def courier(tmp_path: Path) -> Courier:
    folder = tmp_path / "folder"
    folder.mkdir()
    return Courier(folder, Cache(tmp_path / "cache"), patience=QUICK)


@pytest.fixture(autouse=True)
def public(files: FileServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> FileServer:
    """What Google gives to everybody, in a place where nobody is logged in."""
    monkeypatch.setattr(hosted, "DOWNLOADS", files.url)
    monkeypatch.setattr(hosted, "SHEETS", files.url)
    return files


@pytest.fixture
def logged_in(drive: DriveServer, drive_login: Login, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """A login is found from now on; the list tells of each search whether somebody might have been asked for it."""
    asked: list[bool] = []

    def find_login(*, may_ask: bool, stop: object) -> Login:
        asked.append(may_ask)
        return drive_login

    monkeypatch.setattr(drive_copies, "find_login", find_login)
    client = functools.partial(DriveClient, api=drive.url, docs=drive.url)
    monkeypatch.setattr(drive_copies, "DriveClient", client)
    return asked


def test_what_is_public_needs_no_login(public: FileServer, courier: Courier, logged_in: list[bool]) -> None:
    public.add("/download", b"a,b\n", etag='"1"')
    got = to_local(DriveFile("F1", "0-key"), courier)
    assert (got.path.read_bytes(), got.shown, got.notes) == (b"a,b\n", "drive://F1", ())
    assert public.requests[0][0] == "/download?id=F1&export=download&confirm=t&resourcekey=0-key"
    public.add("/spreadsheets/d/S1/export", b"c,d\n")
    assert to_local(DriveSheet("S1", "7"), courier).path.read_bytes() == b"c,d\n"
    assert logged_in == []


@pytest.mark.parametrize("page", [{"body": LOGIN_PAGE}, {"status": 403}, {"status": 401}])
@pytest.mark.parametrize("source", [DriveFile("F1"), DriveSheet("F1")])
def test_without_a_login_the_ways_to_one_are_told(
    public: FileServer, courier: Courier, source: Source, page: dict[str, object]
) -> None:
    public.add("/download", **page)
    public.add("/spreadsheets/d/F1/export", **page)
    with pytest.raises(SourceDenied, match=f"F1 is private: let its owner share it .*, or log in at Google: {WAYS}"):
        to_local(source, courier)
    with pytest.raises(SourceDenied, match=f"drive://d/a.csv wants a login at Google Drive: {WAYS}"):
        to_local(DrivePath("d/a.csv"), courier)


def test_what_a_login_would_not_help_is_told_as_it_is(public: FileServer, courier: Courier) -> None:
    with pytest.raises(SourceNotFound, match="There is nothing at .*/download"):
        to_local(DriveFile("F1"), courier)
    public.add("/download", b"<html>Quota exceeded for this file")
    with pytest.raises(UnknownFormat, match="too many people have fetched it"):
        to_local(DriveFile("F1"), courier)
    public.add("/download", b"")
    with pytest.raises(BrokenFile, match="is empty"):
        to_local(DriveFile("F1"), courier)


def test_a_private_file_comes_with_a_login(
    public: FileServer, drive: DriveServer, courier: Courier, logged_in: list[bool]
) -> None:
    public.add("/download", LOGIN_PAGE)
    drive.add("F1", "my data.csv", b"a,b\n1,2\n", key="0-canary")
    source = DriveFile("F1", "0-canary")
    got = to_local(source, courier)
    assert (got.path.read_bytes(), got.name, got.shown) == (b"a,b\n1,2\n", "my_data.csv", "drive://F1")
    count = len(drive.requests)
    assert to_local(source, courier) == got
    assert len(drive.requests) == count + 1  # only whether it is still the same
    offline = replace(courier, wish=Wish(offline=True))
    assert to_local(source, offline) == got
    assert logged_in == [True, True, False]
    assert courier.cache is not None
    assert "canary" not in "".join(path.read_text() for path in courier.cache.folder.rglob("*") if path.is_file())
    with pytest.raises(SourceNotFound, match="drive://F2 is not in the cache: leave --offline out"):
        to_local(DriveFile("F2"), offline)


def test_nobody_is_asked_to_log_in_for_what_is_not_there(
    drive: DriveServer, courier: Courier, logged_in: list[bool]
) -> None:
    with pytest.raises(SourceNotFound, match="There is no drive://F1 that the login of the tests may read"):
        to_local(DriveFile("F1"), courier)
    assert logged_in == [False]


def test_a_path(drive: DriveServer, courier: Courier, logged_in: list[bool]) -> None:
    drive.add("F1", "a.csv", b"a,b\n")
    got = to_local(DrivePath("a.csv"), courier)
    assert (got.path.read_bytes(), got.name, got.shown) == (b"a,b\n", "a.csv", "drive://a.csv")
    drive.entries["F1"].body = b"new\n"
    assert to_local(DrivePath("a.csv"), courier).path.read_bytes() == b"new\n"
    assert to_local(DrivePath("a.csv"), replace(courier, wish=Wish(offline=True))).path.read_bytes() == b"new\n"


def test_a_sheet_by_its_path_or_link(
    public: FileServer, drive: DriveServer, courier: Courier, logged_in: list[bool]
) -> None:
    drive.add("S1", "Prices", type=SHEET, tables={"0": b"a,b\n", "7": b"c,d\n"})
    got = to_local(DrivePath("Prices"), courier)
    assert (got.path.read_bytes(), got.name) == (b"a,b\n", "Prices.csv")
    assert "of which the first table was read" in got.notes[0]
    public.add("/spreadsheets/d/S1/export", LOGIN_PAGE)
    got = to_local(DriveSheet("S1", "7"), courier)
    assert (got.path.read_bytes(), got.name, got.notes) == (b"c,d\n", "Prices.csv", ())


def test_a_sheet_as_a_workbook(public: FileServer, drive: DriveServer, courier: Courier, logged_in: list[bool]) -> None:
    drive.add("S1", "Prices", type=SHEET, tables={"0": b"PK"})
    public.add("/spreadsheets/d/S1/export", LOGIN_PAGE)
    assert to_local(DriveSheet("S1", is_workbook=True), courier).name == "Prices.xlsx"
    assert public.requests[-1][0] == "/spreadsheets/d/S1/export?format=xlsx"
    assert drive.requests[-1][1]["mimeType"].endswith("spreadsheetml.sheet")


@pytest.mark.parametrize("source", [DrivePath("Prices", is_workbook=True), DriveFile("S1", is_workbook=True)])
def test_all_tables_of_a_sheet_that_no_link_tells_to_be_one(
    public: FileServer, drive: DriveServer, courier: Courier, logged_in: list[bool], source: Source
) -> None:
    drive.add("S1", "Prices", type=SHEET, tables={"0": b"PK"})
    public.add("/download", LOGIN_PAGE)
    assert to_local(replace(source, is_workbook=False), courier).name == "Prices.csv"
    got = to_local(source, courier)
    assert (got.name, got.notes) == ("Prices.xlsx", ())
    assert to_local(source, replace(courier, wish=Wish(offline=True))).name == "Prices.xlsx"


def test_a_workbook_that_was_opened_as_a_sheet(
    public: FileServer, drive: DriveServer, courier: Courier, logged_in: list[bool]
) -> None:
    public.add("/spreadsheets/d/F1/export", LOGIN_PAGE)
    drive.add("F1", "book.xlsx", b"PK", type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    assert to_local(DriveSheet("F1", "7"), courier).name == "book.xlsx"


def test_a_busy_drive_is_asked_again_and_it_is_said(
    drive: DriveServer, courier: Courier, logged_in: list[bool]
) -> None:
    drive.add("F1", "a.csv", b"a,b\n")
    drive.refusals = [Refusal("/files", 403, "rateLimitExceeded", {"Retry-After": "0"}), Refusal("/files", 500)]
    seen: list[Progress] = []
    to_local(DrivePath("a.csv"), replace(courier, on_progress=seen.append))
    assert "Drive asks for fewer requests; trying again" in seen[0].note
    assert "Drive answered 500; trying again" in seen[1].note
    stop = threading.Event()
    stop.set()
    drive.refusals = [Refusal("/files", 500)]
    with pytest.raises(Stopped):
        to_local(DrivePath("a.csv"), replace(courier, stop=stop))


def test_what_the_login_has_to_say_is_said(
    drive: DriveServer, courier: Courier, logged_in: list[bool], drive_login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive.add("F1", "a.csv", b"a,b\n")
    monkeypatch.setattr(drive_copies, "find_login", lambda **_: replace(drive_login, notes=("It was removed.",)))
    assert to_local(DrivePath("a.csv"), courier).notes == ("It was removed.",)


@pytest.mark.parametrize(
    "refusal",
    [Refusal("", 403, "x"), Refusal("", 404), Refusal("", 400), Refusal("", 401), Refusal("alt=media", 403, "x")],
)
def test_no_secret_leaves(drive: DriveServer, courier: Courier, logged_in: list[bool], refusal: Refusal) -> None:
    drive.add("F1", "a.csv", b"a,b\n")
    drive.refusals = [refusal] * 9
    with pytest.raises(SourceError) as caught:
        to_local(DriveFile("F1", "0-canary-key"), replace(courier, wish=Wish(refresh=True)))
    lines = "".join(traceback.format_exception(caught.value))
    assert "canary" not in lines.replace("0-canary-key", "", 1)  # which stands in the line of this test
    assert "canary" not in json.dumps([str(caught.value), repr(caught.value)])
