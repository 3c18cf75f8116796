"""The connections that bring one version of a file, each in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colab_magics.transfer.events import Stopped
from colab_magics.transfer.remote import Hiccup

if TYPE_CHECKING:
    from colab_magics.transfer.landing import Landing
    from colab_magics.transfer.parts import Part, Parts
    from colab_magics.transfer.remote import Piece, Remote, Version
    from colab_magics.transfer.tries import Tries

_GRACE = 0.5  # seconds that the threads may take, all together, to notice that it is over


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer of which some has been read: ``chunks`` is the rest, ``opened`` closes it."""

    opened: ExitStack
    piece: Piece
    chunks: Iterator[bytes]
    part: Part


class Connections:
    """Threads that fill a `Landing`: as many as `want` says, each taking part after part until all is here.

    With ``tries`` a part that is cut off is asked for again; without, as where a store gives no parts, the first
    fault ends them all. `wait` raises what ended them, `close` ends them at once.
    """

    def __init__(self, remote: Remote, place: Landing, parts: Parts, version: Version, tries: Tries | None) -> None:
        self._remote, self._place, self._parts, self._version, self._tries = remote, place, parts, version, tries
        self._wanted = 1
        self._threads: dict[int, threading.Thread] = {}
        self._answers: set[Piece] = set()
        self._error: BaseException | None = None
        self._stop = threading.Event()
        self._ended = threading.Condition()

    def go_on(self, begun: Begun) -> None:
        """Let the first connection read on in an answer that is open already."""
        self._start(0, begun)

    def want(self, count: int) -> None:
        """Have ``count`` connections from now on; those beyond end with their part."""
        self._wanted = count
        for number in range(count):
            if number not in self._threads and not self._parts.are_taken and not self._stop.is_set():
                self._start(number)

    def wait(self, seconds: float) -> bool:
        """Wait until all is here, at most so long; return whether it is. Raises what ended the connections."""
        with self._ended:
            self._ended.wait_for(lambda: self._error is not None or not self._threads, seconds)
        if self._error is not None:
            raise self._error
        return not self._threads and self._parts.are_taken

    def close(self) -> None:
        """End all connections. A thread that is just connecting ends later by itself, and writes nothing."""
        self._stop.set()
        for piece in tuple(self._answers):
            piece.abort()
        until = time.monotonic() + _GRACE
        for thread in tuple(self._threads.values()):
            if thread.is_alive():  # an interrupt may come before one has begun
                thread.join(max(0.0, until - time.monotonic()))

    def _start(self, number: int, begun: Begun | None = None) -> None:
        name = f"colab-magics-transfer-{number}"
        thread = threading.Thread(target=self._work, args=(number, begun), name=name, daemon=True)
        self._threads[number] = thread
        thread.start()

    def _work(self, number: int, begun: Begun | None) -> None:
        try:
            if begun is not None:
                self._finish(begun)
            while number < self._wanted and not self._stop.is_set() and (part := self._parts.take()) is not None:
                self._bring(part)
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 (told by `wait`, in the thread that asked)
            self._error = self._error or error
            self._stop.set()
        finally:
            with self._ended:
                del self._threads[number]
                self._ended.notify_all()

    def _finish(self, begun: Begun) -> None:
        try:
            with begun.opened:
                self._receive(begun.piece, begun.chunks, begun.part)
        except Hiccup as hiccup:
            self._pause(hiccup, begun.part)
        finally:
            self._parts.give_back(begun.part)

    def _bring(self, part: Part) -> None:
        try:
            with self._remote.open(part.position, part.end, of=self._version) as piece:
                self._receive(piece, piece.chunks(), part)
        except Hiccup as hiccup:
            self._pause(hiccup, part)
        finally:
            self._parts.give_back(part)

    def _pause(self, hiccup: Hiccup, part: Part) -> None:
        if part.position == part.end:
            return  # all of it had come
        if self._tries is None:
            raise hiccup
        self._stop.wait(self._tries.count(hiccup, self._place.size))

    def _receive(self, piece: Piece, chunks: Iterator[bytes], part: Part) -> None:
        """Write what arrives, up to bytes that another brings."""
        self._answers.add(piece)
        try:
            for chunk in chunks:
                if self._stop.is_set():
                    raise Stopped
                count = self._parts.room(part, len(chunk))
                self._place.write_at(part.position, chunk if count == len(chunk) else chunk[:count])
                part.position += count
                if count < len(chunk):
                    return
        finally:
            self._answers.discard(piece)
            self._place.note(part.position)
        if part.end is None:
            part.end = part.position
        elif part.position < part.end:
            raise Hiccup("the connection broke off")
