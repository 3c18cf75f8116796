"""A reading of the machine: a value, or the reason why there is none."""

import dataclasses
import os
from pathlib import Path
from typing import TypeAlias, TypeVar


@dataclasses.dataclass(frozen=True, slots=True)
class Missing:
    """There is no value, and ``reason`` says why in words for the person."""

    reason: str


T = TypeVar("T")
Reading: TypeAlias = T | Missing
"""``Reading[int]`` is an int or the reason why it cannot be told."""


def is_there(path: Path | str) -> bool:
    """Is a file or folder there? No, too, where a folder above it may not be searched: `Path.exists` raises there."""
    return os.path.exists(path)  # noqa: PTH110


def text(path: Path, size: int = -1) -> Reading[str]:
    """Read a small text file, or its first ``size`` characters, without the white space around it."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(size).strip()
    except OSError as error:
        return Missing(f"{path.name} cannot be read ({error.strerror or type(error).__name__})")


def field(path: Path, name: str) -> Reading[int]:
    """Read one line of a table, ``Name: 12 kB`` or ``name 12288``, in bytes."""
    lines = text(path)
    if isinstance(lines, Missing):
        return lines
    for line in lines.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0].rstrip(":") == name and is_count(words[1]):
            return int(words[1]) * (1024 if words[2:] == ["kB"] else 1)
    return Missing(f"{path.name} has no line {name}")


def is_count(word: str) -> bool:
    """Is it a whole number that the kernel writes? `int` takes other digits, too, and refuses thousands of them."""
    return len(word) <= 20 and word.isascii() and word.isdecimal()
