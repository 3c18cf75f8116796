"""The lines of a cell, ``name = source [options]`` each."""

from __future__ import annotations

import keyword
import shlex
from collections.abc import Iterator

from colab_magics.errors import BadOption
from colab_magics.options import split


def entries(cell: str) -> Iterator[tuple[int, str, str]]:
    """Yield number, name and the rest of each line that has a source; the first line, ``%%ingest``, is not in ``cell``.

    Raises `BadOption` for what is no such line.
    """
    seen: set[str] = set()
    for number, line in enumerate(cell.splitlines(), 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, rest = (part.strip() for part in line.partition("="))
        if not equals or not rest or not name.isidentifier():
            raise BadOption(f"Line {number} of the cell must read  name = source [options].")
        if keyword.iskeyword(name):
            raise BadOption(f"Line {number} of the cell: {name} cannot be the name of a variable, choose another.")
        if name in seen:
            raise BadOption(f"Line {number} of the cell gives the name {name} a second time: choose another.")
        seen.add(name)
        words = split(rest)
        yield number, name, shlex.join(words[: words.index("#")] if "#" in words else words)
    if not seen:
        raise BadOption("The cell names no source: write lines such as  name = source")


def joined(first: str, own: str) -> str:
    """The options of the cell's first line and those of one of its sources, as one line."""
    (options, reader), (own_options, own_reader) = _halves(first), _halves(own)
    rest = ["--", *reader, *own_reader] if reader or own_reader else []
    return shlex.join([*options, *own_options, *rest])


def _halves(line: str) -> tuple[list[str], list[str]]:
    words = split(line)
    place = words.index("--") if "--" in words else len(words)
    return words[:place], words[place + 1 :]
