"""Whole local copies of what Drive gives to nobody but the person."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace

from colab_magics.errors import SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.cache import key_of
from colab_magics.transfer.copies import Copy, Courier
from colab_magics.transfer.drive import DriveClient
from colab_magics.transfer.drive_facts import DriveFacts
from colab_magics.transfer.drive_file import DriveDownload, DriveSheetExport
from colab_magics.transfer.drive_login import THREE_WAYS, Login, find_login
from colab_magics.transfer.drive_paths import find_path
from colab_magics.transfer.events import Progress, Stopped
from colab_magics.transfer.names import safe
from colab_magics.transfer.remote import Hiccup
from colab_magics.transfer.source import DriveFile, DrivePath, DriveSheet
from colab_magics.transfer.tries import Tries

_Private = DriveFile | DrivePath | DriveSheet
_NOBODY = Login(None, "nobody")
_FIRST_TABLE = (
    "It is a Google sheet, of which the first table was read: for another add --sheet and its name, or give its link, "
    "with its #gid=…."
)


def bring_private(source: _Private, courier: Courier, refused: SourceError | None = None) -> Copy:
    """Return a copy of what the person may read in Drive with a login; ``refused``: what it said without one.

    Raises ``refused`` where a login would not help, `SourceDenied` with the ways to log in where there is none, and
    what `find_login`, `find_path`, `DriveClient` and `Courier.bring` do.
    """
    is_offline = courier.wish.offline
    # Who may be asked to log in for nothing is not asked: of what is not there, or without a network.
    may_ask = not is_offline and not isinstance(refused, SourceNotFound)
    login = find_login(may_ask=may_ask, stop=courier.stop)
    if is_offline:
        client = DriveClient(_NOBODY)
        remote = DriveDownload(client, _Known(client, source), source.shown)
        return courier.bring(remote, _key(source, login), safe(source.name))
    if login is None:
        raise _closed(source) if refused is None or isinstance(refused, SourceDenied) else refused
    with closing(DriveClient(login, courier.patience)) as client:
        copy = _bring(source, courier, client, _key(source, login))
    return replace(copy, notes=(*login.notes, *copy.notes))


def _bring(source: _Private, courier: Courier, client: DriveClient, key: str) -> Copy:
    find = _Known(client, source)
    facts = find.first(courier)
    if facts.is_sheet:
        gid, form = source.gid if isinstance(source, DriveSheet) else "", "xlsx" if source.is_workbook else "csv"
        sheet = DriveSheetExport(client, find, source.shown, gid, courier.patience, form=form)
        copy = courier.bring(sheet, key, safe(f"{facts.name}.{form}"))
        return (
            copy
            if source.is_workbook or isinstance(source, DriveSheet)
            else replace(copy, notes=(*copy.notes, _FIRST_TABLE))
        )
    remote = DriveDownload(client, find, source.shown, courier.patience)
    return replace(courier, verify=remote.verify).bring(remote, key, safe(facts.name))


class _Known:
    """What Drive knows of a source: once what `first` has heard, then what it says when asked again."""

    def __init__(self, client: DriveClient, source: _Private) -> None:
        self._client, self._source = client, source
        self._heard: DriveFacts | None = None

    def first(self, courier: Courier) -> DriveFacts:
        """Ask, and once more where that may help."""
        tries, stop = Tries(self._source.shown, courier.patience), courier.stop or threading.Event()
        while True:
            try:
                self._heard = facts = self._ask()
            except Hiccup as hiccup:
                seconds = tries.count(hiccup, 0)
                courier.on_progress(Progress(0, None, tries.words(seconds)))
                if stop.wait(seconds):
                    raise Stopped from None
            else:
                return facts

    def __call__(self) -> DriveFacts:
        heard, self._heard = self._heard, None
        return heard or self._ask()

    def _ask(self) -> DriveFacts:
        if isinstance(self._source, DrivePath):
            return find_path(self._client, self._source.path, self._source.shown)
        return self._client.facts(self._source.id, self._source.shown, self._source.resource_key)


def _key(source: _Private, login: Login | None) -> str:
    book = ("xlsx",) if source.is_workbook else ()
    match source:
        case DriveFile(id=file):
            return key_of("drive", file, *book)
        case DriveSheet(id=file, gid=gid, form=form):
            return key_of("drive-sheet", file, gid, form)
        case DrivePath(path):  # each account has files of its own at a path
            return key_of("drive-path", path, login.identity if login else "", *book)


def _closed(source: _Private) -> SourceDenied:
    if isinstance(source, DrivePath):
        return SourceDenied(f"{source.shown} wants a login at Google Drive: {THREE_WAYS}.")
    return SourceDenied(
        f"{source.shown} is private: let its owner share it with everybody who has the link, or log in at Google: "
        f"{THREE_WAYS}."
    )
