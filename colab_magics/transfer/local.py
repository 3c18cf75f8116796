"""A file of this machine that may be read, or what is wrong with its name."""

import difflib
import hashlib
import os
import stat
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from colab_magics.errors import ChecksumMismatch, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.paths import absolute, is_there
from colab_magics.transfer.source import LocalPath

_SIMILAR = 0.7  # 0 to 1; below, a file is another and not one misspelt
_MOST_NAMES = 2000  # that are looked through for a similar one


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to read: ``name`` and ``shown`` are those of its source, ``size`` is in bytes.

    ``member``: what the source names in this archive. ``sha256``: of a file that was brought, in hexadecimal.
    """

    path: Path
    name: str
    shown: str
    size: int
    notes: tuple[str, ...] = ()
    member: str | None = None
    sha256: str = ""


def local_file(source: LocalPath, sha256: str | None = None) -> LocalFile:
    """Find a file of this machine; ``sha256`` is the hash in hexadecimal that it must have.

    Raises `SourceNotFound`, `SourceDenied`, `SourceError` or `ChecksumMismatch`.
    """
    found = LocalFile(source.path, source.name, source.shown, _size(source.path))
    if sha256 is None:
        return found
    with found.path.open("rb") as file:
        has = hashlib.file_digest(file, "sha256").hexdigest()
    if has != sha256.lower():
        raise ChecksumMismatch(
            f"{source.shown} is not the file that was promised: its sha256 is {has}, expected was {sha256}. Ask its "
            "owner which is right."
        )
    return replace(found, sha256=has)


def _size(path: Path) -> int:
    """Return the size in bytes of a file that may be read; raise what is wrong with any other."""
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode):
            path.open("rb").close()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceNotFound(f"There is no file {path}{_hint(path)}") from error
    except PermissionError as error:
        raise SourceDenied(f"{path} may not be read: ask its owner, or name another file.") from error
    except (OSError, ValueError) as error:
        raise SourceNotFound(f"{path} cannot be the name of a file ({error.args[-1]}): check it.") from error
    if stat.S_ISDIR(found.st_mode):
        raise SourceError(f"{path} is a folder: name one file in it{_examples(path)}.")
    if not stat.S_ISREG(found.st_mode):
        raise SourceError(f"{path} is a device or a pipe: name a file.")
    return found.st_size


def _hint(path: Path) -> str:
    folder = path.parent
    if not is_there(folder) or not folder.is_dir():
        return f": there is no folder {absolute(folder)} either."
    close = difflib.get_close_matches(path.name, _names(folder), n=1, cutoff=_SIMILAR)
    if close:
        return f". Did you mean {folder / close[0]}?"
    return f": it was looked for in {absolute(folder)}."


def _examples(folder: Path) -> str:
    names = [name for name in _names(folder) if not name.startswith(".")][:3]
    return f", such as {' or '.join(names)}" if names else ""


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in islice(entries, _MOST_NAMES))
    except OSError:
        return []
