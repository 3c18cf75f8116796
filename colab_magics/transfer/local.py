"""Any source as a file of this machine: one that was here already, or one that was fetched whole."""

import difflib
import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from colab_magics.errors import SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.bucket import AMAZON, Access, copy_object
from colab_magics.transfer.cloud import copy_cloud
from colab_magics.transfer.events import Downloaded, Progress
from colab_magics.transfer.fetch import download
from colab_magics.transfer.kaggle_key import signed
from colab_magics.transfer.names import safe
from colab_magics.transfer.local_paths import expand
from colab_magics.transfer.source import (
    ArchiveMember,
    BucketObject,
    BucketPattern,
    CloudObject,
    DriveFile,
    DrivePath,
    DriveSheet,
    KaggleFile,
    LocalPath,
    LocalPattern,
    Source,
    Upload,
    WebAddress,
)

_UNPROVEN = "The server did not tell the length of the file: that all of it arrived cannot be proved."
_ANONYMOUS = "No AWS credentials were found: it was read anonymously."
_SIMILAR = 0.7  # 0 to 1; below, a file is another and not one misspelt
_MOST_NAMES = 2000  # that are looked through for a similar one


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to read: ``name`` and ``shown`` are those of its source, ``size`` is in bytes.

    ``member``: what the source names in this archive.
    """

    path: Path
    name: str
    shown: str
    size: int
    notes: tuple[str, ...] = ()
    member: str | None = None


def to_local(
    source: Source,
    folder: Path,
    *,
    access: Access = AMAZON,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> LocalFile:
    """Find the file that ``source`` names, or fetch it into the existing, private ``folder``.

    Raises `SourceNotFound`, `SourceDenied`, `DownloadFailed`, `BadOption`; `Stopped` when ``stop`` was set.
    """
    match source:
        case LocalPath(path):
            return LocalFile(path, source.name, source.shown, _size(path))
        case LocalPattern():
            return to_local(_only(source), folder)
        case ArchiveMember(archive, member):
            file = to_local(archive, folder, access=access, on_progress=on_progress, stop=stop)
            return replace(file, member=member)
    target = folder / safe(source.name)
    got = _fetch(source, target, access, on_progress, stop)
    notes = (*([] if got.is_proven_whole else [_UNPROVEN]), *([_ANONYMOUS] if got.is_anonymous else []))
    return LocalFile(target, source.name, source.shown, got.size, notes)


def _fetch(
    source: Source,
    target: Path,
    access: Access,
    on_progress: Callable[[Progress], None] | None,
    stop: threading.Event | None,
) -> Downloaded:
    match source:
        case WebAddress(url):
            return download(url, target, on_progress=on_progress, stop=stop)
        case KaggleFile():
            return download(signed(source).url, target, on_progress=on_progress, stop=stop)
        case DriveFile() | DriveSheet():
            return download(source.download.url, target, on_progress=on_progress, stop=stop)
        case BucketObject():
            return copy_object(source, target, access=access, on_progress=on_progress, stop=stop)
        case BucketPattern(url) if "*" not in url:
            return copy_object(BucketObject(url), target, access=access, on_progress=on_progress, stop=stop)
        case CloudObject():
            return copy_cloud(source, target, on_progress=on_progress, stop=stop)
        case _:
            raise SourceError(_unread(source))


def _only(pattern: LocalPattern) -> LocalPath:
    paths = expand(pattern)
    if len(paths) > 1:
        some = " or ".join(path.name for path in paths[:2])
        raise SourceError(f"{pattern.shown} matches {len(paths)} files: name one of them, such as {some}.")
    return paths[0]


def _unread(source: Source) -> str:
    match source:
        case DrivePath():
            return f"{source.shown} wants a login at Drive, which is not there yet: share the file, and give its link."
        case Upload():
            return "Nothing can be uploaded here yet: give the path of a file."
        case _:
            return f"{source.shown} is a pattern, and patterns of objects are not read yet: name one object."


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
    if not folder.is_dir():
        return f": there is no folder {folder.absolute()} either."
    close = difflib.get_close_matches(path.name, _names(folder), n=1, cutoff=_SIMILAR)
    if close:
        return f". Did you mean {folder / close[0]}?"
    return f": it was looked for in {folder.absolute()}."


def _examples(folder: Path) -> str:
    names = [name for name in _names(folder) if not name.startswith(".")][:3]
    return f", such as {' or '.join(names)}" if names else ""


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in islice(entries, _MOST_NAMES))
    except OSError:
        return []
