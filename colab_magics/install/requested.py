"""What was asked for by a file, a folder or an address, whose names only the installer gets to know."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from colab_magics.distributions import normalized
from colab_magics.install.plan import Plan
from colab_magics.install.snapshot import Snapshot

_NAME = r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
_SATISFIED = re.compile(rf"Requirement already satisfied: {_NAME}.*\(from -r (?!.*->)")
_SAME_WHEEL = re.compile(rf"{_NAME} is already installed with the same version as the provided wheel")
_PUT_THERE = re.compile(rf" [+~] {_NAME}==")
_LISTED = re.compile(rf"{_NAME}\s*(?:\[[^\]]*\])?\s*(?:[<>=!~@(].*)?")
_NESTED = re.compile(r"(?:-r|--requirement)[\s=]*(.+)")
_MOST_FILES = 50


def requested(plan: Plan, said: Sequence[str], after: Snapshot) -> tuple[str, ...]:
    """The names of installed packages that were asked for, whether the installer changed them or not.

    ``said`` are the installer's lines. A requirement with a condition counts only where those name it.
    """
    found = [*_said(said, after), *_listed(plan.wishes.requirement), *_from_places(plan, after)]
    return tuple(name for name in dict.fromkeys(found) if after.get(name) is not None)


def _said(lines: Sequence[str], after: Snapshot) -> Iterator[str]:
    """In the words of pip (https://github.com/pypa/pip, ``resolution/resolvelib``) and of uv."""
    for line in lines:
        named = _SATISFIED.match(line) or _SAME_WHEEL.match(line)
        if named is not None:
            yield normalized(named[1])
        put = _PUT_THERE.match(line)
        names = [put[1]] if put else []
        if line.startswith("Successfully installed "):
            names = [word.rpartition("-")[0] for word in line.split()[2:]]
        for name in map(normalized, names):
            package = after.get(name)
            if package is not None and package.is_requested:
                yield name


def _listed(files: Sequence[str]) -> Iterator[str]:
    """The plain names in files of requirements; what else they may hold is left to the installer."""
    rest, seen = list(files), set[str]()
    while rest and len(seen) < _MOST_FILES:
        file = rest.pop(0)
        if file in seen:
            continue
        seen.add(file)
        for line in _lines(file):
            nested, named = _NESTED.fullmatch(line), _LISTED.fullmatch(line)
            if nested is not None:
                rest.append(os.path.join(os.path.dirname(file), nested[1].strip()))  # noqa: PTH118, PTH120 (it may be an address)
            elif named is not None and ";" not in line:
                yield normalized(named[1])


def _lines(file: str) -> Iterator[str]:
    try:
        text = Path(file).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):  # an address, which only the installer has read
        return
    for line in text.replace("\\\n", " ").splitlines():
        plain = re.split(r"(?:^|\s)#|\s--", line.strip())[0].strip()
        if plain:
            yield plain


def _from_places(plan: Plan, after: Snapshot) -> Iterator[str]:
    places = {place(asked.text) for asked in plan.requirements if not asked.name}
    for name, package in sorted(after.distributions.items()):
        if package.origin and place(package.origin) in places:
            yield name


def place(text: str) -> str:
    """One spelling for a path or an address, without credentials, branch and extras."""
    text = re.sub(r"^(?:git|hg|svn|bzr)\+", "", text)
    try:
        if "://" not in text:
            return os.path.realpath(text.partition("[")[0])
        parts = urlsplit(text)
        if parts.scheme == "file":
            return os.path.realpath(url2pathname(parts.path))
        return f"{parts.hostname}:{parts.port or ''}{parts.path.partition('@')[0].rstrip('/')}"
    except (OSError, ValueError):  # no address at all, or a working folder that is gone
        return text
