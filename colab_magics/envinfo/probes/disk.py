"""The disk that the working folder is on."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from colab_magics.envinfo.reading import Missing, Reading


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes of the working folder's file system: ``total``, and ``free`` for an ordinary user."""

    total: Reading[int]
    free: Reading[int]


def read_disk(folder: Path) -> Disk:
    """Ask for the space of the file system that ``folder`` is on."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError as error:
        missing = Missing(f"the working folder cannot be asked for its space ({error.strerror})")
        return Disk(missing, missing)
    return Disk(usage.total, usage.free)
