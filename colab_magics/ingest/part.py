"""A part of a large remote file that is enough for what is asked: first rows, a sample, some columns."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from colab_magics.errors import BrokenFile
from colab_magics.format import number, plural
from colab_magics.ingest import supply
from colab_magics.ingest.access import access_of
from colab_magics.ingest.formats import SUFFIXES, Format
from colab_magics.ingest.pace import Pace, Tell
from colab_magics.ingest.rows import new_seed
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import BucketObject, WebAddress

if TYPE_CHECKING:
    from colab_magics.ingest.request import Ingested, Request
    from colab_magics.transfer.local import LocalFile
    from colab_magics.transfer.pieces import Pieces

    Parse = Callable[[Request, LocalFile, float], Ingested]

_SMALL = 4 << 20  # bytes; a file up to here is fetched whole as fast
_GROWTH = 4  # times as much of the beginning where there were too few rows in it
_LINES = (Format.CSV, Format.TSV, Format.JSONL)


def of_part(request: Request, folder: Path, tell: Tell, parse: Parse) -> Ingested | None:
    """Do it with a part of the file; None where all of it is needed, is small or is here already.

    ``folder``: a private one; what lies in it is gone afterwards. ``parse`` reads a local file. Raises as `fetch` and
    ``parse`` do.
    """
    from colab_magics.transfer.delivery import opened
    from colab_magics.transfer.disguises import refuse_disguise
    from colab_magics.transfer.pieces import pieces_of
    from colab_magics.transfer.remote import Changed, NotModified, Unranged

    source = resolve(request.source)
    way = _way(request, source.name)
    if way is None or not isinstance(source, WebAddress | BucketObject):
        return None
    started = time.monotonic()
    with opened(source, access_of(request)) as (remote, key):
        cache, _ = supply.usable_cache()
        if cache is not None and cache.find(key) is not None:
            return None
        try:
            with pieces_of(remote, folder, "pieces", on_progress=Pace(tell)) as pieces:
                if pieces.size <= _SMALL:
                    return None
                refuse_disguise(pieces.head, "", source.name)
                return _Part(request, source, pieces, folder, parse, started).by(way)
        except (Unranged, Changed, NotModified):
            return None  # then it is fetched whole, which is right in any case


def _way(request: Request, name: str) -> str | None:
    """Which part is enough, by what is asked and by what the name says of the format."""
    reading, kind = request.reading, request.forced or SUFFIXES.get(PurePath(name.lower()).suffix)
    is_to_be_whole = request.refresh or request.offline or request.sha256 or reading.member
    if is_to_be_whole:
        return None
    if kind is Format.PARQUET:
        return "columns" if reading.columns else None
    if kind not in _LINES or reading.where is not None:
        return None
    if reading.head is not None:
        return "beginning"
    has_header = kind is not Format.JSONL and not reading.reader
    return "blocks" if reading.sample is not None and reading.sample.rows is not None and has_header else None


class _Part:
    """One file of which a part is read."""

    def __init__(
        self,
        request: Request,
        source: WebAddress | BucketObject,
        pieces: Pieces,
        folder: Path,
        parse: Parse,
        started: float,
    ) -> None:
        self._request, self._source, self._pieces = request, source, pieces
        self._parse, self._started = parse, started
        self._target = folder / "part"

    def by(self, way: str) -> Ingested | None:
        """Read it the one or the other way."""
        return {"beginning": self._beginning, "blocks": self._blocks, "columns": self._columns}[way]()

    def _beginning(self) -> Ingested:
        from colab_magics.ingest.lines import write_beginning

        wanted, length, is_all = self._request.reading.head or 0, len(self._pieces.head), False
        while True:
            is_all = write_beginning(self._pieces, self._target, length)
            try:
                ingested = self._read(self._request, self._target)
            except BrokenFile:
                if is_all:
                    raise
            else:
                if is_all or len(ingested.frame) >= wanted:
                    return self._told(ingested)
            length *= _GROWTH

    def _blocks(self) -> Ingested | None:
        from colab_magics.ingest.lines import LEAST, has_broken_lines, write_blocks

        reading = self._request.reading
        count = reading.sample.rows if reading.sample is not None and reading.sample.rows is not None else 0
        head = self._pieces.head
        if self._pieces.size < LEAST or b"\n" not in head or has_broken_lines(head):
            return None
        seed = new_seed() if reading.seed is None else reading.seed
        blocks = write_blocks(self._pieces, self._target, count, seed)
        if blocks.lines < 1.2 * count:
            return None
        plain = replace(self._request, reading=replace(reading, sample=None, seed=None))
        ingested = self._read(plain, self._target)
        frame = ingested.frame.sample(min(count, len(ingested.frame)), random_state=seed).sort_index()
        note = (
            f"A random sample of {plural(len(frame), 'row')} of about {number(blocks.total)}, from blocks all over the "
            f"file: add  --seed {seed}  to have it again."
        )
        return self._told(replace(ingested, frame=frame.reset_index(drop=True), notes=(*ingested.notes, note)))

    def _columns(self) -> Ingested:
        from colab_magics.extras import check
        from colab_magics.ingest.chunks import bring_columns

        check("pyarrow", by="%ingest of a Parquet file", extra="formats")
        bring_columns(self._pieces, self._source.name, self._request.reading.needed)
        return self._told(self._read(self._request, self._pieces.path))

    def _read(self, request: Request, path: Path) -> Ingested:
        from colab_magics.transfer.local import LocalFile

        file = LocalFile(path, self._source.name, self._source.shown, path.stat().st_size)
        return self._parse(request, file, self._started)

    def _told(self, ingested: Ingested) -> Ingested:
        return replace(ingested, size=self._pieces.size, fetched=self._pieces.arrived)
