"""The parts of a remote Parquet file that hold some of its columns."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BrokenFile

if TYPE_CHECKING:
    from colab_magics.transfer.pieces import Pieces

_MAGIC = b"PAR1"
_TAIL = 64 << 10  # bytes; most footers are shorter
_LARGEST_FOOTER = 256 << 20


def bring_columns(pieces: Pieces, name: str, columns: tuple[str, ...]) -> None:
    """Bring the footer and the column chunks of ``columns`` (top-level names, or all if empty) of a Parquet file.

    https://parquet.apache.org/docs/file-format/ . Raises `BrokenFile`, and whatever pyarrow does for a damaged footer.
    """
    from pyarrow.parquet import ParquetFile

    tail = pieces.read(max(0, pieces.size - _TAIL), pieces.size)
    if tail[-4:] != _MAGIC or len(tail) < 12:
        raise BrokenFile(f"{name} is truncated: it does not end as a Parquet file does. Get the file again.")
    length = struct.unpack("<I", tail[-8:-4])[0] + 8
    if length > min(pieces.size, _LARGEST_FOOTER):
        raise BrokenFile(f"{name} is damaged: its footer is longer than the file. Get the file again.")
    pieces.bring([(pieces.size - length, pieces.size)])
    with ParquetFile(pieces.path) as file:
        pieces.bring(_ranges(file.metadata, frozenset(columns), pieces.size))


def _ranges(facts: Any, columns: frozenset[str], size: int) -> Iterator[tuple[int, int]]:
    for place in range(facts.num_row_groups):
        group = facts.row_group(place)
        for number in range(group.num_columns):
            chunk = group.column(number)
            if columns and chunk.path_in_schema.partition(".")[0] not in columns:
                continue
            offsets = [chunk.data_page_offset]
            if chunk.has_dictionary_page:
                offsets.append(chunk.dictionary_page_offset)
            start = min(offset for offset in offsets if offset is not None)
            if 0 < start < size:
                yield start, min(size, start + max(0, chunk.total_compressed_size))
