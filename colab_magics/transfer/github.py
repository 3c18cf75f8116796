"""Pages of GitHub and what they show: the file of a page, the text of a gist, the content behind an LFS pointer."""

import re
from urllib.parse import SplitResult

from colab_magics.errors import SourceError
from colab_magics.transfer.addresses import redacted, split, tail
from colab_magics.transfer.source import WebAddress

_FILE = re.compile(r"/([^/]+/[^/]+)/(?:blob|raw|blame|edit)/([^/]+/.*[^/])", re.DOTALL)
_REPOSITORY = re.compile(r"/[^/]+(?:/[^/]+)?")
_FOLDER = re.compile(r"/[^/]+/[^/]+/(?:tree|blob|raw|blame|edit)(?:/.*)?", re.DOTALL)
_RELEASES = re.compile(r"/[^/]+/[^/]+/releases(?:/latest|/tag/.*)?", re.DOTALL)
_GIST = re.compile(r"/(?:([^/]+)/)?([0-9a-f]{20,}|\d+)(?:/([0-9a-f]{40}))?")
_ANCHOR = re.compile(r"file-(.+?)-([^-]+?)(?:-L\d+)*")
_RAW = re.compile(r"/[^/]+/[^/]+/[^/]+/.+", re.DOTALL)


def file_of_page(parts: SplitResult) -> WebAddress | None:
    """Return the address of the file that a page of github.com shows, or None for what is no page: a download.

    Raises `SourceError` for folders, repositories and lists of releases.
    """
    shown, path = redacted(parts.geturl()), parts.path.rstrip("/")
    if found := _FILE.fullmatch(parts.path):
        return WebAddress(f"https://raw.githubusercontent.com/{found[1]}/{found[2]}{tail(parts)}")
    if _FOLDER.fullmatch(path):
        raise SourceError(f"{shown} is a folder on GitHub: open one file in it, and copy the address of its page.")
    if _RELEASES.fullmatch(path):
        raise SourceError(f"{shown} is a page of releases: copy the address of one file under Assets.")
    if not path or _REPOSITORY.fullmatch(path):
        raise SourceError(f"{shown} is no file on GitHub: open one file, and copy the address of its page.")
    return None


def file_of_gist(parts: SplitResult) -> WebAddress | None:
    """Return the address of the text of a gist's page: the file that ``#file-...`` names, or the first.

    None is for an address that is one already. Raises `SourceError` for a page that lists gists.
    """
    path = parts.path.rstrip("/")
    if "/raw" in path:
        return None
    found = _GIST.fullmatch(path)
    if found is None:
        raise SourceError(f"{redacted(parts.geturl())} is no gist: open one, and copy the address of its page.")
    owner, gist, revision = found.groups()
    base = f"https://gist.githubusercontent.com/{f'{owner}/{gist}/raw' if owner else f'raw/{gist}'}"
    anchor = _ANCHOR.fullmatch(parts.fragment)
    file = f"{anchor[1]}.{anchor[2]}" if anchor else ""
    return WebAddress("/".join(filter(None, (base, revision, file))), file or gist)


def large_file(source: WebAddress) -> WebAddress | None:
    """Return where the content is when ``source`` turned out to be the pointer to a file in Git LFS, if that is known.

    https://docs.github.com/repositories/working-with-files/managing-large-files
    """
    parts = split(source.url)
    if parts is None or parts.netloc.lower() != "raw.githubusercontent.com" or not _RAW.fullmatch(parts.path):
        return None
    return WebAddress(f"https://media.githubusercontent.com/media{parts.path}{tail(parts)}", source.called)
