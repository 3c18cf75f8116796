"""What lies in a folder of Google Drive, in a shared drive, or has a name."""

from __future__ import annotations

import threading
from typing import Any

from colab_magics.errors import SourceError
from colab_magics.transfer.drive import DriveClient
from colab_magics.transfer.drive_facts import FIELDS, FOLDER, DriveFacts, facts_in, refuse_unread
from colab_magics.transfer.drive_paths import escaped
from colab_magics.transfer.events import Stopped
from colab_magics.transfer.listings import PAGE, Entry, Listing
from colab_magics.transfer.refusals import PATIENCE, Patience
from colab_magics.transfer.remote import Hiccup
from colab_magics.transfer.tries import Tries

SHARED_DRIVES = "shared drives"
SHARED = "shared with me"
_HOME = (Entry("Shared with me", SHARED), Entry("Shared drives", SHARED_DRIVES))
_SHOWN = "Google Drive"
_NOT_EVERYWHERE = "Google did not search all shared drives: if a file is missing, look into its own drive."


def list_drive(
    client: DriveClient,
    place: str = "",
    search: str = "",
    more: str = "",
    stop: threading.Event | None = None,
    patience: Patience = PATIENCE,
) -> Listing:
    """List a folder of Drive, of no ``place`` the person's own; with ``search`` all files whose name holds that.

    A search looks in shared drives, too. ``more``: of the page before. Raises what `DriveClient` does,
    `DownloadFailed`, or `Stopped` when ``stop`` is set.
    """
    tries, stop = Tries(_SHOWN, patience), stop or threading.Event()
    while not stop.is_set():
        try:
            if place == SHARED_DRIVES and not search:
                return _drives(client, more)
            return _files(client, place, search, more)
        except Hiccup as hiccup:
            stop.wait(tries.count(hiccup, 0))
    raise Stopped


def _files(client: DriveClient, place: str, search: str, more: str) -> Listing:
    folder, _, drive = place.partition(" ") if place != SHARED else ("", "", "")
    where = {"corpora": "drive", "driveId": drive} if drive else {}
    if search:
        # https://developers.google.com/workspace/drive/api/guides/enable-shareddrives
        wanted, where = f"name contains '{escaped(search)}'", {"corpora": "allDrives"}
    elif place == SHARED:
        wanted = "sharedWithMe = true"
    else:
        wanted = f"'{escaped(folder or 'root')}' in parents"
    answer = client.told(
        "/drive/v3/files",
        {
            "q": f"{wanted} and trashed = false",
            "fields": f"nextPageToken,incompleteSearch,files({FIELDS})",
            "pageSize": str(PAGE),
            "orderBy": "folder,name_natural",
            "supportsAllDrives": "true",
            "includeItemsFromAllDrives": "true",
            **where,
            **({"pageToken": more} if more else {}),
        },
        _SHOWN,
    )
    entries = [_entry(facts_in(file)) for file in _listed(answer, "files")]
    is_home = not (place or search or more)
    notes = (_NOT_EVERYWHERE,) if answer.get("incompleteSearch") is True else ()
    return Listing((*(_HOME if is_home else ()), *entries), str(answer.get("nextPageToken", "")), notes)


def _drives(client: DriveClient, more: str) -> Listing:
    query = {"fields": "nextPageToken,drives(id,name)", "pageSize": str(PAGE), **({"pageToken": more} if more else {})}
    answer = client.told("/drive/v3/drives", query, _SHOWN)
    drives = [(str(drive.get("id", "")), str(drive.get("name", ""))) for drive in _listed(answer, "drives")]
    return Listing(tuple(Entry(name, f"{key} {key}") for key, name in drives), str(answer.get("nextPageToken", "")))


def _listed(answer: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = answer.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Hiccup("Drive answered something that is no answer")
    return found


def _entry(facts: DriveFacts) -> Entry:
    if FOLDER in (facts.type, facts.target_type):
        return Entry(facts.name, f"{facts.target or facts.id} {facts.drive}".strip(), modified=facts.modified[:10])
    note = ""
    try:
        if not facts.target:
            refuse_unread(facts, facts.name)
    except SourceError as error:
        note = str(error)
    key = f"?resourcekey={facts.resource_key}" if facts.resource_key and not facts.target else ""
    return Entry(facts.name, "", "" if note else f"drive://{facts.id}{key}", facts.size, facts.modified[:10], note)
