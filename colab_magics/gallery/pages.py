"""Some of the chosen pictures, as they stood at one moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colab_magics.format import plural
from colab_magics.gallery.classes import short
from colab_magics.gallery.images import Picture, Unreadable
from colab_magics.gallery.query import Query
from colab_magics.gallery.samples import Item, Samples


@dataclass(frozen=True, eq=False, slots=True)
class Page:
    """The pictures ``indices`` (k,) int64, some of the ``total`` that ``query`` chose.

    ``version`` counts the choices, so that pictures of an old one are known. ``side``: the longest side of a thumbnail
    in pixels; ``selected``: indices selected among all of ``samples``.
    """

    samples: Samples
    query: Query
    indices: NDArray[np.int64]
    total: int
    version: int
    side: int
    selected: tuple[int, ...]

    @property
    def items(self) -> list[Item]:
        return [self.samples.item(int(index)) for index in self.indices]

    def pictures(self) -> list[Picture | Unreadable]:
        """Draw the page's pictures."""
        return [self.samples.images.picture(int(index), self.side) for index in self.indices]

    @property
    def title(self) -> str:
        """What is chosen: ``60,000 training images``, ``12 test images of 4 taken for 9``."""
        view = self.query.view
        adjective = f"{view.kind} " if view.kind in {"correct", "wrong"} else ""
        return f"{plural(self.total, adjective + self.samples.noun)}{self._ending}"

    @property
    def emptiness(self) -> str:
        """Why there is nothing to show, kindly; nothing where there is something."""
        if self.total:
            return ""
        if self.query.is_filtered:
            return "Nothing to show: no picture is left. Widen the search or the range of probabilities."
        everything = plural(len(self.samples), self.samples.noun)
        match self.query.view.kind:
            case "wrong":
                return f"Nothing to show: of {everything}, none was taken for another class."
            case "correct":
                return f"Nothing to show: of {everything}, none was recognised."
            case _:
                return f"Nothing to show: there are no {self.samples.kind}{self._ending}."

    @property
    def _ending(self) -> str:
        view = self.query.view
        if view.number is not None:
            return f" of class {self._name(view.number)}"
        if not view.cells:
            return ""
        true, predicted = view.cells[0]
        more = f", and of {plural(len(view.cells) - 1, 'more cell')}" if len(view.cells) > 1 else ""
        return f" of {self._name(true)} taken for {self._name(predicted)}{more}"

    def _name(self, number: int | None) -> str:
        return "any class" if number is None else short(self.samples.class_names[number])
