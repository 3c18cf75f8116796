"""A DataFrame as pictures: a column of picture files or of arrays, and columns of labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from colab_magics.errors import BadImages
from colab_magics.format import readable
from colab_magics.gallery.folder import listed
from colab_magics.gallery.images import Images, read_arrays
from colab_magics.picture_files import SUFFIXES

if TYPE_CHECKING:
    from typing import TypeGuard

    import pandas as pd


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
        first = column.iloc[0]
        if isinstance(first, (str, Path)) and Path(first).suffix.lower() in SUFFIXES:
            lacking = [place for place, each in enumerate(column) if not isinstance(each, (str, Path))]
            if lacking:
                raise BadImages(f"The column {readable(str(name))} names no file in row {lacking[0]}: drop such rows.")
            return listed(column.tolist())
        if isinstance(first, np.ndarray) and first.ndim > 1:
            return read_arrays(column.tolist(), readable(str(name)))
    raise BadImages(
        "No column of the DataFrame holds pictures: a gallery takes names of "
        f"{', '.join(sorted(SUFFIXES))} files, or arrays of (height, width) or (height, width, channels)."
    )


def column(frame: pd.DataFrame, values: object) -> Any:
    """Give the column that a text names; other values stay as they are. Raises `BadImages`."""
    if not isinstance(values, str):
        return values
    if values not in frame.columns:
        known = ", ".join(readable(str(name)) for name in frame.columns[:10])
        raise BadImages(f"The DataFrame has no column {readable(values)}: it has {known}.")
    return frame[values]
