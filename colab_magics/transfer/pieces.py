"""Some of the bytes of a remote file: its beginning, its end, blocks from all over it, each of one version."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from colab_magics.transfer.connections import Connections
from colab_magics.transfer.events import Progress, Stopped
from colab_magics.transfer.fetch import HEAD
from colab_magics.transfer.landing import Landing
from colab_magics.transfer.parts import Parts
from colab_magics.transfer.ramp import MOST_CONNECTIONS
from colab_magics.transfer.ranges import Ranges
from colab_magics.transfer.refusals import PATIENCE, Patience
from colab_magics.transfer.remote import Hiccup, Remote, Unranged, Version
from colab_magics.transfer.tries import Tries

_BEAT = 0.05  # seconds between two looks at the connections
_GAP = 64 << 10  # bytes between two ranges that cost less than another request
_LARGEST = 4 << 20  # bytes of one request


class Pieces:
    """A file as long as the remote one in which only what was asked for is there; the rest is a hole.

    ``size`` in bytes; ``head``: the first bytes, at most `HEAD`.
    """

    def __init__(
        self,
        remote: Remote,
        place: Landing,
        version: Version,
        head: bytes,
        stop: threading.Event,
        report: Callable[[Progress], None],
        patience: Patience,
    ) -> None:
        self._remote, self._place, self._version = remote, place, version
        self._stop, self._report, self._patience = stop, report, patience
        self.size = version.size or 0
        self.head = head

    @property
    def path(self) -> Path:
        """The file with the holes; it goes with the end of the ``with``."""
        return self._place.path

    @property
    def version(self) -> Version:
        """The version of which all bytes are."""
        return self._version

    @property
    def arrived(self) -> int:
        """How many bytes were brought."""
        return self._place.size

    def bring(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Bring these ranges, over as many connections as pay. Raises as `fetch` does, or `Changed`."""
        missing = list(self._missing(ranges))
        if not missing:
            return
        parts = Parts(missing, _LARGEST)
        tries = Tries(self._remote.shown, self._patience)
        total = self._place.size + sum(end - start for start, end in missing)
        connections = Connections(self._remote, self._place, parts, self._version, tries)
        try:
            connections.want(MOST_CONNECTIONS)
            while not connections.wait(_BEAT):
                if self._stop.is_set():
                    raise Stopped
                connections.want(MOST_CONNECTIONS)
                self._report(Progress(self._place.size, total, tries.note))
        finally:
            connections.close()

    def read(self, start: int, end: int) -> bytes:
        """Return bytes, which are brought first if need be."""
        self.bring([(start, end)])
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    def _missing(self, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        wanted = Ranges((max(0, start - _GAP // 2), min(self.size, end + _GAP // 2)) for start, end in ranges)
        for start, end in wanted:
            for hole, until in self._place.arrived.missing(end):
                if until > start:
                    yield max(hole, start), until


@contextmanager
def pieces_of(
    remote: Remote,
    folder: Path,
    name: str,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    patience: Patience = PATIENCE,
) -> Iterator[Pieces]:
    """Begin with the first `HEAD` bytes of a remote file, by one request; the file with them lies in ``folder``.

    Raises `Unranged` where the store gives no parts of one version, or as `fetch` does.
    """
    halt = stop or threading.Event()
    report = on_progress or (lambda _: None)
    tries = Tries(remote.shown, patience)
    with Landing(folder / name, name=remote.shown) as place:
        while True:
            try:
                version, head = _begin(remote, place)
                break
            except Hiccup as hiccup:
                seconds = tries.count(hiccup, 0)
                report(Progress(0, None, tries.words(seconds)))
                if halt.wait(seconds):
                    raise Stopped from None
                place.restart()
        os.truncate(place.path, version.size or 0)
        yield Pieces(remote, place, version, head, halt, report, patience)


def _begin(remote: Remote, place: Landing) -> tuple[Version, bytes]:
    with remote.open(0, HEAD) as piece:
        if not piece.has_ranges:
            raise Unranged
        head = bytearray()
        for chunk in piece.chunks():
            head += chunk
            if len(head) >= HEAD:
                break
        place.write_at(0, bytes(head))
        return piece.version, bytes(head[:HEAD])
