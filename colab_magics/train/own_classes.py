"""Labels as a person has them, numbers, words or one-hot rows, as numbers of classes and their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption
from colab_magics.format import number, plural, readable
from colab_magics.train.arrays import MOST_CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_FEW = 20
"""Classes up to which nobody asks whether these are classes at all."""


def numbered(
    parts: Sequence[object], what: str, names: Sequence[str] = ()
) -> tuple[list[NDArray[np.int64]], tuple[str, ...]]:
    """The class of each label in each part, numbered from 0 in the labels' own order, and the classes' names.

    A part is (n,) of numbers, booleans or texts, or (n, classes) with a one in each row. ``names`` are those of the
    numbers from 0 on, where somebody knows them. Raises `BadOption` for what are no classes, or only one.
    """
    import numpy as np

    read = [_labels(part, what) for part in parts]
    columns = next((found for _, found in read if found), ())
    labels = [values for values, _ in read]
    if len({values.dtype.kind in "iu" for values in labels}) > 1:
        raise BadOption(f"The labels {what} are numbers in one part and texts in the other: give both as the same.")
    known = tuple(names) or columns
    whole = np.concatenate(labels)
    if known and whole.dtype.kind in "iu" and whole.min() >= 0 and whole.max() < len(known):
        values, places = np.arange(len(known)), whole.astype("int64")
    else:
        values, places = np.unique(whole, return_inverse=True)
        known = tuple(str(value) for value in values)
    _check_count(len(np.unique(places)), len(known), len(whole), what)
    ends = np.cumsum([len(part) for part in labels])[:-1]
    return np.split(places.astype("int64"), ends), tuple(readable(str(name)) for name in known)


def _labels(values: object, what: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    """(n,) int64 or texts, and the names that one-hot columns have."""
    import numpy as np
    import pandas as pd

    try:
        labels = np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise BadOption(f"{what} cannot be read as an array ({error}): give one label for each sample.") from error
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim not in (1, 2):
        raise BadOption(
            f"{what} has the shape {labels.shape}: give one label for each sample, (n,), or one-hot rows, (n, classes)."
        )
    missing = int(np.count_nonzero(pd.isna(labels)))
    if missing:
        raise BadOption(f"{plural(missing, 'label')} of {what} missing (NaN or None): drop those samples first.")
    if labels.ndim == 2:
        return _from_one_hot(labels, what), tuple(str(name) for name in getattr(values, "columns", ()))
    return _plain(labels, what), ()


def _from_one_hot(rows: NDArray[Any], what: str) -> NDArray[Any]:
    import numpy as np

    is_one_hot = rows.dtype.kind in "buif" and np.isin(rows, (0, 1)).all() and (rows.sum(axis=1) == 1).all()
    if not is_one_hot or rows.shape[1] < 2:
        raise BadOption(
            f"{what} has the shape {rows.shape}, and its rows are not one-hot, each with a single 1 for its class: "
            f"give the classes themselves, (n,)."
        )
    return rows.argmax(axis=1) if len(rows) else np.empty(0, "int64")


def _plain(labels: NDArray[Any], what: str) -> NDArray[Any]:
    import numpy as np

    kind = labels.dtype.kind
    if kind == "f":
        fractions = labels[(labels != np.floor(labels)) | ~np.isfinite(labels)]
        if len(fractions):
            raise BadOption(
                f"{what} holds numbers such as {fractions[0]:g}, and a classifier learns classes: "
                "give whole numbers or texts, such as by pandas.cut(y, 3, labels=['low', 'middle', 'high'])."
            )
        return labels.astype("int64")
    if kind in "iu":
        return labels
    if kind == "b":
        return labels.astype(str).astype(object)
    if kind == "S":
        return np.array([text.decode(errors="replace") for text in labels], dtype=object)
    if kind in "UT" or (kind == "O" and all(isinstance(label, str) for label in labels)):
        return labels.astype(object)
    if kind == "O" and all(isinstance(label, (int, float, np.number, np.bool_)) for label in labels):
        return _plain(np.array(labels.tolist()), what)
    kinds = sorted({type(label).__name__ for label in labels}) if kind == "O" else [str(labels.dtype)]
    raise BadOption(f"{what} holds {' and '.join(kinds[:3])}: labels are whole numbers, or texts, and not both.")


def _check_count(found: int, classes: int, samples: int, what: str) -> None:
    if found < 2:
        raise BadOption(f"{what} holds a single class: a classifier needs samples of two or more.")
    if classes > MOST_CLASSES or (found > _FEW and 2 * found > samples):
        raise BadOption(
            f"{what} holds {number(found)} different labels in {plural(samples, 'sample')}, too many to be classes "
            f"(at most {number(MOST_CLASSES)}, each with several samples): give the class of each sample, and not its "
            "number, its name or a quantity."
        )
