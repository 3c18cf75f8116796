"""How the columns of a text are separated, told from its first lines; commas, as pandas expects, need no telling."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

_SURE = (";", "\t", "|")
"""What separates columns where most lines agree; the rarer marks below are taken only where all lines do."""
_RARE = ("\x1f", "\x01", "^", "~", ":", "§", "¦")
_NAMES = {";": "semicolons", "\t": "tabs", "|": "vertical bars", r"\s+": "spaces"}
_MOST_LINES = 100
_LINE = re.compile(r"[^\r\n]+")
_AGREED = 0.9  # share of the lines with as many columns as the first
_COMMA_AGREED = 0.95
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+\s*")
_DECIMAL_POINT = re.compile(r"[+-]?\d+\.\d+\s*")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|nan", re.IGNORECASE)
_COMMENT = "#"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What pandas is to be told: ``sep``, a mark or the pattern of spaces, and the mark of decimals."""

    sep: str
    decimal: str = "."

    @property
    def note(self) -> str:
        """Say what was found, and how to have it otherwise."""
        name = _NAMES.get(self.sep, repr(self.sep))
        decimals = ", and numbers have a decimal comma" if self.decimal == "," else ""
        return f"The columns are separated by {name}{decimals}: add  --sep ,  to have it read by commas."


def sniff(text: str, *, is_whole: bool, may_be_spaces: bool = False) -> Dialect | None:
    """Tell the dialect of a text by its first lines; None leaves it to pandas, which takes commas.

    ``is_whole`` is False where the text breaks off within a line. ``may_be_spaces`` admits columns set by spaces.
    """
    lines = _lines(text.lstrip("\ufeff"), is_whole=is_whole)
    if not lines or _agreement(_split(lines, ",")) >= _COMMA_AGREED:
        return None
    for marks, agreed, least in ((_SURE, _AGREED, 1), (_RARE, 1.0, 3)):
        found = {mark: rows for mark in marks if _agreement(rows := _split(lines, mark)) >= agreed}
        if found and len(lines) >= least:
            sep, rows = max(found.items(), key=lambda item: (_agreement(item[1]), len(item[1][0])))
            return Dialect(sep, _decimal(rows[1:]))
    return Dialect(r"\s+") if may_be_spaces and _is_spaced(lines) else None


def _lines(text: str, *, is_whole: bool) -> list[str]:
    """Return the first lines that are not blank, without one that breaks off."""
    found = list(islice((line for line in _LINE.finditer(text) if line[0].strip()), _MOST_LINES))
    if not is_whole and len(found) > 1 and found[-1].end() == len(text):
        found.pop()
    return [line[0] for line in found]


def _split(lines: list[str], mark: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=mark))
    except csv.Error:
        return []


def _agreement(rows: list[list[str]]) -> float:
    """Say which share of the lines has as many columns as the first, which has at least two."""
    if not rows or len(rows[0]) < 2:
        return 0.0
    return Counter(map(len, rows))[len(rows[0])] / len(rows)


def _decimal(rows: list[list[str]]) -> str:
    cells = [cell.strip() for row in rows for cell in row]
    commas = sum(_DECIMAL_COMMA.fullmatch(cell) is not None for cell in cells)
    points = sum(_DECIMAL_POINT.fullmatch(cell) is not None for cell in cells)
    return "," if commas and not points else "."


def _is_spaced(lines: list[str]) -> bool:
    rows = [line.split() for line in lines if not line.lstrip().startswith(_COMMENT)]
    if len(rows) < 3 or len(rows[0]) < 2 or len({len(row) for row in rows}) > 1:
        return False
    cells = [cell for row in rows[1:] for cell in row]
    return sum(_NUMBER.fullmatch(cell) is not None for cell in cells) >= len(cells) / 2
