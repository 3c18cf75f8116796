"""A frame as an Arrow file that is mapped into memory, and not read."""

from __future__ import annotations

import io
import mmap
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from colab_magics.transfer.landing import Landing


def write(frame: pd.DataFrame, path: Path) -> int:
    """Write a frame without compression; return the size of the file in bytes.

    Each column is a stream of its own, after one that tells them all: so nothing need be copied to be written.
    """
    import pyarrow as pa

    from colab_magics.transfer.landing import Landing

    table = _table(frame)
    with Landing(path) as landing:
        sink = _Sink(landing)
        pa.ipc.new_stream(sink, table.schema).close()
        for place in range(table.num_columns):
            column = table.select([place])
            with pa.ipc.new_stream(sink, column.schema) as writer:
                writer.write_table(column)
        size = landing.size
        landing.publish(None)
    return size


def read(path: Path, size: int) -> pd.DataFrame:
    """Map a file of ``size`` bytes, and return its frame, whose numbers are the mapped bytes themselves.

    The mapping is private: what is written into the frame goes to memory, never to the file. Raises OSError,
    ValueError or an exception of Arrow for a file that `write` did not make.
    """
    return _read(_mapped(path, size))


def is_equal(frame: pd.DataFrame, path: Path, size: int) -> bool:
    """Compare a frame with its file in values, types and labels, a column at a time."""
    from pandas.testing import assert_frame_equal

    view = _mapped(path, size)
    found = _read(view)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            assert_frame_equal(found.iloc[:0], frame.iloc[:0])
            for place in range(frame.shape[1]):
                if not _is_same(found.iloc[:, place], frame.iloc[:, place]):
                    return False
                if hasattr(mmap, "MADV_DONTNEED"):  # else the whole file would count as this process's memory
                    view.madvise(mmap.MADV_DONTNEED)
        except (AssertionError, FutureWarning):
            return False
    return True


def _is_same(one: pd.Series[Any], other: pd.Series[Any]) -> bool:
    if not one.equals(other):
        return False
    # `equals` takes None for NaN.
    return one.dtype != object or one[one.isna()].map(type).equals(other[other.isna()].map(type))


def _mapped(path: Path, size: int) -> mmap.mmap:
    with path.open("rb") as file:
        view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    if len(view) != size:
        raise ValueError(f"{path.name} has another size than was written")
    return view


def _read(view: mmap.mmap) -> pd.DataFrame:
    import pyarrow as pa

    buffer = pa.py_buffer(view)
    streams = pa.BufferReader(buffer)
    schema = pa.ipc.open_stream(streams).read_all().schema
    columns = [pa.ipc.open_stream(streams).read_all().column(0) for _ in schema]
    table = pa.Table.from_arrays(columns, schema=schema)
    return _frame(table, view, buffer.address) if table.num_rows else table.to_pandas()


def _table(frame: pd.DataFrame) -> pa.Table:
    """Make a table whose numbers are laid out as in the frame: NaN is a number there, and no gap."""
    import numpy as np
    import pyarrow as pa

    table = pa.Table.from_pandas(frame)
    for place, dtype in enumerate(frame.dtypes):
        if isinstance(dtype, np.dtype) and dtype.kind == "f":
            values = pa.array(frame.iloc[:, place].to_numpy(), from_pandas=False)
            table = table.set_column(place, table.schema.field(place), values)
    return table


class _Sink(io.RawIOBase):
    """What Arrow writes to: a file that gets its name when it is whole."""

    def __init__(self, landing: Landing) -> None:
        super().__init__()
        self._landing = landing

    def writable(self) -> bool:
        return True

    def write(self, chunk: Any) -> int:
        self._landing.write(memoryview(chunk).cast("B"))
        return len(chunk)

    def tell(self) -> int:
        return self._landing.size


def _frame(table: pa.Table, view: mmap.mmap, start: int) -> pd.DataFrame:
    """Put a frame together; ``view``, at the address ``start``, is what the table lies in."""
    import pandas as pd

    labels = table.slice(0, 0).to_pandas()
    width = len(labels.columns)
    arrays: dict[int, Any] = {}
    for place, dtype in enumerate(labels.dtypes):
        numbers = _numbers(table.column(place), dtype, view, start)
        if numbers is not None:
            arrays[place] = numbers
    others = [place for place in range(width) if place not in arrays]
    # One column at least, for the labels of the rows come with it.
    rest = table.select([*(others or [0]), *range(width, table.num_columns)]).to_pandas()
    for number, place in enumerate(others):
        arrays[place] = _values(rest.iloc[:, number], table.column(place))
    frame = pd.DataFrame({place: arrays[place] for place in range(width)}, index=rest.index, copy=False)
    frame.columns = labels.columns
    return frame


def _numbers(column: pa.ChunkedArray, dtype: Any, view: mmap.mmap, start: int) -> np.ndarray[Any, Any] | None:
    """The numbers of a column where they lie; None if pandas has them in another form."""
    import numpy as np
    import pyarrow as pa

    if not isinstance(dtype, np.dtype) or dtype.kind not in "iufmM" or column.null_count or column.num_chunks != 1:
        return None
    if column.type != pa.from_numpy_dtype(dtype):
        return None
    chunk = column.chunk(0)
    begin = chunk.buffers()[1].address - start + chunk.offset * dtype.itemsize
    return np.frombuffer(view, dtype, len(chunk), begin)


def _values(column: pd.Series[Any], stored: pa.ChunkedArray) -> Any:
    """The values of a column that may be written to, with pandas 2's sign for missing text."""
    import numpy as np

    if not isinstance(column.dtype, np.dtype):
        return column.array.copy()
    values = np.array(column.to_numpy())
    if column.dtype == object and stored.null_count:
        values[stored.is_null().to_numpy()] = np.nan
    return values
