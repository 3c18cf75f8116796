"""A file of a store to a whole, verified local file: over many connections where that pays, from where it broke off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from colab_magics.errors import ChecksumMismatch, DownloadFailed
from colab_magics.format import size as in_words
from colab_magics.transfer.connections import Begun, Connections
from colab_magics.transfer.events import Downloaded, Progress, Stopped
from colab_magics.transfer.landing import Landing, Shelf, Taken
from colab_magics.transfer.parts import Parts, part_size
from colab_magics.transfer.ramp import MOST_CONNECTIONS, Ramp
from colab_magics.transfer.refusals import PATIENCE, Patience
from colab_magics.transfer.remote import Changed, Hiccup, Piece, Remote, Unranged, Version
from colab_magics.transfer.tries import Tries
from colab_magics.transfer.web import WebFile

HEAD = 256 << 10
"""Bytes that tell what a file is."""

_BEAT = 0.05  # seconds between two looks at the connections
_HASHED = 64 << 20  # bytes that are hashed between two looks
_MOST_VERSIONS = 5  # that a download begins

Inspect = Callable[[bytes, str], None]
"""Looks at the first bytes of a file and at its content type, before the rest is fetched; raises what is wrong."""


Verify = Callable[[Path, str], None]
"""Looks at a whole file, whose sha256 is given, before it gets its name; raises what is wrong, or `Changed`."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for."""

    remote: Remote
    sha256: str | None
    unless: Version | None
    most: int | None
    inspect: Inspect
    report: Callable[[Progress], None]
    stop: threading.Event
    verify: Verify


def download(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    patience: Patience = PATIENCE,
) -> Downloaded:
    """Fetch ``url`` (http or https) into the file ``target``, replacing it only when all has arrived.

    The folder of ``target`` must exist; the rest is as in `fetch`, and no unfinished file is left. The bytes are kept
    as they were sent, also when a server compressed them unasked. Proxies are taken from the environment.
    """
    with closing(WebFile(url, patience)) as remote:
        return fetch(remote, target, sha256=sha256, on_progress=on_progress, stop=stop, patience=patience)


def fetch(
    remote: Remote,
    target: Path,
    *,
    sha256: str | None = None,
    unless: Version | None = None,
    shelf: Shelf | None = None,
    most: int | None = None,
    inspect: Inspect = lambda head, content_type: None,
    verify: Verify = lambda path, sha256: None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    patience: Patience = PATIENCE,
) -> Downloaded:
    """Bring one version of a file to ``target``, replacing that only when all has arrived.

    ``sha256``: the hash in hexadecimal that the bytes must have. ``unless``: a version that need not be brought.
    ``shelf``: where an unfinished file waits for the next try. ``most``: bytes that it may have. ``inspect`` may
    refuse it by its first `HEAD` bytes, ``verify`` by all of them. ``on_progress`` is called in this thread, and what
    it raises ends the download. ``stop``: set in another thread, it ends the download with `Stopped`. Broken
    connections, 429 and 5xx are tried again, a server that is silent for too long is not.

    Where the store tells versions apart, the file comes in parts of one version, over up to 16 connections.

    Raises `SourceNotFound`, `SourceDenied`, `DownloadFailed`, `ChecksumMismatch` or `NotModified`; then, and on an
    interrupt, ``target`` is what it was before.
    """
    order = _Order(
        remote, sha256, unless, most, inspect, on_progress or (lambda _: None), stop or threading.Event(), verify
    )
    started = time.monotonic()
    tries, are_parts_given, is_alone, changes = Tries(remote.shown, patience), True, False, 0
    with Landing(target, shelf, remote.shown) as place:
        while True:
            try:
                piece = _bring(order, place, tries if are_parts_given else None)
                break
            except Hiccup as hiccup:
                _wait(order, tries, hiccup)
            except Unranged:
                are_parts_given = False
            except Changed:
                changes += 1
                tries = Tries(remote.shown, patience)
                if changes == _MOST_VERSIONS:
                    raise DownloadFailed(f"{remote.shown} changes faster than it can be read: try again.") from None
                order.report(Progress(0, None, "it has changed meanwhile; starting anew"))
            except Taken:
                is_alone = True
            place.restart(is_alone=is_alone)
        seconds = time.monotonic() - started
        whole = piece.has_end or sha256 is not None
        return Downloaded(
            target, place.size, place.sha256, remote.shown, seconds, piece.content_type, whole, version=piece.version
        )


