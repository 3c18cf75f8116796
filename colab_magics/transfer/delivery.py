"""Any source as a file of this machine: one that was here already, or one that was brought whole."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from colab_magics.errors import SourceDenied, SourceError, SourceNotFound, UnknownFormat
from colab_magics.transfer.bucket import AMAZON, Access, BucketFile
from colab_magics.transfer.cache import key_of
from colab_magics.transfer.cloud import CloudFile
from colab_magics.transfer.copies import Copy, Courier, Pointed
from colab_magics.transfer.drive_copies import bring_private
from colab_magics.transfer.github import large_file
from colab_magics.transfer.identity import canonical
from colab_magics.transfer.kaggle_key import signed
from colab_magics.transfer.local import LocalFile, local_file
from colab_magics.transfer.names import safe
from colab_magics.transfer.patterns import expand
from colab_magics.transfer.refusals import PATIENCE, Patience
from colab_magics.transfer.remote import Remote
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


def to_local(source: Source, courier: Courier, *, access: Access = AMAZON) -> LocalFile:
    """Find the file that ``source`` names, or have it brought.

    Raises `SourceNotFound`, `SourceDenied`, `DownloadFailed`, `BadOption`, or whatever `Courier.bring` does.
    """
    match source:
        case LocalPath():
            return local_file(source, courier.wish.sha256)
        case LocalPattern() | BucketPattern():
            return to_local(_only(source, courier, access), courier, access=access)
        case ArchiveMember(archive, member):
            return replace(to_local(archive, courier, access=access), member=member)
    copy = _copy(source, courier, access)
    name = copy.name if isinstance(source, DriveFile | DrivePath | DriveSheet) else source.name
    return LocalFile(copy.path, name or source.name, source.shown, copy.size, copy.notes, sha256=copy.sha256)


@contextmanager
def opened(
    source: WebAddress | BucketObject, access: Access = AMAZON, patience: Patience = PATIENCE, known_as: str = ""
) -> Iterator[tuple[Remote, str]]:
    """Give the file of a server or an S3 store, and the key by which a cache knows it.

    ``known_as``: an address that stays the same where that of ``source`` holds a passing permission.
    """
    if isinstance(source, BucketObject):
        yield (
            BucketFile(source, access, patience),
            key_of("s3", source.url, access.endpoint or "", access.profile or "", str(access.anon)),
        )
        return
    token = token_for(source.url)
    with closing(WebFile(source.url, patience, token=token.value)) as remote:
        try:
            yield remote, key_of("web", canonical(known_as or source.url))
        except SourceDenied as error:
            raise (SourceDenied(f"{error} {token.advice}") if token.advice else error) from None


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
            raise SourceError("A file that is uploaded stands alone: write  %ingest upload:  on a line of its own.")


def _web_copy(source: WebAddress, courier: Courier, known_as: str = "") -> Copy:
    with opened(source, AMAZON, courier.patience, known_as) as (remote, key):
        try:
            return courier.bring(remote, key, safe(source.name))
        except Pointed as pointed:
            content = large_file(source)
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
    with opened(source, access, courier.patience) as (remote, key):
        copy = replace(courier, access=access.kept).bring(remote, key, safe(source.name))
        if isinstance(remote, BucketFile) and remote.is_anonymous and not access.anon:
            return replace(copy, notes=(*copy.notes, _ANONYMOUS))
        return copy


def _only(pattern: LocalPattern | BucketPattern, courier: Courier, access: Access) -> Source:
    found = expand(pattern, access, stop=courier.stop, patience=courier.patience)
    if len(found) > 1:
        some = " or ".join(source.name for source in found[:2])
        raise SourceError(f"{pattern.shown} matches {len(found)} files: name one of them, such as {some}.")
    return found[0]
