"""How near a stretch of code came to the memory's limit, where the kernel ends processes."""

from dataclasses import dataclass
from typing import Protocol

from colab_magics.envinfo.costs.sampling import Sampling
from colab_magics.envinfo.reading import Missing, Reading

_HERTZ = 20
_UNREAD = Missing("the memory was not read")


@dataclass(frozen=True, slots=True)
class Headroom:
    """Bytes: the most that counted against ``usable``, with all processes that share the limit named by ``limit``.

    ``source`` says how ``used`` is known. ``is_fatal`` tells whether the kernel ends processes there; under
    ``ulimit -v`` a request for memory fails instead.
    """

    used: int
    usable: int
    limit: str
    source: str
    is_fatal: bool = True

    @property
    def share(self) -> float:
        """The part of ``usable`` that was in use, 0 to 1."""
        return min(self.used / self.usable, 1.0) if self.usable else 1.0

    @property
    def left(self) -> int:
        """Bytes that were still free at the worst moment."""
        return max(self.usable - self.used, 0)


class Gauge(Protocol):
    """Reads the bytes in use and the bytes that can be used."""

    def read(self) -> tuple[Reading[int], Reading[int]]: ...


class HeadroomWatch:
    """Reads the gauge at the beginning and at the end, and where ``samples``, also many times between."""

    def __init__(self, gauge: Gauge, *, samples: bool) -> None:
        self._gauge = gauge
        self._most: Reading[int] = _UNREAD
        self._usable: Reading[int] = _UNREAD
        self._sampler = Sampling(self._note, _HERTZ) if samples else None
        if self._sampler is None:
            self._note()
        self._before: Reading[int] = self._most

    def end(self, rise: Reading[int], limit: str, *, is_fatal: bool = True) -> Reading[Headroom]:
        """Stop. ``rise`` is by how many bytes this process's peak lay above its beginning.

        A spike between two readings is put in by estimate: what all had in use at the beginning, and the rise.
        """
        if self._sampler is None:
            self._note()
        else:
            self._sampler.stop()
        most, usable, before = self._most, self._usable, self._before
        if isinstance(most, Missing):
            return most
        if isinstance(usable, Missing):
            return usable
        if is_fatal and not isinstance(rise, Missing) and not isinstance(before, Missing) and before + rise > most:
            source = "estimate: in use at the start, and this process's rise"
            return Headroom(min(before + rise, usable), usable, limit, source)
        source = f"sampled, {_HERTZ} times a second" if self._sampler else "read at the start and at the end"
        return Headroom(most, usable, limit, source, is_fatal)

    def _note(self) -> None:
        used, usable = self._gauge.read()
        if isinstance(self._most, Missing):
            self._most = used
        elif not isinstance(used, Missing):
            self._most = max(self._most, used)
        if isinstance(self._usable, Missing):
            self._usable = usable
