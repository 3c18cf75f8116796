"""Datasets of HDF5 files, read by a child process that may hang or crash without harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile, TooLarge, UnknownFormat
from colab_magics.extras import check
from colab_magics.format import size
from colab_magics.ingest.arrays import to_frame
from colab_magics.ingest.child import ask, reason
from colab_magics.ingest.names import find, listed
from colab_magics.ingest.task import Reader, Task

if TYPE_CHECKING:
    import pandas as pd


def read_hdf5(task: Task, rows: int | None = None) -> pd.DataFrame:
    """Read one dataset: records become columns, an array as `to_frame` does it."""
    import pandas as pd

    check("h5py", by="%ingest of an HDF5 file", extra="formats")
    columns_wanted = list(task.reading.needed)
    answer = ask(task, "hdf5_child.py", table=task.reading.table, columns=columns_wanted, rows=rows)
    if "fault" in answer:
        raise _fault(task, answer)
    if "array" in answer:
        values = _values(task, answer["array"])
        return pd.DataFrame({0: values}) if isinstance(values, list) else to_frame(values)
    columns: dict[str, Any] = {}
    for column in answer["columns"]:
        values = _values(task, column)
        if isinstance(values, list) or values.ndim == 1:
            columns[column["name"]] = values
        else:
            flat = values.reshape(len(values), -1)
            columns |= {f"{column['name']}[{place}]": flat[:, place] for place in range(flat.shape[1])}
    frame = pd.DataFrame(columns)
    return frame[[find(name, frame.columns) for name in task.reading.needed]] if _is_simple(task, frame) else frame


def _is_simple(task: Task, frame: pd.DataFrame) -> bool:
    return bool(task.reading.needed) and set(task.reading.needed) <= {str(name) for name in frame.columns}


def _fault(task: Task, answer: dict[str, Any]) -> Exception:
    known, name = listed(answer.get("known", [])), answer.get("name")
    match answer["fault"]:
        case "several":
            return BadOption(f"{task.name} holds {len(answer['known'])} datasets: choose one by --table, of {known}.")
        case "unknown":
            return BadOption(f"{task.name} has no dataset {task.reading.table}: choose one by --table, of {known}.")
        case "column":
            return BadOption(f"There is no column {answer['column']} in {name}. There are {known}.")
        case "none":
            return BrokenFile(f"{task.name} holds no dataset.")
        case "empty":
            return BrokenFile(f"{name} in {task.name} is empty.")
        case "external":
            return UnknownFormat(f"{name} in {task.name} takes its values from other files, which is not followed.")
        case "large":
            return TooLarge(
                f"{name} in {task.name} needs {size(answer['size'])} and more than once that to be read, which is more "
                "memory than there is: take its first rows with --head, or fewer --columns."
            )
    return BrokenFile(f"{task.name} cannot be read as HDF5: {reason(task, answer)}.")


def _values(task: Task, column: dict[str, Any]) -> Any:
    """Load an array, or text as a list."""
    import numpy as np

    if "fault" in column:
        raise UnknownFormat(
            f"{column.get('name', 'The dataset')} in {task.name} holds values of several lengths or references, which "
            "make no table: choose others with --columns."
        )
    values = np.load(task.folder / column["file"], allow_pickle=False)
    if "ends" in column:
        ends = np.load(task.folder / column["ends"], allow_pickle=False).tolist()
        text = values.tobytes()
        starts = [0, *ends[:-1]] if ends else []
        return [text[start:end].decode(errors="replace") for start, end in zip(starts, ends, strict=True)]
    if values.dtype.kind == "S":
        return [value.decode(errors="replace") for value in values.ravel().tolist()]
    return values


HDF5 = Reader(
    read_hdf5,
    head=read_hdf5,
    takes=frozenset({"table", "reader"}),
)
