"""The members of an archive that a pattern names, one after the other as files of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from colab_magics.errors import BadOption, TooLarge
from colab_magics.format import number, plural
from colab_magics.ingest.archive import Archive, Member, opened
from colab_magics.ingest.content import is_archive
from colab_magics.ingest.formats import bare
from colab_magics.ingest.names import listed
from colab_magics.ingest.packing import HEAD, packing_of, unpack
from colab_magics.ingest.recognition import package
from colab_magics.ingest.several import refuse_parts
from colab_magics.transfer.local import LocalFile

if TYPE_CHECKING:
    from colab_magics.ingest.request import Request

_WILD = re.compile(r"[*?\[]")
_MOST = 1000


def several(request: Request, file: LocalFile, wanted: str | None, folder: Path) -> Iterator[LocalFile]:
    """Yield the members that ``wanted`` names, in the order of their names; each is gone when the next comes.

    None where it is no pattern, or names less than two. ``folder`` is private. Raises `BadOption` for pictures and for
    options that mean one file, `TooLarge` for more than 1,000 members.
    """
    if wanted is None or not _WILD.search(wanted) or file.path.is_dir():
        return
    path = _archive(file, folder)
    if path is None:
        return
    with opened(path, file.name) as archive:
        members = _matching(archive, wanted)
        if len(members) < 2:
            return
        refuse_parts(request, f"{file.name} holds {plural(len(members), 'file')} named {wanted}")
        for place, member in enumerate(members):
            target = folder / f"member-{place}"
            archive.write(member, target, file.path.stat().st_size)
            inner = listed([PurePosixPath(member.name.replace("\\", "/")).name])
            yield LocalFile(target, inner, f"{listed([member.name])} of {file.name}", member.size)
            target.unlink()


def _archive(file: LocalFile, folder: Path) -> Path | None:
    """Take the compression off an archive; None for what is none."""
    path, weight = file.path, file.path.stat().st_size
    packing = packing_of(_head(path))
    if packing is not None:
        path = folder / "archive"
        unpack(file.path, file.name, packing, path, weight)
    return path if is_archive(path, _head(path), bare(file.name)) else None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _matching(archive: Archive, wanted: str) -> list[Member]:
    names = [member.name for member in archive.members]
    if wanted in names or package(names) is not None:
        return []
    found = archive.matching(wanted)
    if len(found) > _MOST:
        raise TooLarge(f"{archive.name} holds more than {number(_MOST)} files named {wanted}: name fewer of them.")
    if len(found) > 1 and (picture := next((member for member in found if member.is_picture), None)):
        raise BadOption(f"{listed([picture.name])} is one picture: leave --member out for a table of all of them.")
    return sorted(found, key=lambda member: member.name)
