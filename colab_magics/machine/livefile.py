"""A file that the system writes anew each time it is read."""

import os
from pathlib import Path

from colab_magics.machine.reading import Missing, Reading

_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)  # Windows has only the second
_BLOCK = 65_536
_MOST = 4 * 2**20  # a file that never ends must not fill the memory


class LiveFile:
    """Opened once and read again from its beginning, which saves finding it each time; see proc(5).

    One that cannot be opened is `Missing` at each reading, with the reason.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._open: int | None = None
        self._fault = Missing(f"{path.name} is closed")
        try:
            self._open = os.open(path, os.O_RDONLY | _FLAGS)
        except OSError as error:
            self._fault = self._because(error)

    def read(self) -> Reading[str]:
        """The whole text as it is now."""
        if self._open is None:
            return self._fault
        parts: list[bytes] = []
        at = 0
        try:
            # Linux gives a table in pieces of whole lines, so that a short piece is not yet the end.
            while at < _MOST and (part := _piece(self._open, at)):
                parts.append(part)
                at += len(part)
        except OSError as error:
            return self._because(error)
        return b"".join(parts).decode("utf-8", errors="replace")

    def close(self) -> None:
        """Give the file back; doing so twice is fine."""
        if self._open is not None:
            descriptor, self._open = self._open, None
            os.close(descriptor)

    def _because(self, error: OSError) -> Missing:
        return Missing(f"{self._name} cannot be read ({error.strerror or type(error).__name__})")


def _piece(descriptor: int, at: int) -> bytes:
    if hasattr(os, "pread"):  # a forked child shares the place in the file, and not this
        return os.pread(descriptor, _BLOCK, at)
    os.lseek(descriptor, at, os.SEEK_SET)
    return os.read(descriptor, _BLOCK)
