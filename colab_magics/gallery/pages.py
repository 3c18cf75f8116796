"""One page of a gallery's view, as it stood at one moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colab_magics.format import number as digits
from colab_magics.gallery.classes import short
from colab_magics.gallery.images import Picture, Unreadable
from colab_magics.gallery.samples import Item, Samples
from colab_magics.gallery.views import View


@dataclass(frozen=True, eq=False, slots=True)
class Page:
    """Page ``number`` (from 0) of ``pages``: the pictures ``indices`` (k,) int64 of the ``total`` that the view has.

    ``start``: where the first of them stands in the view; ``side``: the longest side of a thumbnail in pixels;
    ``selected``: indices selected among all of ``samples``.
    """

    samples: Samples
    view: View
    indices: NDArray[np.int64]
    start: int
    number: int
    pages: int
    total: int
    side: int
    selected: tuple[int, ...]

    @property
    def items(self) -> list[Item]:
        return [self.samples.item(int(index)) for index in self.indices]

    def pictures(self, side: int | None = None) -> list[Picture | Unreadable]:
        """Draw the page's pictures, no side longer than ``side`` pixels (the page's own unless given)."""
        return [self.samples.images.picture(int(index), side or self.side) for index in self.indices]

    @property
    def title(self) -> str:
        """What is shown: ``First 9 of 60,000 training images``, ``10 to 18 of 271 wrong test images``."""
        count, kind = len(self.indices), self.samples.kind
        if self.number == 0:
            part = f"{'First ' if self.view.kind == 'first' else ''}{count}"
        else:
            part = f"{digits(self.start + 1)} to {digits(self.start + count)}"
        adjective = f"{self.view.kind} " if self.view.needs_predictions else ""
        ending = "" if self.view.number is None else f" of class {short(self.samples.class_names[self.view.number])}"
        return f"{part} of {digits(self.total)} {adjective}{kind}{ending}"

    @property
    def emptiness(self) -> str:
        """Why there is nothing to show, kindly; nothing where there is something."""
        if self.total:
            return ""
        if self.view.kind == "wrong":
            return f"Nothing to show: all {digits(len(self.samples))} {self.samples.kind} were recognised."
        if self.view.kind == "correct":
            return f"Nothing to show: none of the {digits(len(self.samples))} {self.samples.kind} was recognised."
        return f"Nothing to show: none of the {self.samples.kind} is of this class."
