"""Files of Google Drive by their path."""

from collections.abc import Iterator

import pytest
from drive_server import FOLDER, SHORTCUT, DriveServer

from colab_magics.errors import SourceError, SourceNotFound
from colab_magics.transfer.drive import DriveClient
from colab_magics.transfer.drive_login import Login
from colab_magics.transfer.drive_paths import find_path
from colab_magics.transfer.refusals import Patience

QUICK = Patience(connect=0.5, stall=0.5, attempts=2, pause=0.01)


@pytest.fixture
def client(drive: DriveServer, drive_login: Login) -> Iterator[DriveClient]:
    found = DriveClient(drive_login, QUICK, api=drive.url, docs=drive.url)
    yield found
    found.close()


def find(client: DriveClient, path: str) -> str:
    return find_path(client, path, f"drive://{path}").id


def test_from_my_drive(drive: DriveServer, client: DriveClient) -> None:
    drive.add("D1", "data", type=FOLDER)
    drive.add("D2", "o'brien \\ sons", type=FOLDER, parents=("D1",))
    drive.add("F1", "a.csv")
    drive.add("F2", "a.csv", parents=("D2",))
    assert find(client, "a.csv") == "F1"
    assert find(client, "data/o'brien \\ sons//a.csv") == "F2"


def test_what_is_not_there(drive: DriveServer, client: DriveClient) -> None:
    drive.add("D1", "data", type=FOLDER)
    drive.add("F1", "A.csv", parents=("D1",))
    with pytest.raises(SourceNotFound, match="My Drive of the login of the tests holds no folder date. Check the path"):
        find(client, "date/a.csv")
    with pytest.raises(
        SourceNotFound, match="There is no drive://data/a.csv: data of .* holds no a.csv. .*capitals too"
    ):
        find(client, "data/a.csv")
    with pytest.raises(SourceNotFound, match="the list of shared drives of .* holds none named Team"):
        find(client, "Shared drives/Team/a.csv")


def test_the_same_name_twice_is_told(drive: DriveServer, client: DriveClient) -> None:
    drive.add("F1", "a.csv", b"1234")
    drive.add("F2", "a.csv", b"12")
    drive.add("D1", "a.csv", type=FOLDER)
    drive.page_size = 1
    with pytest.raises(
        SourceError,
        match=r"There are 2 files at drive://a.csv: name one by its id. They are drive://F1 \(of 2026-01-02 03:04, 4 bytes\); "
        r"drive://F2 \(of 2026-01-02 03:04, 2 bytes\).$",
    ):
        find(client, "a.csv")
    for number in range(3, 9):
        drive.add(f"F{number}", "a.csv")
    with pytest.raises(SourceError, match=r"There are 8 files .*; …\.$"):
        find(client, "a.csv")


def test_folders_of_the_same_name_are_all_looked_through(drive: DriveServer, client: DriveClient) -> None:
    drive.add("D1", "data", type=FOLDER)
    drive.add("D2", "data", type=FOLDER)
    drive.add("F2", "a.csv", parents=("D2",))
    assert find(client, "data/a.csv") == "F2"
    for number in range(3, 24):
        drive.add(f"D{number}", "data", type=FOLDER)
    with pytest.raises(SourceError, match="goes through 23 folders named data: give the file's link or id"):
        find(client, "data/a.csv")


def test_a_folder_is_found_for_what_it_is(drive: DriveServer, client: DriveClient) -> None:
    drive.add("D1", "data", type=FOLDER)
    assert find_path(client, "data", "drive://data").is_folder


def test_shortcuts_to_files_and_folders(drive: DriveServer, client: DriveClient) -> None:
    drive.add("D1", "far", type=FOLDER, parents=("elsewhere",), drive="T1")
    drive.add("S1", "near", type=SHORTCUT, target="D1")
    drive.add("F1", "a.csv", parents=("D1",), drive="T1")
    drive.add("S2", "b.csv", type=SHORTCUT, target="F1", parents=("D1",), drive="T1")
    assert find(client, "near/a.csv") == "F1"
    assert find(client, "near/b.csv") == "F1"


@pytest.mark.parametrize("start", ["Shared drives", "Shareddrives"])
def test_a_shared_drive(drive: DriveServer, client: DriveClient, start: str) -> None:
    drive.drives["T1"] = "Team"
    drive.add("D1", "data", type=FOLDER, parents=("T1",), drive="T1")
    drive.add("F1", "a.csv", parents=("D1",), drive="T1")
    assert find(client, f"{start}/Team/data/a.csv") == "F1"
    with pytest.raises(SourceError, match="Team is a shared drive: name one file in it"):
        find(client, f"{start}/Team")
    drive.drives["T2"] = "Team"
    assert find(client, f"{start}/Team/data/a.csv") == "F1"


def test_a_folder_called_as_the_shared_drives_are(drive: DriveServer, client: DriveClient) -> None:
    drive.add("F1", "Shared drives")
    assert find(client, "Shared drives") == "F1"
