"""What a person selected: checked, and as a DataFrame."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from colab_magics.errors import BadOption
from colab_magics.gallery.folder import FileImages

if TYPE_CHECKING:
    import pandas as pd

    from colab_magics.gallery.pages import Page
    from colab_magics.gallery.samples import Samples


def as_index(value: Any, samples: Samples) -> int:
    """Take the index of one of ``samples``. Raises `BadOption` for what is none."""
    if isinstance(value, (bool, np.bool_)):
        raise BadOption(f"{value} is not the index of an image: of a mask pass  np.flatnonzero(mask).")
    try:
        index = operator.index(value)
    except TypeError as error:
        raise BadOption(f"{value!r} is not the index of an image: pass whole numbers.") from error
    if not 0 <= index < len(samples):
        raise BadOption(f"There is no image {index}: the {len(samples):,} {samples.kind} are numbered from 0.")
    return index


def as_indices(values: Any, samples: Samples) -> tuple[int, ...]:
    """Take indices of ``samples``, each once, in their order. Raises `BadOption`."""
    if hasattr(values, "columns"):
        raise BadOption('A table is no list of indices: pass its column of them, as in  table["index"].')
    if not isinstance(values, Iterable) or getattr(values, "ndim", 1) == 0:
        raise BadOption(f"{values!r} is not a list of indices: pass a list of whole numbers.")
    if isinstance(values, tuple) and len(values) == 1 and getattr(values[0], "ndim", 0) == 1:
        raise BadOption("This is a list in a tuple, as np.where gives it: pass the list, which is its  [0].")
    return tuple(dict.fromkeys(as_index(each, samples) for each in values))


def frame(page: Page) -> pd.DataFrame:
    """Make one row for each selected picture, with the columns that `Gallery.selection` tells."""
    import pandas as pd

    items = [page.samples.item(index) for index in page.selected]
    found = pd.DataFrame(
        {
            "index": pd.array([item.index for item in items], dtype="int64"),
            "true": pd.array([item.true for item in items], dtype="Int64"),
            "predicted": pd.array([item.predicted for item in items], dtype="Int64"),
            "probability": np.array([item.probability for item in items], dtype=float),
            "loss": np.array([item.loss for item in items], dtype=float),
            "name": pd.Series([item.name for item in items], dtype=object),
        }
    )
    if isinstance(page.samples.images, FileImages):
        paths = page.samples.images.paths
        files = pd.Series([str(paths[index]) for index in page.selected], dtype=object)
        found.insert(list(found).index("name"), "path", files)  # the first that names files is what is shown
    shares = page.samples.probabilities
    if shares is not None:
        found["probabilities"] = pd.Series([shares[index] for index in page.selected], dtype=object)
    return found
