"""Files of the Hugging Face hub: ``hf://`` addresses and the pages that show a file."""

import re
from urllib.parse import SplitResult, quote, unquote

from colab_magics.errors import SourceError
from colab_magics.transfer.addresses import redacted, tail
from colab_magics.transfer.source import WebAddress

_HUB = "https://huggingface.co"
_PLACE = re.compile(
    r"(datasets/|spaces/|models/)?+((?>[^/@:]+/[^/@:]+)|[^/@:]+(?=@))(?:@(refs/(?:convert|pr)/[^/]+|[^/]+))?/"
    r"(.*?[^/])([?#]\w+=.*)?",
    re.DOTALL,
)
_FILE = re.compile(r"/((?:datasets/|spaces/)?[^/]+(?:/[^/]+)??)/(?:blob|resolve|raw)/([^/]+/.*[^/])", re.DOTALL)
_REPOSITORY = re.compile(r"/(?:(?:datasets|spaces)(?:/.*)?|(?!api/|docs/)[^/]+(?:/[^/]+)?(?:/tree/.*)?)", re.DOTALL)


def resolve_hub(text: str) -> WebAddress:
    """Read ``hf://datasets/owner/name[@revision]/path``; without ``datasets/`` it is a model.

    Raises `SourceError` where no file is named.
    """
    found = _PLACE.fullmatch(text.partition("://")[2])
    if found is None:
        raise SourceError(f"{redacted(text)} names no file on the hub: write hf://datasets/owner/name/path/to/file.")
    kind, repository, revision, path, query = found.groups(default="")
    if "*" in path:
        raise SourceError(f"{redacted(text)} is a pattern, and on the hub none is read yet: name one file.")
    kind = "" if kind == "models/" else kind
    # The hub takes the slash of a branch such as refs/convert/parquet for a letter only where it is encoded.
    branch = quote(unquote(revision) or "main", safe="")
    return WebAddress(f"{_HUB}/{kind}{quote(repository)}/resolve/{branch}/{quote(path)}{query}")


def file_of_page(parts: SplitResult) -> WebAddress | None:
    """Return the address of the file that a page of the hub shows, or None for what is no such page.

    Raises `SourceError` for a page of many files.
    """
    if found := _FILE.fullmatch(parts.path):
        return WebAddress(f"{_HUB}/{found[1]}/resolve/{found[2]}{tail(parts)}")
    if _REPOSITORY.fullmatch(parts.path.rstrip("/")):
        shown = redacted(parts.geturl())
        raise SourceError(f"{shown} is no file on the hub: open one under Files, and copy the address of its page.")
    return None
