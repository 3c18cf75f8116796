"""NumPy files to arrays, and arrays to frames."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from colab_magics.errors import BadOption, BrokenFile, UnknownFormat
from colab_magics.idx import read_idx
from colab_magics.ingest.task import Reader, Task

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def read_numpy(path: Path, name: str, member: str | None) -> NDArray[Any]:
    """Read an ``.npy`` file, or one array of an ``.npz`` file: ``member``, which may be None where there is one.

    Raises `BadOption` when the member has to be named, `UnknownFormat` for Python objects, which would be pickled.
    """
    import numpy as np

    # Opened here: numpy leaves a file that it cannot read open.
    with path.open("rb") as file, _objects_refused(name):
        magic = file.read(6)
        file.seek(0)
        if magic == b"\x93NUMPY":
            if member is not None:
                raise BadOption(f"{name} holds one array without a name: leave --member out.")
            _check_size(path, name)
            return cast("NDArray[Any]", np.load(file, allow_pickle=False))
        if not magic.startswith(b"PK"):
            raise BrokenFile(f"{name} is not a NumPy file: it starts as neither .npy nor .npz do.")
        with np.load(file, allow_pickle=False) as arrays:
            return cast("NDArray[Any]", arrays[_chosen(arrays.files, name, member)])


@contextmanager
def _objects_refused(name: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        if "allow_pickle" not in str(error) and "Python objects" not in str(error):
            raise
        raise UnknownFormat(
            f"{name} holds Python objects, and reading them runs whatever their author put in: ask for plain numbers."
        ) from error


def _check_size(path: Path, name: str) -> None:
    """Compare what the header promises with what the file holds, before numpy makes room for it."""
    import numpy as np

    try:
        np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        if "mmap length" not in str(error):
            raise
        raise BrokenFile(f"{name} is truncated: its header promises more values than it holds.") from error


def _chosen(members: list[str], name: str, member: str | None) -> str:
    if member is None and len(members) == 1:
        return members[0]
    if member in members:
        return member
    if not members:
        raise BrokenFile(f"{name} is empty: there is no array in it.")
    what = f"has no array {member}" if member is not None else f"holds {len(members)} arrays"
    raise BadOption(f"{name} {what}: choose one by --member, of {', '.join(members)}.")


def to_frame(array: NDArray[np.generic]) -> pd.DataFrame:
    """Make a frame with a row for each item along the first axis.

    1-D: one column, 0. 2-D: columns 0 and up. More dimensions, as images have: flattened row by row, with the shape
    of the whole array in ``frame.attrs["shape"]``. Structured arrays keep the names of their fields.
    """
    import pandas as pd

    native: Any = array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    if native.ndim == 0:
        native = native.reshape(1)
    if native.ndim <= 2:
        return pd.DataFrame(native)
    frame = pd.DataFrame(native.reshape(len(native), math.prod(native.shape[1:])))
    frame.attrs["shape"] = native.shape
    return frame


def _read_numpy(task: Task) -> pd.DataFrame:
    return to_frame(read_numpy(task.path, task.name, task.member))


def _read_idx(task: Task) -> pd.DataFrame:
    try:
        return to_frame(read_idx(task.path))
    except BrokenFile as error:
        raise BrokenFile(str(error).replace(task.path.name, task.name)) from error


NUMPY = Reader(_read_numpy, takes=frozenset({"member", "reader"}))
IDX = Reader(_read_idx, takes=frozenset({"reader"}))
