"""How far a transfer is, in words, and not more often than a person can read."""

import time
from collections.abc import Callable

from colab_magics.format import duration, size
from colab_magics.transfer.events import Progress

Tell = Callable[[str, float | None], None]
"""Takes a phrase, and the share that is done: 0 to 1, or None where it cannot be known."""

_SHORTEST = 0.1  # seconds between two phrases
_SETTLED = 1.0  # seconds after which a rate means something


class Pace:
    """Called with every `Progress`, tells the first, the last and at most ten a second."""

    def __init__(self, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._told = float("-inf")
        self._started = clock()
        self._done = 0

    def __call__(self, progress: Progress) -> None:
        now = self._clock()
        if progress.done < self._done or progress.note:
            self._started = now
        self._done = progress.done
        if now - self._told >= _SHORTEST or progress.done == progress.total or progress.note:
            self._told = now
            which = f"file {progress.file + 1} of {progress.files} · " if progress.files > 1 else ""
            self._tell(which + _words(progress, now - self._started), progress.ratio)


def _words(progress: Progress, seconds: float) -> str:
    if progress.note:
        return progress.note
    words = [size(progress.done) + (f" of {size(progress.total)}" if progress.total else "")]
    if seconds >= _SETTLED and progress.done:
        rate = progress.done / seconds
        words.append(f"{size(rate)}/s")
        if progress.total:
            words.append(f"{duration((progress.total - progress.done) / rate)} left")
    return " · ".join(words)