def _wait(order: _Order, tries: Tries, hiccup: Hiccup) -> None:
    """Wait before the next try from the start, and say why."""
    seconds = tries.count(hiccup, 0)
    order.report(Progress(0, None, tries.words(seconds)))
    if order.stop.wait(seconds):
        raise Stopped


def _bring(order: _Order, place: Landing, tries: Tries | None) -> Piece:
    """Bring a version whole, and publish it; without ``tries`` as one stream. Return the first answer."""
    with ExitStack() as opened:
        asked = time.monotonic()
        piece = opened.enter_context(order.remote.open(unless=order.unless))
        first_byte = time.monotonic() - asked
        size = piece.version.size
        tries = tries if piece.has_ranges else None
        if tries is not None:
            place.take_up(piece.version)
        _expect(order, place, size)
        chunks = piece.chunks()
        position, is_ended = _read_head(order, place, piece, chunks)
        if size is None or tries is None:
            missing = [] if is_ended else [(position, size)]
        else:
            missing = list(place.arrived.missing(size))
        if missing:
            parts = Parts(missing, part_size(missing, MOST_CONNECTIONS if tries else 1))
            connections = Connections(order.remote, place, parts, piece.version, tries)
            try:
                if missing[0][0] == position and (part := parts.take()):
                    connections.go_on(Begun(opened.pop_all(), piece, chunks, part))
                _watch(order, place, connections, size, tries, Ramp(first_byte, time.monotonic(), place.size))
            finally:
                connections.close()
    if size is not None and place.size != size:
        raise Hiccup("the connection broke off")
    if order.stop.is_set():
        raise Stopped
    _check_size(order, place.size)
    order.report(Progress(place.size, size))
    place.digest()
    try:
        order.verify(place.path, place.sha256)
    except (Changed, ChecksumMismatch):
        place.drop()
        raise
    place.publish(order.sha256)
    return piece


def _expect(order: _Order, place: Landing, size: int | None) -> None:
    if size is not None:
        _check_size(order, size)
        place.expect(size - place.size)


def _check_size(order: _Order, size: int) -> None:
    if order.most is not None and size > order.most:
        most = in_words(order.most)
        raise DownloadFailed(f"{order.remote.shown} has {in_words(size)}, and at most {most} were asked for.")


def _read_head(order: _Order, place: Landing, piece: Piece, chunks: Iterator[bytes]) -> tuple[int, bool]:
    """Read the first bytes, and have them looked at; return how many, and whether these are all."""
    head, is_ended = bytearray(), True
    for chunk in chunks:
        place.write_at(len(head), chunk)
        head += chunk
        if len(head) >= HEAD:
            is_ended = len(head) == piece.version.size
            break
    order.inspect(bytes(head[:HEAD]), piece.content_type)
    return len(head), is_ended


def _watch(
    order: _Order, place: Landing, connections: Connections, size: int | None, tries: Tries | None, ramp: Ramp
) -> None:
    """Hash what arrives, tell how far it is, and add connections while that pays, until all is here."""
    while not connections.wait(_BEAT):
        if order.stop.is_set():
            raise Stopped
        _check_size(order, place.size)
        if size is None:
            place.watch_room()
        connections.want(ramp.look(time.monotonic(), place.size) if tries else 1)
        order.report(Progress(place.size, size, tries.note if tries else ""))
        place.digest(_HASHED)
