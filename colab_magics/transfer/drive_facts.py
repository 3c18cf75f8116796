"""What Google Drive knows of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from colab_magics.errors import SourceDenied, SourceError
from colab_magics.transfer.remote import Hiccup, Version

FOLDER = "application/vnd.google-apps.folder"
SHEET = "application/vnd.google-apps.spreadsheet"
SHORTCUT = "application/vnd.google-apps.shortcut"
_OWN = "application/vnd.google-apps."  # types of files that only Google has, and that have no bytes

FIELDS = (
    "id,name,mimeType,size,md5Checksum,sha256Checksum,headRevisionId,version,modifiedTime,driveId,resourceKey,"
    "capabilities(canDownload),shortcutDetails(targetId,targetMimeType,targetResourceKey)"
)


@dataclass(frozen=True, slots=True)
class DriveFacts:
    """What Drive knows of a file; ``size`` in bytes, hashes in hexadecimal and empty where there is none.

    ``drive``: the shared drive that it is in. ``target``: the file that it is a shortcut to, of ``target_type``.
    """

    id: str
    name: str
    type: str
    size: int | None = None
    md5: str = ""
    sha256: str = ""
    edition: str = ""
    modified: str = ""
    drive: str = ""
    resource_key: str = field(default="", repr=False)
    may_download: bool = True
    target: str = ""
    target_type: str = ""

    @property
    def version(self) -> Version:
        """By which its bytes are told from those before: by their hash, where there is one."""
        mark = self.sha256 or self.md5
        etag = f'"{mark or self.edition}"' if mark or self.edition else ""
        return Version(self.size, etag, self.modified, etag if mark else "")

    @property
    def is_sheet(self) -> bool:
        return self.type == SHEET

    @property
    def is_folder(self) -> bool:
        return self.type == FOLDER

    @property
    def kind(self) -> str:
        """What kind of Google's own documents it is, such as ``presentation``; empty for a file that has bytes."""
        return self.type.removeprefix(_OWN) if self.type.startswith(_OWN) else ""


def facts_in(answer: Mapping[str, Any]) -> DriveFacts:
    """Read the facts of one file. Raises `Hiccup` for an answer without any."""
    try:
        size, target = answer.get("size"), answer.get("shortcutDetails") or {}
        return DriveFacts(
            str(answer["id"]),
            str(answer["name"]),
            str(answer["mimeType"]),
            None if size is None else int(size),
            str(answer.get("md5Checksum", "")).lower(),
            str(answer.get("sha256Checksum", "")).lower(),
            str(answer.get("headRevisionId") or answer.get("version") or ""),
            str(answer.get("modifiedTime", "")),
            str(answer.get("driveId", "")),
            str((target.get("targetResourceKey") if target else answer.get("resourceKey")) or ""),
            bool((answer.get("capabilities") or {}).get("canDownload", True)),
            str(target.get("targetId", "")),
            str(target.get("targetMimeType", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Hiccup("Drive answered something that is no answer") from None


def refuse_unread(facts: DriveFacts, shown: str) -> None:
    """Raise what is wrong with a file that has no bytes to read, or none for this login."""
    if facts.is_folder:
        raise SourceError(f"{shown} is a folder of Drive: name one file in it.")
    if facts.kind and not facts.is_sheet:
        raise SourceError(f"{shown} is a Google {facts.kind} and no table: name a file or a sheet.")
    if not facts.may_download:
        raise SourceDenied(f"{shown} may be looked at and not downloaded: ask its owner to allow it.")
