"""The confusion matrix: of few classes the whole, of many what is confused most often."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from colab_magics.card import Table
from colab_magics.format import number, percent
from colab_magics.gallery.classes import short
from colab_magics.predictions import scores

if TYPE_CHECKING:
    from colab_magics.gallery.classes import Classes
    from colab_magics.gallery.samples import Samples

MOST_CLASSES = 40
"""More are no matrix that a person can read, nor one that fits a panel."""
_MOST_IN_TABLE = 12
_MOST_PAIRS = 60
_FEW_PAIRS = 10
_NAME = 12


def table(samples: Samples) -> Table | None:
    """The matrix, or of many classes the pairs that are confused most, as text; None without predictions."""
    counts = samples.confusion
    if counts is None:
        return None
    if len(counts) > _MOST_IN_TABLE:
        names = [short(name) for name in samples.class_names]
        most = tuple((names[true], names[taken], number(count)) for true, taken, count in pairs(counts, _FEW_PAIRS))
        return (
            Table(("true", "predicted", "count"), most, frozenset({"count"}), "Confused most often") if most else None
        )
    names = [short(name, _NAME) for name in samples.class_names]
    found = scores(counts)
    rows = tuple(
        (name, *(number(int(count)) for count in row), *(_share(found[each][place]) for each in found))
        for place, (name, row) in enumerate(zip(names, counts, strict=True))
    )
    columns = ("", *names, *(each.capitalize() for each in found))
    caption = "Confusion matrix: rows are the true classes, columns what they were taken for"
    return Table(columns, rows, frozenset(columns[1:]), caption)


def data(samples: Samples) -> dict[str, Any]:
    """The same as numbers for a panel: ``counts`` and ``scores``, or ``pairs``; nothing without predictions."""
    counts = samples.confusion
    if counts is None:
        return {}
    if len(counts) > MOST_CLASSES:
        return {"pairs": pairs(counts, _MOST_PAIRS)}
    found = scores(counts)
    shares = [[_number(found[each][place]) for each in found] for place in range(len(counts))]
    return {"counts": counts.tolist(), "scores": shares}


def pairs(counts: Classes, most: int) -> list[tuple[int, int, int]]:
    """List the cells beside the diagonal with most pictures: true class, predicted class, count."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    places = np.argsort(-wrong, axis=None, kind="stable")[:most]
    trues, takens = np.unravel_index(places, wrong.shape)
    found = [(int(true), int(taken), int(wrong[true, taken])) for true, taken in zip(trues, takens, strict=True)]
    return [pair for pair in found if pair[2]]


def _share(ratio: float) -> str:
    return "" if math.isnan(ratio) else percent(ratio)


def _number(ratio: float) -> float | None:
    return None if math.isnan(ratio) else float(ratio)
