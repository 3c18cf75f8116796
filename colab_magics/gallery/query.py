"""What of the pictures is shown, and in which order."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from colab_magics.errors import BadOption
from colab_magics.format import percent
from colab_magics.gallery.views import SORTS, Sort, View

if TYPE_CHECKING:
    from colab_magics.gallery.classes import Classes
    from colab_magics.gallery.samples import Samples

_ORDERS = {
    "index": ("as they come", "the last first"),
    "loss": ("by loss, the worst first", "by loss, the best first"),
    "confidence": ("by probability, the surest first", "by probability, the least sure first"),
    "margin": ("by margin, the closest decision first", "by margin, the clearest decision first"),
}


@dataclass(frozen=True, slots=True)
class Query:
    """One choice of pictures.

    ``sort``: ``index``, or by what the model made of each picture, as `Samples` has it: ``loss`` (highest first),
    ``confidence`` (highest first) or ``margin`` (smallest first); ``reverse`` turns it around. ``confidence``: the
    lowest and the highest probability of the predicted class, 0 to 1; ``search``: a part of the picture's name,
    in any case.
    """

    view: View
    sort: Sort = "index"
    reverse: bool = False
    confidence: tuple[float, float] = (0.0, 1.0)
    search: str = ""

    def members(self, samples: Samples) -> Classes:
        """Find the indices (k,) int64 of what is chosen, in its order. Raises `BadOption` where facts are missing."""
        found = samples.members(self.view)
        if self.confidence != (0.0, 1.0):
            low, high = self.confidence
            shares = samples.ranks("confidence")[found]
            found = found[(shares >= low) & (shares <= high)]
        if self.search:
            wanted = self.search.casefold()
            found = found[[wanted in samples.name(index).casefold() for index in found.tolist()]]
        if self.sort != "index":
            ranks = samples.ranks(self.sort)[found]
            found = found[np.argsort(ranks if self.sort == "margin" else -ranks, kind="stable")]
        return found[::-1] if self.reverse else found

    @property
    def needs_predictions(self) -> bool:
        """Whether it asks what the model made of a picture."""
        return self.view.needs_predictions or self.sort != "index" or self.confidence != (0.0, 1.0)

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves out pictures of its view."""
        return self.confidence != (0.0, 1.0) or bool(self.search)

    @property
    def words(self) -> list[str]:
        """Say in sentences what of it is not as without it."""
        low, high = self.confidence
        return [
            *([f"Sorted {_ORDERS[self.sort][self.reverse]}."] if self.sort != "index" or self.reverse else []),
            *(
                [f"Only pictures whose predicted class has a probability of {percent(low)} to {percent(high)}."]
                if self.confidence != (0.0, 1.0)
                else []
            ),
            *([f"Only pictures whose name has {self.search!r} in it."] if self.search else []),
        ]

    def sorted_by(self, text: object) -> Query:
        """Sort by what a person typed. Raises `BadOption`."""
        if text not in SORTS:
            raise BadOption(f"Pictures cannot be sorted by {text!r}: choose {', '.join(SORTS[:-1])} or {SORTS[-1]}.")
        return replace(self, sort=text)

    def between(self, confidence: object) -> Query:
        """Keep probabilities of a lowest to a highest. Raises `BadOption`."""
        try:
            low, high = (float(each) for each in confidence)  # type: ignore[attr-defined]  # what is no pair raises
        except (TypeError, ValueError) as error:
            raise BadOption(_NO_RANGE.format(confidence)) from error
        if not (math.isfinite(low) and math.isfinite(high) and 0 <= low <= high <= 1):
            raise BadOption(_NO_RANGE.format(confidence))
        return replace(self, confidence=(low, high))

    def data(self) -> dict[str, Any]:
        """The same for a panel's trait."""
        return {
            "view": self.view.kind,
            "number": self.view.number,
            "cells": [list(cell) for cell in self.view.cells],
            "sort": self.sort,
            "reverse": self.reverse,
            "confidence": list(self.confidence),
            "search": self.search,
        }


_NO_RANGE = "{!r} is no range of probabilities: pass the lowest and the highest, such as (0, 0.6)."
_MOST_SEARCH = 200


def read(data: object, classes: int) -> Query:
    """Read what `Query.data` wrote and a page changed. Raises `BadOption`."""
    if not isinstance(data, dict):
        raise BadOption(f"{data!r} names no pictures.")
    view = View.read(data.get("view"), data.get("number"), data.get("cells"), classes)
    search = data.get("search", "")
    if not isinstance(search, str) or len(search) > _MOST_SEARCH:
        raise BadOption(f"A search is a text of at most {_MOST_SEARCH} characters.")
    query = Query(view, reverse=data.get("reverse") is True, search=search)
    return query.sorted_by(data.get("sort", "index")).between(data.get("confidence", (0, 1)))
