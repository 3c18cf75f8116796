"""Lines of a large remote text that are enough: its first, or blocks of them from all over it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colab_magics.transfer.pieces import Pieces

_BLOCK = 256 << 10
_MOST_BLOCKS = 256
_SPREAD = 32  # blocks at least, so that a file which is sorted or grows is met everywhere

LEAST = 4 * _SPREAD * _BLOCK
"""Bytes from which on blocks are much less than the whole."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """What `write_blocks` wrote: how many ``lines``, and about how many the whole file has (``total``)."""

    lines: int
    total: int


def write_beginning(pieces: Pieces, target: Path, size: int) -> bool:
    """Write the first lines, of ``size`` bytes together or a little less; return whether these are all."""
    until = min(size, pieces.size)
    pieces.bring([(0, until)])
    with pieces.path.open("rb") as source:
        content = source.read(until)
    is_all = until == pieces.size
    target.write_bytes(content if is_all else content[: content.rfind(b"\n") + 1] or content)
    return is_all


def has_broken_lines(head: bytes) -> bool:
    """May a line of this text end inside quotation marks? Then a line in the middle cannot be told from half of one."""
    return any(line.count(b'"') % 2 for line in head.split(b"\n")[:-1])


def write_blocks(pieces: Pieces, target: Path, lines: int, seed: int) -> Blocks:
    """Write the header, and whole lines of random blocks: about so many ``lines`` or more, in the order of the file.

    Blocks are drawn evenly from equal shares of the file (stratified sampling, W. G. Cochran, Sampling Techniques,
    ch. 5), so that every part of it is met; the last is the end of the file, where totals and remarks use to stand.
    The file must have at least `LEAST` bytes.
    """
    header, _, rest = pieces.head.partition(b"\n")
    start = len(header) + 1
    length = max(1.0, len(rest) / max(1, rest.count(b"\n")))
    most = min(_MOST_BLOCKS, (pieces.size - start) // (2 * _BLOCK))
    count = min(most, max(_SPREAD, round(1.5 * lines * length / _BLOCK)))
    dice, share = random.Random(seed), (pieces.size - start - _BLOCK) / count  # noqa: S311 (a sample, no secret)
    places = [start + int(share * number + dice.random() * (share - _BLOCK)) for number in range(count - 1)]
    places.append(pieces.size - _BLOCK)
    pieces.bring([(place, place + _BLOCK) for place in places])
    written = size = 0
    with target.open("wb") as out, pieces.path.open("rb") as source:
        out.write(header + b"\n")
        for place in places:
            source.seek(place)
            block = source.read(_BLOCK)
            # The first line is one that began before, unless the block begins where the lines do.
            block = block[block.find(b"\n") + 1 : block.rfind(b"\n") + 1]
            out.write(block)
            written += block.count(b"\n")
            size += len(block)
    return Blocks(written, round((pieces.size - start) * written / size) if size else 0)
