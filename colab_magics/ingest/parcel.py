"""A file, or a frame as CSV, on its way to the browser: in parts that prove themselves."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.card import Card, Facts
from colab_magics.errors import BadOption, BrokenFile, OutputDenied, SourceNotFound
from colab_magics.format import size as in_words
from colab_magics.ingest.offer import is_count
from colab_magics.ingest.upload import LARGEST_PIECE
from colab_magics.transfer.local import local_file
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import LocalPath

if TYPE_CHECKING:
    import pandas as pd

NOBODY = (
    "Nobody can receive a file here: this runs without a page that shows panels. {name} stays where it is: take it "
    "from there."
)


class Parcel:
    """One file that stays open, so that what is sent is one version of it. Its methods may be called in any thread."""

    def __init__(self, path: Path, name: str) -> None:
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise OutputDenied(f"{name} cannot be read ({error.strerror}): check its owner.") from error
        self.name = name
        self.size = path.stat().st_size
        self._lock = threading.Lock()
        self._is_claimed = False

    def claim(self) -> bool:
        """Is the page that asks the first? Others, and a reload, save it only when the person asks for it."""
        with self._lock:
            is_first, self._is_claimed = not self._is_claimed, True
            return is_first

    def part(self, position: object) -> tuple[dict[str, str], list[bytes]]:
        """Return up to 4 MiB from ``position`` on, and their sha256."""
        if not is_count(position) or position >= max(self.size, 1):
            raise BadOption("There is no such part of the file: run the cell again.")
        with self._lock:
            self._file.seek(position)
            part = self._file.read(min(LARGEST_PIECE, self.size - position))
        if len(part) != min(LARGEST_PIECE, self.size - position):
            raise BrokenFile(f"{self.name} was cut short while it was sent: run the cell again.")
        return {"sha256": hashlib.sha256(part).hexdigest()}, [part]

    def card(self) -> Card:
        """The static form."""
        return Card(self.name, state="sent to the browser", parts=(Facts((("Size", in_words(self.size)),)),))

    def close(self) -> None:
        self._file.close()


def pack(source: str | Path | pd.DataFrame, namespace: Mapping[str, Any]) -> Parcel:
    """Make a parcel of a frame, the name of one in ``namespace``, or a file of this machine."""
    frame = namespace.get(source) if isinstance(source, str) else source
    if type(frame).__name__ == "DataFrame" and not isinstance(frame, str | Path):
        return _packed(frame, f"{source if isinstance(source, str) else 'frame'}.csv")
    named = resolve(str(source))
    if not isinstance(named, LocalPath):
        raise BadOption("--download sends one file of this machine, or a frame: fetch the source first.")
    try:
        file = local_file(named)
    except SourceNotFound as error:
        if not str(source).isidentifier():
            raise
        raise SourceNotFound(f"There is no variable {source}, and no file either: name one of them.") from error
    return Parcel(file.path, file.name)


def _packed(frame: Any, name: str) -> Parcel:
    import pandas as pd

    with tempfile.TemporaryDirectory(prefix="colab-magics-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / name
        frame.to_csv(path, index=not frame.index.identical(pd.RangeIndex(len(frame))))
        return Parcel(path, name)  # it stays open, and goes from the disk when it is closed
