"""What a transfer tells while it runs and when it has ended."""

from dataclasses import dataclass
from pathlib import Path

from colab_magics.transfer.remote import NOTHING_SAID, Version


class Stopped(Exception):
    """The person asked to stop; nothing was kept."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes that have arrived, of how many if the server says; ``note`` tells why it waits before another try.

    ``file``: which one it is, from 0, of so many ``files``.
    """

    done: int
    total: int | None
    note: str = ""
    file: int = 0
    files: int = 1

    @property
    def ratio(self) -> float | None:
        """0 to 1 of all files, or None when the length is not known."""
        if not self.total:
            return self.file / self.files if self.files > 1 else None
        return (self.file + min(1.0, self.done / self.total)) / self.files


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that arrived: ``size`` in bytes, ``source`` as it may be shown, ``seconds`` it took.

    ``is_proven_whole`` is False when the server told neither a length nor an end and no hash was given: then a cut
    connection looks like the end of the file.
    """

    path: Path
    size: int
    sha256: str
    source: str
    seconds: float
    content_type: str = ""
    is_proven_whole: bool = True
    version: Version = NOTHING_SAID
