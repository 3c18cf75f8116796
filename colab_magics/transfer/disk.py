"""The disk that a file lands on: whether it has room, and how bytes get to their place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from colab_magics.errors import DownloadFailed
from colab_magics.format import size as in_words

_SPARE = 256 << 20  # bytes that a file of unknown length leaves free


def expect_room(folder: Path, count: int) -> None:
    """Raise `DownloadFailed` if ``folder`` has no room for ``count`` bytes more."""
    free = shutil.disk_usage(folder).free
    if count > free:
        raise DownloadFailed(
            f"{in_words(count)} do not fit on the disk of {folder}, which has {in_words(free)} free: "
            "make room and try again."
        )


def expect_spare(folder: Path, name: str, size: int) -> None:
    """Raise `DownloadFailed` if ``name``, which has ``size`` bytes and no end in sight, is about to fill the disk."""
    if shutil.disk_usage(folder).free < _SPARE:
        raise DownloadFailed(
            f"{name} has no end in sight after {in_words(size)}, and the disk of {folder} is nearly full: make room, "
            "or ask for a file of known length."
        )


def write_all(descriptor: int, position: int, chunk: bytes | memoryview) -> None:
    """Write every byte of ``chunk`` where it belongs, without a copy."""
    view = memoryview(chunk)
    while view:
        if hasattr(os, "pwrite"):
            count = os.pwrite(descriptor, view, position)
        else:  # Windows
            os.lseek(descriptor, position, os.SEEK_SET)
            count = os.write(descriptor, view)
        view, position = view[count:], position + count
