"""Any source as a file of this machine: one that was here already, or one that was brought whole."""

import difflib
import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from colab_magics.errors import SourceDenied, SourceError, SourceNotFound, UnknownFormat
from colab_magics.transfer.bucket import AMAZON, Access, BucketFile
from colab_magics.transfer.cache import key_of
from colab_magics.transfer.cloud import CloudFile
from colab_magics.transfer.copies import Copy, Courier, Pointed
from colab_magics.transfer.drive_copies import bring_private
from colab_magics.transfer.github import large_file
from colab_magics.transfer.identity import canonical
from colab_magics.transfer.kaggle_key import signed
from colab_magics.transfer.local_paths import expand
from colab_magics.transfer.names import safe
from colab_magics.transfer.patterns import expand
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
    WebAddress,
)
from colab_magics.transfer.tokens import token_for
from colab_magics.transfer.web import WebFile

_ANONYMOUS = "No AWS credentials were found: it was read anonymously."
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


def to_local(source: Source, courier: Courier, *, access: Access = AMAZON) -> LocalFile:
    """Find the file that ``source`` names, or have it brought.

    Raises `SourceNotFound`, `SourceDenied`, `DownloadFailed`, `BadOption`, or whatever `Courier.bring` does.
    """
    match source:
        case LocalPath(path):
            return LocalFile(path, source.name, source.shown, _size(path))
        case LocalPattern() | BucketPattern():
            return to_local(_only(source, courier, access), courier, access=access)
        case ArchiveMember(archive, member):
            return replace(to_local(archive, courier, access=access), member=member)
    copy = _copy(source, courier, access)
    name = copy.name if isinstance(source, DriveFile | DrivePath | DriveSheet) else source.name
    return LocalFile(copy.path, name or source.name, source.shown, copy.size, copy.notes)


def _copy(source: Source, courier: Courier, access: Access) -> Copy:
    match source:
        case WebAddress():
            return _web_copy(source, courier)
        case KaggleFile():
            return _web_copy(signed(source), courier, source.download.url)
        case DriveFile() | DriveSheet():
            return _drive_copy(source, courier)
        case DrivePath():
            return bring_private(source, courier)
        case BucketObject():
            return _bucket_copy(source, courier, access)
        case CloudObject():
            return courier.bring(CloudFile(source), key_of("cloud", source.url), safe(source.name))
        case _:
            raise SourceError("Nothing can be uploaded here yet: give the path of a file.")


def _web_copy(source: WebAddress, courier: Courier, known_as: str = "") -> Copy:
    token = token_for(source.url)
    with closing(WebFile(source.url, courier.patience, token=token.value)) as remote:
        try:
            return courier.bring(remote, key_of("web", canonical(known_as or source.url)), safe(source.name))
        except SourceDenied as error:
            raise (SourceDenied(f"{error} {token.advice}") if token.advice else error) from None
        except Pointed as pointed:
            content = large_file(source) if isinstance(source, WebAddress) else None
            if content is None:
                raise UnknownFormat(
                    f"{source.shown} is only the pointer to a file in Git LFS: use the address of its download button."
                ) from None
            # Git LFS keeps the file itself elsewhere, and its hash in the pointer.
            wish = replace(courier.wish, sha256=courier.wish.sha256 or pointed.pointer.sha256)
    return _web_copy(content, replace(courier, wish=wish))


def _drive_copy(source: DriveFile | DriveSheet, courier: Courier) -> Copy:
    """What everybody with the link may read needs no login; only what is refused so is asked for with one."""
    try:
        return _web_copy(source.download, courier)
    except (SourceNotFound, SourceDenied, UnknownFormat) as refused:
        return bring_private(source, courier, refused)


def _bucket_copy(source: BucketObject, courier: Courier, access: Access) -> Copy:
    remote = BucketFile(source, access, courier.patience)
    key = key_of("s3", source.url, access.endpoint or "", access.profile or "", str(access.anon))
    copy = courier.bring(remote, key, safe(source.name))
    if remote.is_anonymous and not access.anon:
        return replace(copy, notes=(*copy.notes, _ANONYMOUS))
    return copy


def _only(pattern: LocalPattern | BucketPattern, courier: Courier, access: Access) -> Source:
    found = expand(pattern, access, stop=courier.stop, patience=courier.patience)
    if len(found) > 1:
        some = " or ".join(source.name for source in found[:2])
        raise SourceError(f"{pattern.shown} matches {len(found)} files: name one of them, such as {some}.")
    return found[0]


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
