"""Files that are there in full or not at all, whatever happens while they are written."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedRandom
    from pathlib import Path


@contextlib.contextmanager
def writing(path: Path, temporary: Path | None = None) -> Iterator[BufferedRandom]:
    """Open a file that takes the place of ``path`` at the end; after an exception, what was there before stays.

    ``temporary``: where it lies until then, for what nobody else writes; a new name beside ``path`` unless given.
    """
    temporary = temporary or path.with_name(f".{os.urandom(8).hex()}.part")
    try:
        with temporary.open("w+b") as file:
            yield file
            sync(file)
        publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def sync(file: Any) -> None:
    """Have the disk take all that was written to an open file."""
    file.flush()
    os.fsync(file.fileno())


def publish(temporary: Path, path: Path) -> None:
    """Put a file that is whole in the place of the old one, and have the disk know it."""
    temporary.replace(path)
    with contextlib.suppress(OSError):  # Windows opens no folders
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
