"""A DataFrame as pictures: a column of picture files or of arrays, and columns of labels."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadImages
from colab_magics.format import readable
from colab_magics.gallery.arrays import is_picture
from colab_magics.gallery.folder import is_file_name, listed
from colab_magics.gallery.images import Images, read_arrays
from colab_magics.picture_files import SUFFIXES

if TYPE_CHECKING:
    from typing import TypeGuard

    import pandas as pd


_LEAST_SIDE = 4
"""Pixels: tables of fewer columns are no pictures."""


def is_frame(source: object) -> TypeGuard[pd.DataFrame]:
    """Whether it is a DataFrame of pandas, which is not imported for it."""
    return type(source).__module__.partition(".")[0] == "pandas" and hasattr(source, "columns")


def read_pictures(frame: pd.DataFrame) -> Images:
    """Take the first column that holds picture files or arrays. Raises `BadImages`."""
    if not len(frame):
        raise BadImages("There are no images to show: the DataFrame has no rows.")
    for name in frame.columns:
        column = frame[name]
        if column.ndim != 1:  # of a name that is there twice
            continue
        values = column.tolist()
        first = next((each for each in values if is_file_name(each) or is_picture(each)), None)
        if is_file_name(first) and Path(first).suffix.lower() in SUFFIXES:
            _check_rows(values, is_file_name, f"{readable(str(name))} names no file")
            return listed(values)
        if is_picture(first):
            _check_rows(values, is_picture, f"{readable(str(name))} holds no picture")
            return read_arrays(values, readable(str(name)))
    raise BadImages(
        "No column of the DataFrame holds pictures: a gallery takes names of "
        f"{', '.join(sorted(SUFFIXES))} files, or arrays of (height, width) or (height, width, channels)."
        f"{_of_rows(frame)}"
    )


def _of_rows(frame: pd.DataFrame) -> str:
    """Say how to show pictures that have a column for each pixel, and perhaps one of labels before them."""
    side = math.isqrt(len(frame.columns))
    over = len(frame.columns) - side * side
    if side < _LEAST_SIDE or over > 1 or not all(each.kind in "buif" for each in frame.dtypes):
        return ""
    pixels = f".iloc[:, {over}:]" if over else ""
    return f" If each row is one picture, pass  table{pixels}.to_numpy().reshape(-1, {side}, {side})."


def _check_rows(values: list[object], is_right: Callable[[object], bool], what: str) -> None:
    lacking = [place for place, each in enumerate(values) if not is_right(each)]
    if lacking:
        raise BadImages(f"The column {what} in row {lacking[0]}: drop such rows.")


def column(frame: pd.DataFrame, values: object, what: str) -> Any:
    """Give the column that a text names; other values stay as they are. Raises `BadImages`."""
    if not isinstance(values, str):
        _check_order(frame, getattr(values, "index", None), what)
        return values
    if values not in frame.columns:
        known = ", ".join(readable(str(name)) for name in frame.columns[:10])
        raise BadImages(f"The DataFrame has no column {readable(values)}: it has {known}.")
    return frame[values]


def _check_order(frame: pd.DataFrame, index: Any, what: str) -> None:
    """Refuse a Series whose rows have the DataFrame's names in another order: it could be meant either way."""
    if not hasattr(index, "equals") or index.equals(frame.index) or len(index) != len(frame):
        return
    if index.sort_values().equals(frame.index.sort_values()):
        raise BadImages(
            f"The {what} have the rows of the DataFrame in another order: pass  {what}.reindex(table.index)  to join "
            f"them by their index, or  {what}.to_numpy()  to take them as they stand."
        )
