"""What a server sends instead of the file that was asked for, with a status that says that all is well."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from colab_magics.errors import BrokenFile, SourceDenied, UnknownFormat

_PAGE = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|title)\b", re.IGNORECASE | re.DOTALL
)
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-.*\n)*oid sha256:([0-9a-f]{64})\nsize (\d{1,18})\n?\s*"
)
_PAGE_SUFFIXES = (".html", ".htm", ".xhtml", ".xml", ".svg")
_VIRUS = re.compile(rb"can.?t scan this file for viruses|Virus scan warning", re.IGNORECASE)
_QUOTA = re.compile(rb"Quota exceeded|download quota|Too many users have viewed", re.IGNORECASE)
_LOGIN = re.compile(rb"""type=["']?password|accounts\.google\.com|sign[ -]?in|log[ -]?in""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LfsPointer:
    """What Git LFS keeps in a repository instead of a large file: the hash and the size in bytes of that."""

    sha256: str
    size: int


def pointer_in(head: bytes) -> LfsPointer | None:
    """Return the pointer that a file is, if it is one.

    https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
    """
    found = _POINTER.fullmatch(head)
    return LfsPointer(found[1].decode(), int(found[2])) if found else None


def refuse_disguise(head: bytes, content_type: str, name: str) -> None:
    """Raise `UnknownFormat` for a web page where data was asked for, `SourceDenied` for one to log in at.

    `BrokenFile` is raised for an empty answer.
    ``head``: the first bytes. ``name``: that of the file asked for; a page may be one where it ends in .html or .xml.
    """
    if not head:
        raise BrokenFile(f"{name} is empty: the server sent 0 bytes. Check the address, or ask its owner.")
    is_page = _PAGE.match(head[:4096].removeprefix(b"\xef\xbb\xbf")) is not None
    if not is_page or PurePath(name.lower()).suffix in _PAGE_SUFFIXES:
        return
    start = f"{name} is a web page and not data"
    if _VIRUS.search(head):
        raise UnknownFormat(
            f"{start}: Google Drive asks whether to go on without a scan for viruses. Open its address in a browser, "
            "and save the file."
        )
    if _QUOTA.search(head):
        raise UnknownFormat(f"{start}: too many people have fetched it from Google Drive. Try again in 24 hours.")
    if _LOGIN.search(head):
        raise SourceDenied(
            f"{start}: it asks to log in. Use the address of a public file, or save it with a browser first."
        )
    raise UnknownFormat(
        f"{start}: open its address in a browser, and copy the address of the file itself, such as that of its "
        "download button."
    )
