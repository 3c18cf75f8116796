"""Zip and tar archives: their members, the one that is asked for, and its bytes; no member's name becomes a path."""

from __future__ import annotations

import os
import re
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from colab_magics.errors import BadOption, BrokenFile, ColabMagicsError, SourceError, TooLarge, UnknownFormat
from colab_magics.format import number, plural
from colab_magics.ingest.formats import PICTURE_SUFFIXES, SUFFIXES, bare
from colab_magics.ingest.names import listed
from colab_magics.ingest.packing import Gauge, copy

_MOST_MEMBERS = 200_000
_LONGEST_END = (1 << 16) + 200  # bytes of the records at the end of a zip file, with its comment
_IN_LARGER = 0xFFFFFFFF  # stands where a number is told by the larger record before


@dataclass(frozen=True, slots=True)
class Member:
    """A regular file in an archive: its name as written, its size in bytes as the archive tells it."""

    name: str
    size: int
    info: zipfile.ZipInfo | tarfile.TarInfo

    @property
    def suffix(self) -> str:
        return PurePosixPath(bare(self.name)).suffix

    @property
    def is_picture(self) -> bool:
        return self.suffix in PICTURE_SUFFIXES


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive. Folders, links and devices in it are no members."""

    name: str
    members: tuple[Member, ...]
    file: zipfile.ZipFile | tarfile.TarFile
    path: Path

    def open(self, member: Member) -> IO[bytes]:
        """Open a member to be read. Raises `SourceError` where that needs a password, or a method that is unknown."""
        if isinstance(self.file, tarfile.TarFile):
            assert isinstance(member.info, tarfile.TarInfo)  # noqa: S101
            opened = self.file.extractfile(member.info)
            if opened is None:
                raise BrokenFile(f"{self.name} holds no file {listed([member.name])}.")
            return opened
        assert isinstance(member.info, zipfile.ZipInfo)  # noqa: S101
        if member.info.flag_bits & 1:
            raise SourceError(f"{self.name} is encrypted: unpack it with its password, and name the file.")
        try:
            return self.file.open(member.info)
        except NotImplementedError as error:
            raise UnknownFormat(
                f"{self.name} is packed by a method that Python does not know: unpack it, and name the file."
            ) from error

    def write(self, member: Member, target: Path, weight: int | None = None) -> None:
        """Write the bytes of a member to ``target``, which is to be new.

        ``weight``: bytes of the file that the archive was in, where it was packed itself; else its own count.
        """
        packed_in = self.path.stat().st_size if weight is None else weight
        gauge = Gauge(f"{listed([member.name])} in {self.name}", packed_in, target.parent)
        gauge.add(member.size if isinstance(self.file, zipfile.ZipFile) else 0)
        with told(self.name), self.open(member) as packed, target.open("xb") as file:
            copy(_Counted(packed, gauge), file)

    def choose(self, wanted: str | None) -> Member | None:
        """Find the member to read: ``wanted``, or the only one with data; None where all of them are pictures.

        Raises `BadOption` where there are several, and says which.
        """
        if wanted is not None:
            return _wanted(self, wanted)
        data = [member for member in self.members if member.suffix in SUFFIXES]
        if len(data) == 1:
            return data[0]
        if not data and self.members and any(member.is_picture for member in self.members):
            return None
        candidates = data or list(self.members)
        if len(candidates) == 1:
            return candidates[0]
        if not candidates:
            raise BrokenFile(f"{self.name} is an archive without a file in it.")
        raise BadOption(
            f"{self.name} holds {plural(len(candidates), 'file')}: choose one by --member, of "
            f"{listed(member.name for member in candidates)}."
        )

    def matching(self, wanted: str) -> list[Member]:
        """Find the members of this name, or those that it is a pattern of.

        ``*`` and ``?`` stand for letters of one folder, ``**`` for any folders; a name without folders is looked for in
        all of them.
        """
        exact = [member for member in self.members if member.name == wanted]
        if exact:
            return exact
        if "/" not in wanted:
            return [member for member in self.members if fnmatchcase(PurePosixPath(member.name).name, wanted)]
        matches = _pattern(wanted).match
        return [member for member in self.members if matches(member.name)]


class _Counted:
    def __init__(self, packed: IO[bytes], gauge: Gauge) -> None:
        self._packed, self._gauge = packed, gauge

    def read(self, count: int) -> bytes:
        chunk = self._packed.read(count)
        self._gauge.add(len(chunk))
        return chunk


@contextmanager
def opened(path: Path, name: str) -> Iterator[Archive]:
    """Open an archive and list its regular files. Raises `BrokenFile`, `TooLarge`."""
    with told(name), path.open("rb") as raw:
        if raw.read(2) == b"PK":
            _check_count(raw, name)
            with zipfile.ZipFile(path) as packed:
                members = [Member(info.filename, info.file_size, info) for info in packed.infolist() if _is_file(info)]
                yield Archive(name, _ours(members), packed, path)
        else:
            with tarfile.open(path, "r:") as tape:
                yield Archive(name, _ours(list(_of_tape(tape, name))), tape, path)


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what the modules of archives raise into a sentence."""
    try:
        yield
    except ColabMagicsError:
        raise
    except MemoryError as error:
        raise TooLarge(f"{name} takes more memory to unpack than there is: unpack it elsewhere.") from error
    except Exception as error:  # zipfile and tarfile let struct.error, KeyError and others through
        if isinstance(error, OSError) and error.errno:
            raise TooLarge(f"{name} could not be unpacked: {error.strerror}.") from error
        raise BrokenFile(f"{name} is damaged: it does not open as an archive. Get the file again.") from error


