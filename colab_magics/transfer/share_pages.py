"""Pages around a shared file whose address tells that of the file: code hosts, Dropbox, SharePoint, Zenodo."""

import re
from urllib.parse import SplitResult

from colab_magics.errors import SourceError
from colab_magics.transfer.addresses import redacted
from colab_magics.transfer.source import WebAddress

_GITLAB_FOLDER = re.compile(r"/[^/]+/.+/-/tree(?:/.*)?", re.DOTALL)
_NO_DOWNLOAD = re.compile(r"(?:^|&)dl=0(?=&|$)")


def file_of_gitlab(parts: SplitResult) -> WebAddress | None:
    """Return the file of a page of GitLab, on whatever server. Raises `SourceError` for a folder."""
    if _GITLAB_FOLDER.fullmatch(parts.path):
        raise SourceError(f"{redacted(parts.geturl())} is a folder: open one file in it, and copy that address.")
    return _at(parts, re.sub(r"/-/blob/(?=[^/]+/.)", "/-/raw/", parts.path, count=1))


def file_of_bitbucket(parts: SplitResult) -> WebAddress | None:
    """Return the file of ``/owner/project/src/revision/path``."""
    return _at(parts, re.sub(r"^(/[^/]+/[^/]+)/src/(?=[^/]+/.)", r"\1/raw/", parts.path))


def file_of_forgejo(parts: SplitResult) -> WebAddress | None:
    """Return the file of ``/owner/project/src/branch/main/path``."""
    return _at(parts, re.sub(r"^(/[^/]+/[^/]+)/src/(?=(?:branch|commit|tag)/[^/]+/.)", r"\1/raw/", parts.path))


def file_of_zenodo(parts: SplitResult) -> WebAddress | None:
    """Return the file of a preview."""
    return _at(parts, re.sub(r"^(/records?/\d+)/preview/", r"\1/files/", parts.path))


def file_of_dropbox(parts: SplitResult) -> WebAddress | None:
    """Return the shared file itself, by ``dl=1``; the rest of the query stays letter for letter."""
    if not re.match(r"/(?:s|sh|scl)/.", parts.path) or _has(parts.query, "raw=1") or _has(parts.query, "dl=1"):
        return None
    return _asking(parts, _NO_DOWNLOAD.sub("", parts.query).strip("&"), "dl=1")


def file_of_sharepoint(parts: SplitResult) -> WebAddress | None:
    """Return the shared file itself, by ``download=1`` behind a link such as ``/:x:/g/...``."""
    if not re.match(r"/:[a-z]:/", parts.path) or _has(parts.query, "download=1"):
        return None
    return _asking(parts, parts.query, "download=1")


def _at(parts: SplitResult, path: str) -> WebAddress | None:
    return None if path == parts.path else WebAddress(parts._replace(path=path).geturl())


def _asking(parts: SplitResult, query: str, more: str) -> WebAddress:
    return WebAddress(parts._replace(query=f"{query}&{more}" if query else more).geturl())


def _has(query: str, pair: str) -> bool:
    return pair in query.split("&")
