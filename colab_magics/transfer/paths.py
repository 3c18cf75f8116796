"""Paths as a person types them: what is wrong with one is a sentence, whatever the system says of it."""

from __future__ import annotations

import os
from pathlib import Path

from colab_magics.errors import SourceDenied, SourceNotFound


def expanded(text: str | Path) -> Path:
    """The path with ``~`` and ``~user`` replaced. Raises `SourceNotFound` where there is no such home folder."""
    try:
        return Path(text).expanduser()
    except (RuntimeError, ValueError) as error:
        name = _short(Path(text))
        raise SourceNotFound(f"{name} names a home folder that is not there: write the whole path.") from error


def state(path: Path, *, missing: str) -> os.stat_result:
    """What the system knows of a path that must be there.

    Raises `SourceNotFound` with the sentence ``missing``, or with why the path can name nothing, and `SourceDenied`.
    """
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceNotFound(missing) from error
    except PermissionError as error:
        raise SourceDenied(f"{path} may not be entered: ask its owner, or name another.") from error
    except (OSError, ValueError) as error:  # too long, or with a zero byte
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise SourceNotFound(f"{_short(path)} cannot be a path ({reason}): check it.") from error


def is_there(path: Path) -> bool:
    """Is there anything that may be seen at ``path``?"""
    return os.path.exists(path)  # noqa: PTH110 (Path.exists raises for what may not be entered)


def shown(path: Path) -> str:
    """The path as it can be typed in this notebook: from the working directory, where that is there and holds it."""
    try:
        here = Path.cwd()
    except OSError:  # it was deleted
        return str(path)
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def absolute(path: Path) -> Path:
    """The path from the root on; as it is where the working directory was deleted."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path


def _short(path: Path) -> str:
    text = str(path).replace("\0", "")
    return text if len(text) <= 80 else f"{text[:40]}…{text[-20:]}"
