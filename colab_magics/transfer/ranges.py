"""Which bytes of a file are here: half-open ranges that grow together."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator


class Ranges:
    """A set of byte positions, kept as sorted ranges ``(start, end)`` that neither touch nor overlap."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._ranges: list[tuple[int, int]] = []
        for start, end in ranges:
            self.add(start, end)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._ranges)

    @property
    def size(self) -> int:
        """How many positions there are."""
        return sum(end - start for start, end in self._ranges)

    @property
    def front(self) -> int:
        """Up to where all positions from 0 on are here."""
        return self._ranges[0][1] if self._ranges and self._ranges[0][0] == 0 else 0

    def add(self, start: int, end: int) -> None:
        """Add the positions from ``start`` up to, but not including, ``end``."""
        if start >= end:
            return
        first = bisect_left(self._ranges, start, key=lambda known: known[1])
        last = first
        while last < len(self._ranges) and self._ranges[last][0] <= end:
            start, end = min(start, self._ranges[last][0]), max(end, self._ranges[last][1])
            last += 1
        self._ranges[first:last] = [(start, end)]  # in one step: other threads look at it

    def missing(self, size: int) -> Iterator[tuple[int, int]]:
        """Yield the ranges below ``size`` that are not here, in order."""
        position = 0
        for start, end in self._ranges:
            if start >= size:
                break
            if position < start:
                yield position, start
            position = end
        if position < size:
            yield position, size
