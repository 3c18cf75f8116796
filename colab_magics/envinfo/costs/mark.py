"""A high-water mark that the whole process shares, read for stretches of time that may overlap."""

import os
from abc import ABC, abstractmethod
from threading import Lock
from typing import ClassVar
from weakref import WeakSet

from colab_magics.envinfo.reading import Missing, Reading


class MarkedPeak(ABC):
    """The peak of one stretch of time, from its making until `end`, told by a mark that each stretch begins anew.

    Each kind of mark is a class of its own, for all stretches of one kind know each other: whoever begins the mark
    anew first lets the others take it as it stands.
    """

    _lock: ClassVar[Lock]
    _running: "ClassVar[WeakSet[MarkedPeak]]"

    def __init_subclass__(cls) -> None:
        cls._lock, cls._running = Lock(), WeakSet()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=cls._unlock)

    def __init__(self) -> None:
        """Begin. Raises what `begin_anew` raises."""
        self._highest: Reading[int] = 0
        with self._lock:
            for other in self._running:
                other.note()
            self.begin_anew()
            self._running.add(self)

    @abstractmethod
    def begin_anew(self) -> None:
        """Bring the mark down to what is in use now."""

    @abstractmethod
    def read(self) -> Reading[int]:
        """Tell the mark in bytes."""

    def end(self) -> Reading[int]:
        """Stop, and tell the most bytes that were in use at any one time."""
        with self._lock:
            self._running.discard(self)
            self.note()
        return self._highest

    def note(self) -> None:
        """Take the mark as it stands; where it could not be read once, what was missed may have been the peak."""
        mark = self.read()
        if not isinstance(self._highest, Missing):
            self._highest = mark if isinstance(mark, Missing) else max(self._highest, mark)

    @classmethod
    def _unlock(cls) -> None:
        # A thread that held the lock when this process was forked does not exist here, so it would never let go.
        cls._lock = Lock()
