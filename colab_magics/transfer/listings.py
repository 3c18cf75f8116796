"""What lies at a place of a store: folders and files, a page at a time."""

from dataclasses import dataclass

PAGE = 100
"""Entries of a page."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``place``: where to look into, of a folder. ``source``: how `resolve` is told of a file; both empty: unreadable.

    ``size`` in bytes, ``modified`` as a day, ``note`` why it cannot be read.
    """

    name: str
    place: str = ""
    source: str = ""
    size: int | None = None
    modified: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page; ``more`` is what asks for the next one, and empty on the last. ``notes`` are for the person."""

    entries: tuple[Entry, ...]
    more: str = ""
    notes: tuple[str, ...] = ()
