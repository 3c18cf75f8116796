"""Frames kept as Arrow files, so that reading the same file the same way takes no time: they are mapped, not read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.errors import DownloadFailed
from colab_magics.ingest import arrow_file

if TYPE_CHECKING:
    import pandas as pd

_FORM = 3
_PAUSE = 0.05  # seconds before a frame is kept: the cell that reads it ends first
_YOUNG = 2.0  # seconds: a file that was written just now may be written again without a new time


@dataclass(frozen=True, slots=True)
class Kept:
    """A frame that was kept, and the facts that were kept with it."""

    frame: pd.DataFrame
    facts: dict[str, Any]


class FrameCache:
    """A folder of frames with a limit in bytes; those that were used longest ago go first. Needs pyarrow.

    A frame is trusted only after it was read back and found equal to the one that was kept, in values, types and
    labels. Raises OSError where the folder cannot be made.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def load(self, key: str) -> Kept | None:
        """Return the frame of a key, mapped from its file; None where there is none, or one that cannot be read."""
        if find_spec("pyarrow") is None:
            return None
        try:
            facts = json.loads((self.folder / f"{key}.json").read_bytes())
            if facts.pop("form") != _FORM:
                return None
            frame = arrow_file.read(self.folder / f"{key}.arrow", facts.pop("size"))
        except _faults():
            return None
        with contextlib.suppress(OSError):
            os.utime(self.folder / f"{key}.json")
        return Kept(frame, facts)

    def keep(self, key: str, frame: pd.DataFrame, facts: Mapping[str, Any]) -> threading.Thread | None:
        """Write a frame in a thread, which is returned, if it can be kept unchanged while the person works with it.

        ``facts``: values of JSON to give back with it.
        """
        if find_spec("pyarrow") is None or frame.attrs:
            return None
        # What the person does to the frame from now on does not reach this one.
        own = frame.copy(deep=not _copies_on_write())
        thread = threading.Thread(
            target=self._write, args=(key, own, dict(facts)), name="colab-magics-keep", daemon=True
        )
        thread.start()
        return thread

    def size(self) -> int:
        """Bytes of all frames."""
        return sum(path.stat().st_size for path in self.folder.glob("*.arrow"))

    def clear(self) -> int:
        """Remove all frames; return how many bytes that were."""
        size = self.size()
        for path in (*self.folder.glob("*.json"), *self.folder.glob("*.arrow")):
            path.unlink(missing_ok=True)
        return size

    def trim(self) -> None:
        """Remove the frames that were used longest ago, until the limit is kept."""
        left = self.limit
        for path in sorted(self.folder.glob("*.json"), key=_used_at, reverse=True):
            with contextlib.suppress(OSError):
                left -= path.with_suffix(".arrow").stat().st_size
            if left < 0:
                path.unlink(missing_ok=True)
                path.with_suffix(".arrow").unlink(missing_ok=True)

    def _write(self, key: str, frame: pd.DataFrame, facts: dict[str, Any]) -> None:
        from colab_magics.transfer.landing import Landing

        time.sleep(_PAUSE)
        path = self.folder / f"{key}.arrow"
        # A failure means only that it is read anew the next time: a full disk, a type that Arrow does not have.
        with contextlib.suppress(*_faults()):
            size = arrow_file.write(frame, path)
            if not arrow_file.is_equal(frame, path, size):
                path.unlink(missing_ok=True)
                return
            with Landing(self.folder / f"{key}.json") as landing:
                landing.write(json.dumps({"form": _FORM, "size": size, **facts}).encode())
                landing.publish(None)
            self.trim()


def key_of(content: str, *options: object) -> str:
    """A name for a frame: by the content of its file, how it was read, and the versions of what read it."""
    import pandas as pd

    versions = [pd.__version__, _FORM, pd.get_option("mode.string_storage")]
    return hashlib.sha256(json.dumps([content, *map(repr, options), *map(repr, versions)]).encode()).hexdigest()[:32]


def content_of(path: Path) -> str | None:
    """Tell one content of a local file from the next without reading it; None while it may still be written.

    By device, inode, size and time, as make and git do.
    """
    found = path.stat()
    if time.time() - found.st_mtime < _YOUNG:
        return None
    return f"{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def _copies_on_write() -> bool:
    import pandas as pd

    return int(pd.__version__.partition(".")[0]) >= 3 or pd.get_option("mode.copy_on_write") is True


def _faults() -> tuple[type[Exception], ...]:
    """What may go wrong with a file of Arrow."""
    import pyarrow as pa

    return (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        RecursionError,
        NotImplementedError,
        pa.ArrowException,
        DownloadFailed,
    )


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
