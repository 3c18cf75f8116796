"""What lies in a Drive on loopback."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from drive_server import FOLDER, SHEET, SHORTCUT, DriveServer, Refusal

from colab_magics.errors import DownloadFailed, SourceNotFound
from colab_magics.transfer.drive import DriveClient
from colab_magics.transfer.drive_listing import SHARED, SHARED_DRIVES, list_drive
from colab_magics.transfer.drive_login import Login
from colab_magics.transfer.events import Stopped
from colab_magics.transfer.listings import Entry
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import DriveFile

ID = "1AbCdEfGhIjKlMnOpQrStUvWx"
PATIENCE = Patience(pause=0.01)


@pytest.fixture
def client(drive: DriveServer, drive_login: Login) -> Iterator[DriveClient]:
    with closing(DriveClient(drive_login, PATIENCE, api=drive.url, docs=drive.url)) as client:
        yield client


def test_a_folder(drive: DriveServer, client: DriveClient) -> None:
    drive.add(ID, "a.csv", b"123")
    drive.add("F", "data", type=FOLDER)
    drive.add("S", "sheet", type=SHEET)
    drive.add("T", "talk", type="application/vnd.google-apps.presentation")
    drive.add("L", "secret.csv", may_download=False)
    drive.add("C", "cut", type=SHORTCUT, target=ID)
    drive.add("I", "inner.csv", b"1", parents=("F",))
    entries = {entry.name: entry for entry in list_drive(client).entries}
    assert list(entries)[:2] == ["Shared with me", "Shared drives"]
    assert entries["a.csv"] == Entry("a.csv", "", f"drive://{ID}", 3, "2026-01-02")
    assert resolve(entries["a.csv"].source) == DriveFile(ID)
    assert entries["data"].place == "F"
    assert entries["sheet"].source == "drive://S"
    assert (entries["talk"].source, entries["secret.csv"].source) == ("", "")
    assert entries["talk"].note == "talk is a Google presentation and no table: name a file or a sheet."
    assert entries["cut"].source == "drive://C"
    assert [entry.name for entry in list_drive(client, "F").entries] == ["inner.csv"]


def test_pages_and_names(drive: DriveServer, client: DriveClient) -> None:
    drive.page_size = 2
    for number in range(5):
        drive.add(f"F{number}", f"it's {number}.csv", parents=("elsewhere" if number % 2 else "root",))
    first = list_drive(client, search="IT'S")
    second = list_drive(client, search="IT'S", more=first.more)
    third = list_drive(client, search="IT'S", more=second.more)
    names = [entry.name for page in (first, second, third) for entry in page.entries]
    assert (names, third.more) == ([f"it's {number}.csv" for number in range(5)], "")
    assert list_drive(client, search="none").entries == ()


def test_what_others_share(drive: DriveServer, client: DriveClient) -> None:
    drive.drives["D1"] = "Team"
    drive.add("A", "of the team.csv", parents=("D1",), drive="D1")
    drive.add("B", "theirs.csv", parents=("x",), is_shared=True)
    assert list_drive(client, SHARED_DRIVES).entries == (Entry("Team", "D1 D1"),)
    assert [entry.name for entry in list_drive(client, "D1 D1").entries] == ["of the team.csv"]
    assert [entry.name for entry in list_drive(client, SHARED).entries] == ["theirs.csv"]
    assert [entry.name for entry in list_drive(client, search="the").entries] == ["of the team.csv", "theirs.csv"]


def test_a_search_that_was_not_everywhere_says_so(drive: DriveServer, client: DriveClient) -> None:
    drive.add(ID, "a.csv", b"1")
    drive.is_search_whole = False
    told = "Google did not search all shared drives: if a file is missing, look into its own drive."
    assert list_drive(client, search="a").notes == (told,)
    assert "incompleteSearch" in drive.requests[-1][1]["fields"]
    assert list_drive(client).notes == ()


def test_faults(drive: DriveServer, client: DriveClient) -> None:
    drive.refusals = [Refusal("/files", 503)]
    assert list_drive(client, "F", patience=PATIENCE).entries == ()
    drive.refusals = [Refusal("/files", 404, "notFound")]
    with pytest.raises(SourceNotFound, match="Google Drive"):
        list_drive(client, "F", patience=PATIENCE)
    drive.refusals = [Refusal("/files", 503) for _ in range(20)]
    with pytest.raises(DownloadFailed, match="Google Drive did not arrive"):
        list_drive(client, "F", patience=PATIENCE)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        list_drive(client, "F", stop=stop)
