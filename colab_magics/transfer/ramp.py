"""How many connections pay."""

MOST_CONNECTIONS = 16

_LEVELS = (1, 4, MOST_CONNECTIONS)
_SHORTEST = 0.1  # seconds that a number of connections is measured, at least
_BETTER = 1.25  # times the rate that more connections must bring to be kept


class Ramp:
    """Tries more connections as long as they raise the rate by a quarter, and goes back once when they do not.

    ``first_byte``: seconds that the server took to answer; new connections are measured from their first bytes on.
    """

    def __init__(self, first_byte: float, now: float, done: int) -> None:
        self._first_byte = first_byte
        self._level = 0
        self._rate = 0.0
        self._since, self._done = now, done
        self._is_settled = False

    @property
    def connections(self) -> int:
        """How many there should be."""
        return _LEVELS[self._level]

    def look(self, now: float, done: int) -> int:
        """Measure with ``done`` bytes here at time ``now``, in seconds; return how many connections to have."""
        if now < self._since:  # the new ones have not answered yet
            self._done = done
        elif not self._is_settled and now - self._since >= _SHORTEST:
            self._decide((done - self._done) / (now - self._since))
            self._since, self._done = now + self._first_byte, done
        return self.connections

    def _decide(self, rate: float) -> None:
        if self._level and rate < _BETTER * self._rate:
            self._level -= 1
            self._is_settled = True
        elif self._level + 1 == len(_LEVELS):
            self._is_settled = True
        else:
            self._level += 1
        self._rate = rate
