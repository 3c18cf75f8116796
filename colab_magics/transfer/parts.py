"""Which connection brings which bytes: parts of one size, taken from the front, given back when they fail."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

_LARGEST, _SMALLEST = 8 << 20, 1 << 20  # bytes: few requests, and no long wait for the last one
_SHARES = 3  # parts for each connection, at least


@dataclass(slots=True)
class Part:
    """Bytes that one connection brings: from ``position``, which grows, up to ``end``, or to the end of the file."""

    position: int
    end: int | None


def part_size(missing: Iterable[tuple[int, int | None]], connections: int) -> int:
    """Bytes of each part where these ranges are still to come over so many connections."""
    total = sum((end or start) - start for start, end in missing)
    return max(_SMALLEST, min(_LARGEST, total // (connections * _SHARES)))


class Parts:
    """The bytes that nobody brings yet. Its methods may be called in several threads."""

    def __init__(self, missing: Iterable[tuple[int, int | None]], size: int) -> None:
        self._size = size
        self._free = list(missing)
        self._lock = threading.Lock()

    @property
    def are_taken(self) -> bool:
        """Is every byte on its way, or here?"""
        return not self._free

    def take(self) -> Part | None:
        """Take the next part."""
        with self._lock:
            return self._take() if self._free else None

    def room(self, part: Part, count: int) -> int:
        """Tell how many of the next ``count`` bytes belong to ``part``, which grows as long as they are free."""
        with self._lock:
            while part.end is not None and part.end < part.position + count:
                if not self._free or self._free[0][0] != part.end:
                    return part.end - part.position
                part.end = self._take().end
            return count

    def give_back(self, part: Part) -> None:
        """Let another bring what is still missing of ``part``."""
        with self._lock:
            if part.end is None or part.position < part.end:
                self._free.append((part.position, part.end))
                self._free.sort(key=lambda free: free[0])

    def _take(self) -> Part:
        start, end = self._free.pop(0)
        if end is None or end - start <= self._size:
            return Part(start, end)
        self._free.insert(0, (start + self._size, end))
        return Part(start, start + self._size)
