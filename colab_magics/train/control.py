"""What a person can ask of a training while it runs."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

_PERIOD = 0.05
"""Seconds between two looks at whether a paused training goes on."""


class Wish(Protocol):
    """Something that is asked for until it is cleared, as a `threading.Event` is in one process."""

    def is_set(self) -> bool: ...

    def set(self) -> None: ...

    def clear(self) -> None: ...


@dataclass(frozen=True, slots=True)
class FileWish:
    """Asked for as long as the file is there, by every process that sees it."""

    path: Path

    def is_set(self) -> bool:
        return self.path.exists()

    def set(self) -> None:
        self.path.touch()

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Control:
    """The wishes, set from any thread; the training looks at them between two calls of steps."""

    stop: Wish = field(default_factory=threading.Event)
    pause: Wish = field(default_factory=threading.Event)
    save: Wish = field(default_factory=threading.Event)

    @classmethod
    def by_files(cls, folder: Path) -> Control:
        """One that every process has that knows the folder."""
        return cls(*(FileWish(folder / name) for name in ("stop", "pause", "save")))

    def wait(self) -> float:
        """Wait while paused and not stopped; the seconds that it took.

        By looking, since an interrupt sets ``stop`` in this very thread, which must hold none of its locks then.
        """
        began = time.monotonic()
        while self.pause.is_set() and not self.stop.is_set():
            time.sleep(_PERIOD)
        return time.monotonic() - began
