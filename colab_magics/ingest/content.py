"""What is to be read: the file itself, or what is in it, taken out of archives and unpacked to a plain file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from colab_magics.errors import BadOption, BrokenFile, UnknownFormat
from colab_magics.ingest.formats import Format, bare
from colab_magics.ingest.names import listed
from colab_magics.ingest.packing import HEAD, damage_told, packing_of, stream, unpack
from colab_magics.ingest.recognition import package
from colab_magics.transfer.local import LocalFile

_TAR_MARK = slice(257, 262)
_DEEPEST = 4  # archives and compressions around one file


@dataclass(frozen=True, slots=True)
class Content:
    """A plain file or a folder: ``name`` tells what it is, ``packings`` what was around it, from outside in.

    ``format`` is set where only its surroundings tell it: pictures of a folder or an archive. ``packed`` is set where
    the plain file holds only the start of what is in a packed one: its path, and how it is packed.
    """

    path: Path
    name: str
    packings: tuple[str, ...] = ()
    format: Format | None = None
    member: str | None = None
    notes: tuple[str, ...] = ()
    packed: tuple[Path, str] | None = None


def content(
    file: LocalFile, member: str | None, folder: Path, forced: Format | None = None, *, is_start_enough: bool = False
) -> Content:
    """Unpack what has to be unpacked into ``folder``, which is private and empty.

    ``member`` is what the person chose; where no archive takes it, it stands in the result for the reader. Where the
    start is enough, a packed text is left packed.
    Raises `BrokenFile`, `TooLarge`, `BadOption`, `UnknownFormat`, `MissingExtra`.
    """
    found = Content(file.path, file.name, member=member)
    if file.path.is_dir():
        return replace(found, format=Format.IMAGES)
    weight = file.path.stat().st_size
    for depth in range(_DEEPEST + 1):
        target = folder / f"unpacked-{depth}"
        inner = (_start(found, target, weight) if is_start_enough else None) or _inside(found, target, weight, forced)
        if inner is None:
            return found
        if found.path.parent == folder and inner.path != found.path and inner.packed is None:
            found.path.unlink()  # so that no more than two layers lie on the disk
        found = inner
        if found.format is not None or found.packed is not None:
            return found
    raise BrokenFile(f"{file.name} is packed more than {_DEEPEST} times over: unpack it, and name the file.")


def _start(outer: Content, target: Path, weight: int) -> Content | None:
    """Unpack the start of a packed text; None for all else."""
    with outer.path.open("rb") as file:
        packing = packing_of(file.read(HEAD))
    if packing is None:
        return None
    with stream(outer.path, outer.name, packing, target.parent, weight) as unpacked, damage_told(outer.name, packing):
        start = unpacked.read(HEAD)
    if b"\0" in start[4:] or packing_of(start):  # a mark of UTF-16 is followed by zeros as well, and read whole
        return None
    target.write_bytes(start)
    return replace(outer, path=target, packings=(*outer.packings, packing), packed=(outer.path, packing))


def _inside(outer: Content, target: Path, weight: int, forced: Format | None) -> Content | None:
    """Take away one wrapping; None where there is none."""
    with outer.path.open("rb") as file:
        head = file.read(HEAD)
    packing = packing_of(head)
    if packing is not None:
        unpack(outer.path, outer.name, packing, target, weight)
        return replace(outer, path=target, packings=(*outer.packings, packing))
    if not is_archive(outer.path, head, bare(outer.name)):
        return None
    return _of_archive(outer, target, weight, "zip" if head.startswith(b"PK") else "tar", forced)


def is_archive(path: Path, head: bytes, name: str) -> bool:
    """Is it a zip or tar file? Documents that are zip files as well are told apart by their members."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) or head[_TAR_MARK] == b"ustar":
        return True
    if not name.endswith((".tar", ".tgz")):
        return False
    import tarfile

    return tarfile.is_tarfile(path)


def _of_archive(outer: Content, target: Path, weight: int, packing: str, forced: Format | None) -> Content | None:
    from colab_magics.ingest.archive import opened

    with opened(outer.path, outer.name) as archive:
        if packing == "zip" and package([member.name for member in archive.members]) is not None:
            return None
        packings = (*outer.packings, packing)
        if forced is Format.IMAGES or (chosen := archive.choose(outer.member)) is None:
            return Content(outer.path, outer.name, packings, Format.IMAGES)
        if chosen.is_picture and len(archive.members) > 1:
            raise BadOption(f"{listed([chosen.name])} is one picture: leave --member out for a table of all of them.")
        if chosen.suffix in (".pkl", ".pickle", ".joblib"):
            raise UnknownFormat(
                f"{listed([chosen.name])} is a pickle, and reading a pickle runs whatever its author put in: ask for "
                "CSV or Parquet instead."
            )
        archive.write(chosen, target, weight)
    inner = listed([PurePosixPath(chosen.name.replace("\\", "/")).name])
    note = f"It is {listed([chosen.name])} of {outer.name}."
    notes = (*outer.notes, note) if outer.member is None and len(archive.members) > 1 else outer.notes
    return Content(target, inner, packings, notes=notes)
