"""Paths of this machine, and the files that a pattern of paths names."""

import glob
import re
from itertools import islice
from pathlib import Path
from urllib.request import url2pathname

from colab_magics.errors import SourceError, SourceNotFound
from colab_magics.transfer.addresses import redacted
from colab_magics.transfer.paths import absolute, expanded, is_there
from colab_magics.transfer.source import LocalPath, LocalPattern

_WILD = "*?["
_MOST_FILES = 10_000
_FILE_ADDRESS = re.compile(r"file:(?://([^/]*))?(.*)", re.DOTALL | re.IGNORECASE)


def resolve_path(text: str) -> LocalPath | LocalPattern:
    """Read a path; ``~`` is the home folder, and what looks like a pattern and is there is a path."""
    path = _at_home(text)
    return LocalPattern(str(path)) if _is_wild(text) and not is_there(path) else LocalPath(path)


def resolve_file_address(text: str) -> LocalPath | LocalPattern:
    """Read ``file:///path``. Raises `SourceError` for one of another machine."""
    found = _FILE_ADDRESS.fullmatch(text)
    server, path = found.groups() if found else ("", "")
    if (server or "").lower() not in ("", "localhost") or not path.strip("/"):
        raise SourceError(f"{redacted(text)} names no file of this machine: write file:///path/to/file.")
    return resolve_path(path) if _is_wild(path) else LocalPath(Path(url2pathname(path)))


def expand(pattern: LocalPattern, most: int = _MOST_FILES) -> tuple[LocalPath, ...]:
    """Find the files that the pattern names, in the order of their names.

    Hidden files are left out, as a shell does. Raises `SourceNotFound` where there is none, and `SourceError` for
    more than ``most`` of them.
    """
    try:
        found = map(Path, glob.iglob(pattern.pattern, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute one)
        paths = sorted(islice((path for path in found if path.is_file()), most + 1))
    except (OSError, ValueError, re.error) as error:
        raise SourceNotFound(f"{pattern.shown} cannot be a pattern of files ({error}): check it.") from error
    if not paths:
        raise SourceNotFound(f"No file matches {pattern.shown}: it was looked for in {_start(pattern.pattern)}.")
    if len(paths) > most:
        raise SourceError(f"More than {most} files match {pattern.shown}: write a narrower pattern.")
    return tuple(map(LocalPath, paths))


def _start(pattern: str) -> Path:
    folder = Path(pattern)
    while _is_wild(str(folder)):
        folder = folder.parent
    return absolute(folder)


def _at_home(text: str) -> Path:
    try:
        return expanded(text)
    except SourceNotFound:  # a name that begins with ~, as those of lock files do
        return Path(text)


def _is_wild(path: str) -> bool:
    return any(letter in path for letter in _WILD)