def _check_count(raw: BinaryIO, name: str) -> None:
    """Count the entries of a zip file, for Python makes an object of each before it says how many there are.

    https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT , 4.3.12 to 4.3.16
    """
    start = max(0, raw.seek(0, os.SEEK_END) - _LONGEST_END)
    raw.seek(start)
    tail = raw.read()
    end = tail.rfind(b"PK\5\6")
    length = int.from_bytes(tail[end + 12 : end + 16], "little")
    larger = tail.rfind(b"PK\6\6", 0, max(end, 0))
    if length == _IN_LARGER and larger >= 0:
        end, length = larger, int.from_bytes(tail[larger + 40 : larger + 48], "little")
    raw.seek(max(0, start + end - length))
    count = 0
    while length > 0 and (chunk := raw.read(min(length, 1 << 20))):
        count += chunk.count(b"PK\1\2")
        length -= len(chunk)
        _check_members(count, name)


def _check_members(count: int, name: str) -> None:
    if count > _MOST_MEMBERS:
        raise TooLarge(f"{name} holds more than {number(_MOST_MEMBERS)} files: unpack it, and name one of them.")


def _is_file(info: zipfile.ZipInfo) -> bool:
    """Leave out folders, and what a Unix system wrote as a link or device."""
    mode = info.external_attr >> 16
    return not info.is_dir() and (not stat.S_IFMT(mode) or stat.S_ISREG(mode))


def _of_tape(tape: tarfile.TarFile, name: str) -> Iterator[Member]:
    for count, info in enumerate(tape):
        _check_members(count, name)
        if info.isreg() and not info.issparse():
            yield Member(info.name, info.size, info)


def _ours(members: list[Member]) -> tuple[Member, ...]:
    """Leave out what systems put beside the files: hidden ones, and the folder ``__MACOSX``."""
    return tuple(member for member in members if not _is_hidden(PurePosixPath(member.name.replace("\\", "/"))))


def _is_hidden(path: PurePosixPath) -> bool:
    return "__MACOSX" in path.parts or path.name.startswith(".") or path.name.lower() in ("thumbs.db", "desktop.ini")


def _pattern(wanted: str) -> re.Pattern[str]:
    from fsspec.utils import glob_translate

    try:
        return re.compile(glob_translate(wanted))
    except (ValueError, re.error) as error:
        raise BadOption(
            f"--member {wanted} is no pattern: ** stands alone between two slashes, for any folders."
        ) from error


def _wanted(archive: Archive, wanted: str) -> Member:
    matches = archive.matching(wanted)
    if len(matches) == 1:
        return matches[0]
    what = f"{plural(len(matches), 'file')} named {wanted}" if matches else f"no file {wanted}"
    there = listed(member.name for member in matches or archive.members)
    raise BadOption(f"{archive.name} holds {what}: choose one by --member, of {there}.")
