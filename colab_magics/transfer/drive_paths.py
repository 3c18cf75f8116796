"""A file of Google Drive by its path: names there are no keys, and one folder may hold the same name twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from colab_magics.errors import SourceError, SourceNotFound
from colab_magics.format import size as in_words
from colab_magics.transfer.drive import DriveClient
from colab_magics.transfer.drive_facts import FIELDS, FOLDER, SHORTCUT, DriveFacts, facts_in

SHARED_DRIVES = ("Shared drives", "Shareddrives", "Shared Drives")
"""What stands before the name of a shared drive; the second is what Colab's mounted Drive calls them."""

_ROOT = DriveFacts("root", "My Drive", FOLDER)
_MOST_FOLDERS = 20  # of one name, that are all looked through
_MOST_PAGES = 20
_TOLD = 5  # files that a sentence lists


def find_path(client: DriveClient, path: str, shown: str) -> DriveFacts:
    """Find the file at ``path`` from "My Drive", or from a shared drive below ``Shared drives/``.

    Shortcuts are followed. Raises `SourceNotFound`, `SourceError` where several files have that path, and what
    `DriveClient` does.
    """
    names = [name for name in path.split("/") if name]
    folders, place = [_ROOT], "My Drive"
    if names[0] in SHARED_DRIVES and len(names) > 1:
        folders, place, names = _shared(client, names[1], shown), names[1], names[2:]
    if not names:
        raise SourceError(f"{shown} is a shared drive: name one file in it.")
    for name in names[:-1]:
        found = [each for folder in folders for each in _named(client, folder, name, shown)]
        folders = [folder for folder in (_followed(client, each, shown) for each in found) if folder.is_folder]
        if not folders:
            raise SourceNotFound(_missing(shown, f"no folder {name}", place, client))
        if len(folders) > _MOST_FOLDERS:
            raise SourceError(f"{shown} goes through {len(folders)} folders named {name}: give the file's link or id.")
        place = name
    found = [each for folder in folders for each in _named(client, folder, names[-1], shown)]
    files = [each for each in found if FOLDER not in (each.type, each.target_type)] or found
    if not files:
        raise SourceNotFound(_missing(shown, f"no {names[-1]}", place, client))
    if len(files) > 1:
        raise SourceError(_several(shown, files))
    return _followed(client, files[0], shown)


def _missing(shown: str, what: str, place: str, client: DriveClient) -> str:
    return f"There is no {shown}: {place} of {client.login.account} holds {what}. Check the path, capitals too."


def _several(shown: str, files: list[DriveFacts]) -> str:
    some = "; ".join(map(_described, files[:_TOLD])) + ("; …" if len(files) > _TOLD else "")
    return f"There are {len(files)} files at {shown}: name one by its id. They are {some}."


def _described(file: DriveFacts) -> str:
    size = "" if file.size is None else f", {in_words(file.size)}"
    return f"drive://{file.id} (of {file.modified[:16].replace('T', ' ')}{size})"


def _followed(client: DriveClient, file: DriveFacts, shown: str) -> DriveFacts:
    return client.facts(file.id, shown, "") if file.type == SHORTCUT else file


def _shared(client: DriveClient, name: str, shown: str) -> list[DriveFacts]:
    """The shared drives of a name, each as the folder that it is."""
    query = {"q": f"name = '{escaped(name)}'", "fields": "nextPageToken,drives(id,name)", "pageSize": "100"}
    drives = [
        drive for drive in _pages(client, "/drive/v3/drives", query, "drives", shown) if drive.get("name") == name
    ]
    if not drives:
        raise SourceNotFound(_missing(shown, f"none named {name}", "the list of shared drives", client))
    return [DriveFacts(str(drive["id"]), name, FOLDER, drive=str(drive["id"])) for drive in drives]


def _named(client: DriveClient, folder: DriveFacts, name: str, shown: str) -> list[DriveFacts]:
    """The files and folders of a name; Drive's own comparison does not tell capitals from small letters."""
    query = {
        "q": f"'{escaped(folder.id)}' in parents and name = '{escaped(name)}' and trashed = false",
        "fields": f"nextPageToken,files({FIELDS})",
        "pageSize": "100",
        "supportsAllDrives": "true",
        "includeItemsFromAllDrives": "true",
        **({"corpora": "drive", "driveId": folder.drive} if folder.drive else {}),
    }
    found = map(facts_in, _pages(client, "/drive/v3/files", query, "files", shown))
    return [file for file in found if file.name == name]


def _pages(client: DriveClient, path: str, query: dict[str, str], key: str, shown: str) -> Iterator[dict[str, Any]]:
    for _ in range(_MOST_PAGES):
        answer = client.told(path, query, shown)
        yield from answer.get(key, ())
        if not answer.get("nextPageToken"):
            return
        query = {**query, "pageToken": str(answer["nextPageToken"])}


def escaped(text: str) -> str:
    """See https://developers.google.com/workspace/drive/api/guides/search-files."""
    return text.replace("\\", "\\\\").replace("'", "\\'")
