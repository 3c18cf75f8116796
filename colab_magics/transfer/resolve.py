"""What the person typed, resolved to where the bytes are, without looking whether they are there."""

import re
from collections.abc import Callable
from urllib.parse import SplitResult, unquote

from colab_magics.errors import SourceError, SourceNotFound
from colab_magics.transfer import drive_links, github, hub, kaggle, share_pages
from colab_magics.transfer.addresses import redacted, split
from colab_magics.transfer.bucket_links import object_of_page, resolve_key
from colab_magics.transfer.local_paths import resolve_file_address, resolve_path
from colab_magics.transfer.source import ArchiveMember, CloudObject, SingleSource, Source, Upload, WebAddress

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_CACHES = re.compile(r"^(?:(?:simplecache|filecache|blockcache|cached)::)+", re.IGNORECASE)
_LIBRARIES = {
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "oci": "ocifs",
    "oss": "ossfs",
    "smb": "smbprotocol",
}
"""What fsspec asks for to read an address that starts so; its sftp is left out, for it trusts every server."""

_Page = Callable[[SplitResult], SingleSource | None]
_PAGES: dict[str, _Page] = {
    "github.com": github.file_of_page,
    "gist.github.com": github.file_of_gist,
    "huggingface.co": hub.file_of_page,
    "hf.co": hub.file_of_page,
    "kaggle.com": kaggle.dataset_of_page,
    "drive.google.com": drive_links.file_of_link,
    "docs.google.com": drive_links.file_of_link,
    "drive.usercontent.google.com": drive_links.file_of_link,
    "bitbucket.org": share_pages.file_of_bitbucket,
    "codeberg.org": share_pages.file_of_forgejo,
    "dropbox.com": share_pages.file_of_dropbox,
    "zenodo.org": share_pages.file_of_zenodo,
}


def resolve(text: str) -> Source:
    """Tell what ``text`` names: nothing is asked of any server, and of the disk only whether a pattern is a file.

    Pages that show a file become the address of the file, ``~`` the home folder. Raises `SourceError` for what
    cannot be a source, with what to write instead.
    """
    text = _plain(text)
    scheme = _scheme(text)
    return _resolve_member(text, scheme) if scheme in ("zip", "tar") else _resolve_single(text)


def _plain(text: str) -> str:
    """Without the caches of fsspec: there is one of ours."""
    return _CACHES.sub("", text.strip(), count=1)


def _scheme(text: str) -> str:
    found = _SCHEME.match(text)
    return found[1].lower() if found else ""


def _resolve_member(text: str, scheme: str) -> ArchiveMember:
    member, chain, archive = text.partition("://")[2].partition("::")
    if not member or not chain or not archive:
        raise SourceError(f"{redacted(text)} names no file in an archive: write {scheme}://member::source.")
    archive = _plain(archive)
    if _scheme(archive) in ("zip", "tar"):
        raise SourceError(f"{redacted(text)} names an archive in an archive: unpack the outer one, and name the inner.")
    return ArchiveMember(_resolve_single(archive), member.lstrip("/"))


def _resolve_single(text: str) -> SingleSource:
    if not text:
        raise SourceNotFound("The source is empty: name a file, a web address or an s3:// address.")
    scheme = _scheme(text)
    if scheme in _LIBRARIES:
        return _resolve_cloud(text, scheme)
    reader = _READERS.get(scheme)
    if reader is None:
        raise SourceError(
            f"{scheme}:// addresses are not read: give a path, an http(s):// or an s3:// address, or fetch the file "
            "first."
        )
    return reader(text)


def _resolve_here(text: str) -> SingleSource:
    if text.lower().startswith("upload:"):
        return _resolve_upload(text)
    return resolve_file_address(text) if text.lower().startswith("file:/") else resolve_path(text)


def _resolve_upload(text: str) -> Upload:
    if text.lower() not in ("upload:", "upload://"):
        raise SourceError("upload: stands alone: the file is chosen in the browser, and not named here.")
    return Upload()


def _resolve_web(text: str) -> SingleSource:
    parts = split(text)
    if parts is None or not parts.hostname:
        raise SourceNotFound(f"{redacted(text)} is no web address: it must name a server behind http:// or https://.")
    server = parts.netloc.lower()  # with a user or a port it is another, and its addresses stay as they are
    return _file_of_page(parts, server) or WebAddress(text)


def _file_of_page(parts: SplitResult, server: str) -> SingleSource | None:
    if page := _PAGES.get(server.removeprefix("www.")):
        return page(parts)
    if server == "storage.cloud.google.com":  # the console's address, which asks to log in
        return _resolve_cloud(f"gs:/{unquote(parts.path)}", "gs")
    if "/-/" in parts.path:
        return share_pages.file_of_gitlab(parts)
    return share_pages.file_of_sharepoint(parts) if server.endswith(".sharepoint.com") else object_of_page(parts)


def _resolve_cloud(text: str, scheme: str) -> CloudObject:
    place = text.partition("://")[2]
    folder, _, path = place.partition("/")
    if not folder or not path or path.endswith("/"):
        raise SourceError(f"{redacted(text)} names no file: write {scheme}://place/path/to/file.")
    if "*" in path:
        raise SourceError(f"{redacted(text)} is a pattern, and of {scheme}:// none is read yet: name one file.")
    return CloudObject(text, scheme, _LIBRARIES[scheme])


_READERS: dict[str, Callable[[str], SingleSource]] = {
    "": _resolve_here,
    "file": resolve_file_address,
    "http": _resolve_web,
    "https": _resolve_web,
    "s3": resolve_key,
    "s3a": resolve_key,
    "s3n": resolve_key,
    "hf": hub.resolve_hub,
    "kaggle": kaggle.resolve_kaggle,
    "drive": drive_links.resolve_drive,
    "gdrive": drive_links.resolve_drive,
    "upload": _resolve_upload,
}
