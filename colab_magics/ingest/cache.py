"""What the caches of files and of frames hold, and how to empty them."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from colab_magics.card import Card, Facts, Table
from colab_magics.format import plural, size
from colab_magics.ingest.frame_cache import FrameCache
from colab_magics.ingest.upload import UNFINISHED
from colab_magics.transfer import journal
from colab_magics.transfer.cache import Cache, Entry, default_cache

if TYPE_CHECKING:
    import pandas as pd

ACTIONS = ("list", "clear")
_MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Holdings:
    """The ``files``, the one used last first, and the bytes that kept frames take; ``cleared`` bytes are gone.

    ``uploads``: bytes of uploads into this folder that are not whole.
    """

    cache: Cache
    files: tuple[Entry, ...]
    frames: int
    uploads: int = 0
    cleared: int = 0

    def frame(self) -> pd.DataFrame:
        """One row for each file: source, size in bytes, sha256, and when it was fetched and used (UTC)."""
        import pandas as pd

        frame = pd.DataFrame(
            [(file.source, file.size, file.sha256, file.fetched_at, file.used_at) for file in self.files],
            columns=["source", "size", "sha256", "fetched_at", "used_at"],
        )
        for name in ("fetched_at", "used_at"):
            frame[name] = pd.to_datetime(frame[name].astype("float64"), unit="s", utc=True)
        return frame

    def card(self) -> Card:
        """The card of the cache."""
        held = sum(file.size for file in self.files)
        rows = tuple(
            (file.source, size(file.size), time.strftime("%Y-%m-%d %H:%M", time.localtime(file.fetched_at)))
            for file in self.files[:_MOST_ROWS]
        )
        return Card(
            title="Cache of %ingest",
            state=f"{size(self.cleared)} freed" if self.cleared else plural(len(self.files), "file"),
            tone="ok",
            big=f"{size(held + self.frames)} of {size(self.cache.limit)}",
            parts=(
                Facts(
                    (
                        ("Folder", str(self.cache.folder)),
                        ("Kept frames", size(self.frames)),
                        *([("Unfinished uploads", f"{size(self.uploads)}, for 7 days")] if self.uploads else []),
                    )
                ),
                *([Table(("Source", "Size", "Fetched"), rows, frozenset({"Size"}), "Files")] if rows else []),
            ),
        )


def holdings(action: str) -> Holdings:
    """List what is kept, after removing all of it where ``action`` is clear. Raises `OutputDenied` without a cache."""
    from colab_magics.errors import OutputDenied

    try:
        cache = default_cache()
        frames = FrameCache(cache.folder.with_name("frames"), cache.limit)
    except OSError as error:
        raise OutputDenied(
            f"The cache cannot be used ({error.strerror}): set COLAB_MAGICS_CACHE to a folder of your own."
        ) from error
    uploads = Path.cwd() / UNFINISHED
    cleared = cache.clear() + frames.clear() + _clear(uploads) if action == "clear" else 0
    return Holdings(cache, tuple(cache.entries()), frames.size(), journal.waiting(uploads), cleared)


def _clear(uploads: Path) -> int:
    if not uploads.is_dir():
        return 0
    freed = journal.clear(uploads)
    with contextlib.suppress(OSError):  # another process has one on its way
        uploads.rmdir()
    return freed
