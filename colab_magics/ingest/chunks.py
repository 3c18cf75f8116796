"""The parts of a remote Parquet file that hold some of its columns."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from colab_magics.errors import BrokenFile
from colab_magics.ingest.child import ask, reason

if TYPE_CHECKING:
    from colab_magics.transfer.pieces import Pieces

_MAGIC = b"PAR1"
_TAIL = 64 << 10  # bytes; most footers are shorter
_LARGEST_FOOTER = 256 << 20


class _Footer(NamedTuple):
    """A file of which the end is there."""

    path: Path
    name: str
    folder: Path
    label: str = "Parquet"


def bring_columns(pieces: Pieces, name: str, columns: tuple[str, ...]) -> None:
    """Bring the footer and the column chunks of ``columns`` (top-level names, or all if empty) of a Parquet file.

    https://parquet.apache.org/docs/file-format/ . Raises `BrokenFile`.
    """
    bring_footer(pieces, name)
    footer = _Footer(pieces.path, name, pieces.path.parent)
    # In a process of its own: pyarrow aborts where the facts of a column are damaged.
    answer = ask(footer, "parquet_child.py", columns=columns)
    if "ranges" not in answer:
        raise BrokenFile(f"{name} cannot be read as Parquet: {reason(footer, answer)}.")
    pieces.bring((start, end) for start, end in answer["ranges"])


def bring_footer(pieces: Pieces, name: str) -> None:
    """Bring what a Parquet file says of itself, which stands at its end. Raises `BrokenFile`."""
    tail = pieces.read(max(0, pieces.size - _TAIL), pieces.size)
    if tail[-4:] != _MAGIC or len(tail) < 12:
        raise BrokenFile(f"{name} is truncated: it does not end as a Parquet file does. Get the file again.")
    length = struct.unpack("<I", tail[-8:-4])[0] + 8
    if length > min(pieces.size, _LARGEST_FOOTER):
        raise BrokenFile(f"{name} is damaged: its footer is longer than the file. Get the file again.")
    pieces.bring([(pieces.size - length, pieces.size)])
