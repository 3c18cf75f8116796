"""The cost of each cell: one quiet line about those that cost something, and a ledger of all of them."""

import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from colab_magics.envinfo.costs.cost import Cost, Meter
from colab_magics.envinfo.costs.instruments import Instruments, find_instruments
from colab_magics.envinfo.reading import Missing
from colab_magics.format import printable

_KEPT = 1000
_TITLE = 60
_LONG = 0.1  # seconds
_MUCH = 10 * 2**20  # bytes
_OWN = re.compile(r"(?:\w+\s*=\s*)?%envinfo\b")
_MEASURED = re.compile(r"\s*%%envinfo\b.*\n?")


@dataclass(frozen=True, slots=True)
class CellCost:
    """What one cell cost: its number where the notebook counts, and the first line of its source, cut short."""

    number: int | None
    title: str
    cost: Cost

    @property
    def is_trivial(self) -> bool:
        """Is there nothing to say: less than 0.1 s, less than 10 MB, and nothing was ended for lack of memory?"""
        rise, kills = self.cost.rise, self.cost.kills
        is_small = isinstance(rise, Missing) or rise < _MUCH
        return self.cost.wall < _LONG and is_small and (isinstance(kills, Missing) or kills == 0)


class EveryCell:
    """Measures cells: tell it when one has `started` and when it has `ended`; `close` it when it is not needed.

    A cell that runs inside another counts for itself, too. ``redact`` has the last word on each title. The ledger
    keeps the latest ``kept`` cells. Between cells no thread lives, but for the one that keeps GPUs open.
    """

    def __init__(
        self,
        redact: Callable[[str], str] = str,
        instruments: Instruments | None = None,
        kept: int = _KEPT,
    ) -> None:
        self._redact = redact
        self._instruments = instruments or find_instruments()
        self._is_borrowed = instruments is not None
        self._cells: deque[CellCost] = deque(maxlen=kept)
        self._open: dict[int, list[tuple[str, Meter | None]]] = {}

    @property
    def cells(self) -> tuple[CellCost, ...]:
        """The ledger, oldest first."""
        return tuple(self._cells)

    def started(self, source: str) -> None:
        """Begin with a cell of this thread. Cells that only call ``%envinfo`` are left out."""
        stack = self._open.setdefault(threading.get_ident(), [])
        meter = None if _is_own(source) else Meter(self._instruments, is_passive=True)
        stack.append((source, meter))

    def ended(self, number: int | None = None, raised: str | None = None) -> CellCost | None:
        """Take the cell of this thread that started last as ended, by the exception named ``raised`` if any.

        Returns None where there is nothing to say: for one that was left out, whose start was not told, or that tells
        its cost by itself.
        """
        stack = self._open.get(threading.get_ident())
        source, meter = stack.pop() if stack else ("", None)
        if not stack:
            self._open.pop(threading.get_ident(), None)
        if meter is None:
            return None
        meter.stop(raised)
        cell = CellCost(number, self._redact(title(source)), meter.cost)
        self._cells.append(cell)
        return None if _MEASURED.match(source) else cell

    def close(self) -> None:
        """End what still runs, also the cell that asked for the closing, and give the instruments back."""
        while self._open:
            _, stack = self._open.popitem()
            for _, meter in stack:
                if meter is not None:
                    meter.stop()
        if not self._is_borrowed:
            self._instruments.close()


def title(source: str) -> str:
    """Give the first line that says something, cut to 60 characters."""
    source = _MEASURED.sub("", source, count=1) if _MEASURED.match(source) else source
    first = next((line.strip() for line in source.splitlines() if line.strip()), "")
    line = printable(first.expandtabs(4))
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1].rstrip()}…"


def _is_own(source: str) -> bool:
    lines = [line for line in map(str.strip, source.splitlines()) if line and not line.startswith("#")]
    return bool(lines) and all(_OWN.match(line) for line in lines)
