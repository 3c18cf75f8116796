"""What a person asks for, word by word: names are told apart from paths and addresses, and traps are named."""

from __future__ import annotations

import importlib.util
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from colab_magics.distributions import normalized
from colab_magics.errors import BadOption
from colab_magics.install.names import IMPORTED_AS, is_part_of_python

_NAMED = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[^\[\]]*\])?\s*((?:[<>=!~;@(].*)?)", re.DOTALL)
_FILE = re.compile(r"(?i)\.(whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz)(?:[#\[].*)?$")
_ADDRESS = re.compile(r"(?i)[a-z][a-z0-9+.-]*://|(?:git|hg|svn|bzr)\+")
_FRAGMENT_NAME = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")
_PINNED_HASH = re.compile(r"\s--(?:hash|config-settings?|global-option)\b")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing to install: ``text`` as the installer takes it, which may hold a secret.

    ``name`` is as packages are compared, empty where only the installer can tell it; ``typed`` is the person's word
    where another one was meant.
    """

    text: str = field(repr=False)
    name: str
    typed: str = ""


def read(word: str) -> Requirement:
    """Read one requirement: a name with extras and versions, a path, or an address.

    Raises `BadOption` for what no installer should see. What the versions mean is left to the installer.
    """
    word = word.strip()
    if not word or not word.isprintable():
        raise BadOption("A requirement must be a line of printable text, as in  numpy>=2.")
    if word.startswith("-"):
        raise BadOption(
            "An option stands where the name of a package is expected: %install -h shows the options that there are."
        )
    if _PINNED_HASH.search(word):
        raise BadOption(
            "Options for one package, such as --hash, only work in a file: write them there and use  -r FILE."
        )
    if _ADDRESS.match(word):
        return Requirement(word, _name_of_address(word))
    if _is_path(word):
        return _of_path(word)
    parts = _NAMED.fullmatch(word)
    if parts is None:
        raise BadOption(_unreadable(word))
    return _of_name(parts[1], f"{parts[2] or ''}{parts[3]}")


def _of_name(typed: str, rest: str) -> Requirement:
    name = normalized(typed)
    if name in IMPORTED_AS:
        return Requirement(f"{IMPORTED_AS[name]}{rest}", IMPORTED_AS[name], typed)
    if is_part_of_python(name):
        raise BadOption(_part_of_python(typed))
    return Requirement(f"{typed}{rest}", name)


def _part_of_python(typed: str) -> str:
    module = normalized(typed).replace("-", "_")
    if module in ("tkinter", "turtle", "idlelib") and importlib.util.find_spec("_tkinter") is None:
        return (
            f"{typed} is a part of Python that this one was built without: on Debian and Ubuntu "
            "%install --apt python3-tk  brings it for the system's Python."
        )
    return f"{typed} is part of Python and already here: just import it. (A package of that name would hide it.)"


def _unreadable(word: str) -> str:
    if word[0] in "<>=!~":
        return "A version stands without a name before it: write it without spaces, as in  numpy>=2,<3."
    return f"This is not a requirement: {word}. Write a name as in  numpy>=2,  the path of a wheel, or an address."


def _is_path(word: str) -> bool:
    has_separator = "/" in word.partition("@")[0] or (os.sep in word and "@" not in word)
    return word.startswith((".", "~")) or has_separator or bool(_FILE.search(word) and "@" not in word)


def _of_path(word: str) -> Requirement:
    place, bracket, extras = word.partition("[")
    path = Path(place).expanduser()
    try:
        is_there = path.exists()
    except (OSError, ValueError):
        is_there = False
    if not is_there:
        raise BadOption(f"There is no file or folder {place}: check its path.")
    # With a separator, so that it can be taken neither for the name of a package nor for an option.
    shown = str(path) if path.is_absolute() or str(path).startswith(".") else os.path.join(".", path)  # noqa: PTH118 (Path drops the dot)
    return Requirement(f"{shown}{bracket}{extras}", _name_of_file(path.name))


def _name_of_address(address: str) -> str:
    named = _FRAGMENT_NAME.search(address)
    if named is not None:
        return normalized(named[1])
    return _name_of_file(re.split(r"[?#]", address)[0].rstrip("/").rpartition("/")[2])


def _name_of_file(file: str) -> str:
    """The name in ``name-1.0-py3-none-any.whl``; empty for anything else: any archive may be called anything."""
    if not file.lower().endswith(".whl"):
        return ""
    return normalized(file.split("-", maxsplit=1)[0])
