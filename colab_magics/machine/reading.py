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
