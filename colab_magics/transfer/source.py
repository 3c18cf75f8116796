"""What the person typed, resolved to where the bytes are: a local path, a web address or an object in a bucket."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import url2pathname

from colab_magics.errors import SourceError, SourceNotFound

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_GITHUB_PAGE = re.compile(r"https?://(?:www\.)?github\.com/([^/]+)/([^/]+)/(?:blob|raw)/([^?#]+)")


@dataclass(frozen=True, slots=True)
class LocalPath:
    """A file of this machine."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def shown(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An http or https address."""

    url: str

    @property
    def name(self) -> str:
        """The last part of the path, or the server."""
        parts = urlsplit(self.url)
        return PurePosixPath(unquote(parts.path)).name or parts.hostname or ""

    @property
    def shown(self) -> str:
        return redacted(self.url)


@dataclass(frozen=True, slots=True)
class BucketObject:
    """An object of an S3 store, as ``s3://bucket/key``."""

    url: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.url).name

    @property
    def shown(self) -> str:
        return self.url


Source = LocalPath | WebAddress | BucketObject


def resolve(text: str) -> Source:
    """Tell what ``text`` names, without looking whether it is there.

    Pages of GitHub that show a file become the address of the file, ``~`` the home folder. Raises `SourceError` for
    what is not read yet: other kinds of address, and patterns.
    """
    text = text.strip()
    scheme = _SCHEME.match(text)
    match scheme[1].lower() if scheme else "":
        case "":
            return _resolve_path(text)
        case "file":
            return LocalPath(_path_of_file_url(text))
        case "http" | "https":
            return WebAddress(_GITHUB_PAGE.sub(r"https://raw.githubusercontent.com/\1/\2/\3", text))
        case "s3" | "s3a" | "s3n":
            return _resolve_object(text.partition("://")[2])
        case other:
            raise SourceError(
                f"{other}:// addresses are not read yet: give a path, an http(s):// or an s3:// address, or fetch "
                "the file first."
            )


def _resolve_path(text: str) -> LocalPath:
    if not text:
        raise SourceNotFound("The source is empty: name a file, a web address or an s3:// address.")
    path = Path(text).expanduser()
    if any(letter in text for letter in "*?[") and not _is_there(path):
        raise SourceError(f"{text} is a pattern, and patterns are not read yet: name one file.")
    return LocalPath(path)


def _path_of_file_url(text: str) -> Path:
    parts = urlsplit(text)
    if parts.netloc not in ("", "localhost"):
        raise SourceError(f"{redacted(text)} is on another machine: file:///path names a file of this one.")
    return Path(url2pathname(parts.path))


def _resolve_object(address: str) -> BucketObject:
    bucket, _, key = address.partition("/")
    if not bucket or not key or key.endswith("/"):
        raise SourceError(f"s3://{address} names no object: write s3://bucket/path/to/file.")
    if "*" in key:
        raise SourceError(f"s3://{address} is a pattern, and patterns are not read yet: name one object.")
    return BucketObject(f"s3://{address}")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def redacted(address: str) -> str:
    """Return the part of an address that may be shown and kept: no user name, password, query or fragment."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return f"{address.partition('://')[0]}://…"
    if not parts.netloc:
        return address
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "…" if parts.query else "", ""))
