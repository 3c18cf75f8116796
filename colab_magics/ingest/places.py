"""Where the panel looks for sources: buckets of S3, and Google Drive."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from typing import Any

from colab_magics.errors import BadOption, SourceDenied
from colab_magics.ingest.access import access_in, access_of, short_text
from colab_magics.ingest.errand import Errand
from colab_magics.ingest.request import Request
from colab_magics.transfer.bucket import AMAZON, Access
from colab_magics.transfer.bucket_listing import list_bucket
from colab_magics.transfer.drive import DriveClient
from colab_magics.transfer.drive_listing import list_drive
from colab_magics.transfer.drive_login import Login, find_login, is_colab, way_to_log_in
from colab_magics.transfer.listings import Entry, Listing
from colab_magics.transfer.source import redacted

_LONGEST_NAME = 120  # characters that are shown of a name
_SCHEME = re.compile(r"(?i)^s3[an]?:/*")
_CHANGED = "The list has changed meanwhile: choose again."


@dataclass(frozen=True, slots=True)
class Look:
    """One page of one place: ``trail`` has names and places from the top down to it, ``tokens`` those of its pages."""

    kind: str
    trail: tuple[tuple[str, str], ...]
    search: str = ""
    access: Access = AMAZON
    tokens: tuple[str, ...] = ("",)

    @property
    def place(self) -> str:
        return self.trail[-1][1]


class Places:
    """Lists one place at a time, in a thread; ``changed`` is called, in any thread, when `state` is another.

    `state`: the ``kind`` (s3, drive, or empty), ``phase`` (looking, here, failed, closed: where a login is wanted),
    ``sentence``, ``crumbs``, ``entries``, the number of the ``page``, whether there is ``more``, the ``number`` of this
    state, which a page names with what it chose from it, and how the store is reached, ``access``.
    """

    def __init__(
        self,
        request: Request,
        changed: Callable[[], None] = lambda: None,
        log_in: Callable[[bool, threading.Event], Login | None] = lambda may_ask, stop: find_login(
            may_ask=may_ask, stop=stop
        ),
        client: Callable[[Login], DriveClient] = DriveClient,
    ) -> None:
        self.changed = changed
        self._request, self._log_in, self._client = request, log_in, client
        self._login: Login | None = None
        self._look, self._listing = Look("", (("", ""),), access=access_of(request)), Listing(())
        self._number = 0
        self._errand = Errand("colab_magics places", lambda sentence: self._show("failed", sentence))
        self.state: dict[str, Any] = self._state("here", "")

    def look(self, message: Mapping[str, Any]) -> None:
        """Go to where a page asks for."""
        look, asks = self._wanted(message), message.get("log_in") is True
        if look.kind == "drive" and asks and is_colab():
            self._login = self._log_in(True, threading.Event())  # Colab asks in the kernel's own thread
        self._look, self._listing = look, Listing(())
        self._show("looking" if look.kind else "here", "")
        self._errand.stop()
        if look.kind:
            self._errand.start(lambda stop: self._found(look, asks, stop))

    def chosen(self, message: Mapping[str, Any]) -> Request:
        """Return the request for the file that was chosen."""
        entry = self._entry(message)
        if not entry.source:
            raise BadOption(entry.note or f"{_shown(entry.name)} is a folder.")
        how = self._look.access
        return replace(self._request, source=entry.source, **asdict(how))

    def close(self) -> None:
        """Look no more."""
        self._errand.stop()

    def _wanted(self, message: Mapping[str, Any]) -> Look:
        now = self._look
        if "kind" in message:
            return self._asked_for(message)
        if "into" in message:
            entry = self._entry({**message, "entry": message["into"]})
            if not entry.place:
                raise BadOption(f"{_shown(entry.name)} is no folder.")
            trail = _steps(entry.place) if now.kind == "s3" else (*now.trail, (entry.name, entry.place))
            return replace(now, trail=trail, search="", tokens=("",))
        self._check(message)
        if "crumb" in message:
            place = _whole(message["crumb"], len(now.trail))
            return replace(now, trail=now.trail[: place + 1], search="", tokens=("",))
        if message.get("page") == "next" and self._listing.more:
            return replace(now, tokens=(*now.tokens, self._listing.more))
        if message.get("page") == "back" and len(now.tokens) > 1:
            return replace(now, tokens=now.tokens[:-1])
        raise BadOption(_CHANGED)

    def _asked_for(self, message: Mapping[str, Any]) -> Look:
        how = access_in(message.get("access", asdict(self._look.access)))
        match message["kind"]:
            case "":
                return Look("", (("", ""),), access=how)
            case "s3":
                place = _SCHEME.sub("", short_text(message.get("place", "")).strip())
                return Look("s3", _steps(place), access=how)
            case "drive":
                search = short_text(message.get("search", "")).strip()
                return Look("drive", (("My Drive", ""),), search, self._look.access)
        raise BadOption("Choose S3 or Google Drive.")

    def _found(self, look: Look, asks: bool, stop: threading.Event) -> Callable[[], None]:
        if look.kind == "s3":
            listing = list_bucket(look.place, look.access, look.tokens[-1], stop)
            return lambda: self._take(listing)
        login = self._login or self._log_in(asks and not is_colab(), stop)
        if login is None:
            return lambda: self._show("closed", way_to_log_in()[0])
        try:
            with closing(self._client(login)) as client:
                listing = list_drive(client, look.place, look.search, look.tokens[-1], stop)
        except SourceDenied:
            self._login = None
            raise
        self._login = login
        return lambda: self._take(listing)

    def _take(self, listing: Listing) -> None:
        self._listing = listing
        self._show("here", " ".join(listing.notes))

    def _show(self, phase: str, sentence: str) -> None:
        self._number += 1
        self.state = self._state(phase, sentence)
        self.changed()

    def _state(self, phase: str, sentence: str) -> dict[str, Any]:
        look = self._look
        return {
            "kind": look.kind,
            "phase": phase,
            "sentence": sentence,
            "asks": phase == "closed" and way_to_log_in()[1],
            "crumbs": [_shown(name) for name, _ in look.trail] if look.kind else [],
            "search": look.search,
            "entries": [_as_data(entry) for entry in self._listing.entries],
            "page": len(look.tokens),
            "more": bool(self._listing.more),
            "number": self._number,
            "access": {**asdict(look.access), "endpoint": redacted(look.access.endpoint or "")},
        }

    def _entry(self, message: Mapping[str, Any]) -> Entry:
        self._check(message)
        return self._listing.entries[_whole(message.get("entry"), len(self._listing.entries))]

    def _check(self, message: Mapping[str, Any]) -> None:
        if message.get("number") != self._number:
            raise BadOption(_CHANGED)


def _steps(place: str) -> tuple[tuple[str, str], ...]:
    """The way down to a place of S3: all buckets, the bucket, its folders, the start of a name."""
    bucket, _, prefix = place.partition("/")
    steps = [("Buckets", "")]
    if bucket:
        steps.append((bucket, f"{bucket}/"))
    *folders, rest = prefix.split("/")
    for number, folder in enumerate(folders, start=1):
        steps.append((f"{folder}/", f"{bucket}/{'/'.join(folders[:number])}/"))
    return (*steps, (f"{rest}…", place)) if rest else tuple(steps)


def _whole(value: object, end: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < end:
        raise BadOption(_CHANGED)
    return value


def _as_data(entry: Entry) -> dict[str, Any]:
    return {
        "name": _shown(entry.name),
        "is_folder": bool(entry.place),
        "is_ready": bool(entry.source),
        "size": entry.size,
        "modified": entry.modified,
        "note": _shown(entry.note),
    }


def _shown(name: str) -> str:
    """A name in one line, with a mark for each character that would act instead of being seen."""
    text = "".join(letter if letter.isprintable() else "·" for letter in name)
    half = _LONGEST_NAME // 2
    return text if len(text) <= _LONGEST_NAME else f"{text[:half]}…{text[1 - half :]}"
