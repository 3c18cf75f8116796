"""Where a text may be cut so that no row is torn: after line ends that are not inside quotation marks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BrokenFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHUNK = 4 << 20
_QUOTE, _LINE = ord('"'), ord("\n")

STRAY = (
    "has a quotation mark inside a value near byte {place}, so that nothing tells where its rows begin: if such marks "
    "are plain characters, add  -- quoting=3 ; else leave --engine out."
)


def cuts(path: Path, wanted: Sequence[int], sep: bytes, *, has_quotes: bool = True) -> list[int]:
    """Return the first cut at or after each of the ``wanted`` bytes, which ascend; fewer where a text ends before.

    All of the file is looked through, for only so is it known which mark opens and which closes (RFC 4180). Raises
    `Stray` over a mark that does neither.
    """
    found: list[int] = []
    left = list(wanted)[::-1]
    count = 0
    size = path.stat().st_size
    with path.open("rb") as file:
        for start in range(0, size, _CHUNK):
            file.seek(max(0, start - 1))
            content = file.read(_CHUNK + 2 - (start == 0))
            before, inner = (b"\n", content) if start == 0 else (content[:1], content[1:])
            chunk, after = inner[:_CHUNK], inner[_CHUNK:] or b"\n"
            marks = _marks(chunk) if has_quotes else None
            if marks is not None and len(marks):
                _check(before + chunk + after, marks, count, sep, start)
            while left and (cut := _cut(chunk, left[-1] - start, marks, count)) is not None:
                found.append(start + cut)
                while left and left[-1] <= found[-1]:
                    left.pop()
            if marks is not None:
                count += len(marks)
            elif not left:
                break
    return found


class Stray(BrokenFile):
    """A quotation mark that neither opens nor closes a value, at byte ``place``."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


def check_lines(content: bytes, sep: bytes, start: int) -> int | None:
    """Return None if each line of whole ones has its own quotation marks; else the byte near which one has not.

    ``start``: where ``content`` is in the file. Raises `Stray`.
    """
    import numpy as np

    marks = _marks(content)
    if not len(marks):
        return None
    lines = np.flatnonzero(np.frombuffer(content, np.uint8) == _LINE)
    odd = np.flatnonzero(np.searchsorted(marks, lines) % 2)
    if len(odd):
        return start + int(lines[odd[0]])
    if len(marks) % 2:
        return start + int(marks[-1])
    _check(b"\n" + content + b"\n", marks, 0, sep, start)
    return None


def _marks(content: bytes) -> NDArray[np.intp]:
    import numpy as np

    return np.flatnonzero(np.frombuffer(content, np.uint8) == _QUOTE)


def _cut(chunk: bytes, at: int, marks: Any, count: int) -> int | None:
    import numpy as np

    place = max(0, at - 1)  # a line that ends just before may be cut from the next
    while (place := chunk.find(b"\n", place)) >= 0:
        if marks is None or (count + int(np.searchsorted(marks, place))) % 2 == 0:
            return place + 1
        place += 1
    return None


def _check(around: bytes, marks: NDArray[np.intp], count: int, sep: bytes, start: int) -> None:
    """See that marks open after, and close before, what separates values; ``around`` has one byte more at each end."""
    import numpy as np

    text = np.frombuffer(around, np.uint8)
    opens = (np.arange(len(marks)) + count) % 2 == 0
    edges = np.frombuffer(sep + b'\r\n"\xbf', np.uint8)  # the last is the end of the mark of UTF-8
    is_good = np.where(opens, np.isin(text[marks], edges), np.isin(text[marks + 2], edges))
    if not is_good.all():
        raise Stray(start + int(marks[np.flatnonzero(~is_good)[0]]))
