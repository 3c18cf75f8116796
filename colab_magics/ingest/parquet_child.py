"""A program of its own that tells facts of the columns of a Parquet file: pyarrow aborts over damaged ones.

Run by `child_main`, it is told ``path``, and ``columns`` (top-level names, all if empty) or ``nulls``.
"""

from collections.abc import Iterator
from typing import Any


def main(order: dict[str, Any]) -> dict[str, Any]:
    """Return the ranges of bytes of the columns that are asked for, or how many values are missing in each column."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(order["path"]) as file:
        if order.get("nulls"):
            return {"nulls": _nulls(file.metadata)}
        return {"ranges": list(_ranges(file.metadata, frozenset(order["columns"])))}


def _ranges(facts: Any, columns: frozenset[str]) -> Iterator[tuple[int, int]]:
    for place in range(facts.num_row_groups):
        group = facts.row_group(place)
        for number in range(group.num_columns):
            chunk = group.column(number)
            if columns and chunk.path_in_schema.partition(".")[0] not in columns:
                continue
            starts = [chunk.data_page_offset, chunk.dictionary_page_offset if chunk.has_dictionary_page else None]
            start = min(offset for offset in starts if offset)
            yield start, start + max(0, chunk.total_compressed_size)


def _nulls(facts: Any) -> dict[str, int]:
    """Add up what the file says; a column of which it says nothing is left out."""
    found: dict[str, int] = {}
    for place in range(facts.num_row_groups):
        group = facts.row_group(place)
        for number in range(group.num_columns):
            chunk = group.column(number)
            if chunk.statistics is not None and chunk.statistics.has_null_count:
                found[chunk.path_in_schema] = found.get(chunk.path_in_schema, 0) + chunk.statistics.null_count
    return found
