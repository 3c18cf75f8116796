"""When a frame is taken from the cache of frames, and when it is put there."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from colab_magics.ingest.request import Ingested, Request
from colab_magics.ingest.summary import restored, summarise

if TYPE_CHECKING:
    from colab_magics.ingest.frame_cache import FrameCache
    from colab_magics.transfer.local import LocalFile

_WORTH = 0.1  # seconds of reading from which on a frame is kept
_LEAST = 1 << 20  # bytes; smaller files are read in no time


class Keeper:
    """Knows one file, and how it is to be read."""

    def __init__(self, request: Request, file: LocalFile) -> None:
        self._request, self._file = request, file
        self._frames: FrameCache | None = None
        self._key = ""
        is_random = request.reading.sample is not None and request.reading.seed is None
        if file.size >= _LEAST and not request.refresh and not is_random:
            self._open()

    def find(self, started: float) -> Ingested | None:
        """Return what is kept; ``started`` is when the work began (monotonic)."""
        kept = self._frames.load(self._key) if self._frames is not None else None
        if kept is None:
            return None
        file, facts = self._file, kept.facts
        return Ingested(
            kept.frame,
            self._request.name,
            file.shown,
            str(facts["format"]),
            file.size,
            time.monotonic() - started,
            (*file.notes, *facts["notes"]),
            restored(facts["summary"]),
            is_mapped=True,
        )

    def keep(self, ingested: Ingested, seconds: float) -> Ingested:
        """Keep a frame whose reading took so long, while the person goes on; return it with its summary."""
        if self._frames is None or seconds < _WORTH:
            return ingested
        summary = summarise(ingested.frame)
        notes = ingested.notes[len(self._file.notes) :]
        facts = {"format": ingested.format, "notes": notes, "summary": asdict(summary)}
        self._frames.keep(self._key, ingested.frame, facts)
        return replace(ingested, summary=summary)

    def _open(self) -> None:
        from colab_magics.ingest.frame_cache import FrameCache, content_of, key_of
        from colab_magics.ingest.supply import usable_cache

        content = self._file.sha256 or content_of(self._file.path)
        cache, _ = usable_cache()
        if content is None or cache is None or not cache.limit:
            return
        self._frames = FrameCache(cache.folder.with_name("frames"), cache.limit)
        self._key = key_of(content, self._file.name, self._file.member, self._request.format, self._request.reading)
