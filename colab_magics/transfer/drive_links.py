"""Links that people share from Google Drive and Sheets, and ``drive://``."""

import re
from urllib.parse import SplitResult, parse_qs

from colab_magics.errors import SourceError
from colab_magics.transfer.addresses import asked, redacted
from colab_magics.transfer.source import DriveFile, DrivePath, DriveSheet, WebAddress

_ACCOUNT = re.compile(r"^/a/[^/]+(?=/)|/u/\d+(?=/)")
_FILE = re.compile(r"/file/d/([\w-]+)(?:/.*)?", re.ASCII | re.DOTALL)
_ASKING = ("/open", "/uc", "/download")
_FOLDER = re.compile(r"/drive(?:/.*)?|/folderview|/?", re.DOTALL)
_PUBLISHED = re.compile(r"/spreadsheets/d/e/([\w-]+)/pub(?:html)?", re.ASCII)
_SHEET = re.compile(r"/spreadsheets/d/([\w-]+)(/.*)?", re.ASCII | re.DOTALL)
_UNREAD = {"document": "a text document", "presentation": "a presentation", "forms": "a form", "drawings": "a drawing"}
_ID = re.compile(r"(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])[A-Za-z0-9_-]{25,}")
_PLACE = re.compile(r"(.*?)(?:\?resourcekey=([\w-]*))?", re.ASCII | re.DOTALL)
_HOME = re.compile(r"/*(?:My ?Drive/+)?")


def resolve_drive(text: str) -> DriveFile | DrivePath:
    """Read ``drive://`` with an id or a path from "My Drive". Raises `SourceError` where neither is there."""
    found = _PLACE.fullmatch(text.partition("://")[2])
    place, key = found.groups(default="") if found else ("", "")
    if _ID.fullmatch(place):
        return DriveFile(place, key)
    path = _HOME.sub("", place, count=1)
    if not path or path.endswith("/"):
        raise SourceError(f"{redacted(text)} names no file of Drive: write drive://folder/file.csv or drive://ID.")
    return DrivePath(path)


def file_of_link(parts: SplitResult) -> DriveFile | DriveSheet | WebAddress | None:
    """Return what a link of drive.google.com or docs.google.com opens, or None for what is a download already.

    Raises `SourceError` for folders, and for documents that hold no table.
    """
    path, key = _ACCOUNT.sub("", parts.path), _plain(asked(parts, "resourcekey"))
    if found := _FILE.fullmatch(path):
        return DriveFile(found[1], key)
    if path in _ASKING and (file := _plain(asked(parts, "id"))):
        return DriveFile(file, key)
    if found := _PUBLISHED.fullmatch(path):
        return _published(parts, found[1])
    if (found := _SHEET.fullmatch(path)) and found[1] != "e":
        is_export = (found[2] or "").startswith(("/export", "/gviz/"))
        return _exported(parts, found[1], key) if is_export else DriveSheet(found[1], _gid(parts), key)
    if what := _UNREAD.get(path.split("/")[1] if "/" in path else ""):
        raise SourceError(f"{redacted(parts.geturl())} is {what} and no table: share a file or a sheet.")
    if _FOLDER.fullmatch(path):
        raise SourceError(f"{redacted(parts.geturl())} is a folder of Drive: share one file in it, and copy that link.")
    return None


def _published(parts: SplitResult, sheet: str) -> WebAddress | None:
    if asked(parts, "output"):
        return None
    gid = _gid(parts)
    table = f"&gid={gid}&single=true" if gid else ""
    url = f"https://docs.google.com/spreadsheets/d/e/{sheet}/pub?output=csv{table}"
    return WebAddress(url, f"{sheet}.csv")


def _exported(parts: SplitResult, sheet: str, key: str) -> DriveSheet | None:
    """Read the address of an export, so that a login may help where it is private; None for one that wants more."""
    form = asked(parts, "format")
    is_plain = parts.path.endswith("/export") and set(parse_qs(parts.query)) <= {"format", "gid", "resourcekey"}
    return DriveSheet(sheet, _gid(parts), key, form == "xlsx") if is_plain and form in ("csv", "xlsx") else None


def _gid(parts: SplitResult) -> str:
    """Return the number of the table that was open; what stands behind ``#`` is the newer one."""
    found = re.search(r"(?:^|&)gid=([0-9]+)", parts.fragment) or re.search(r"(?:^|&)gid=([0-9]+)", parts.query)
    return found[1] if found else ""


def _plain(value: str) -> str:
    """Return the value of a query if it is an id: nothing else goes into another address."""
    return value if re.fullmatch(r"[A-Za-z0-9_-]+", value) else ""
