"""A gallery: what is shown now, and what the person selected."""

from __future__ import annotations

import math
import operator
import threading
import weakref
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from colab_magics.errors import BadOption
from colab_magics.format import number, plural
from colab_magics.gallery.atlas import plan
from colab_magics.gallery.images import Picture, Unreadable
from colab_magics.gallery.pages import Page
from colab_magics.gallery.samples import Samples
from colab_magics.gallery.source import Source
from colab_magics.gallery.views import View, parse

if TYPE_CHECKING:
    import pandas as pd


class Watcher(Protocol):
    """Somebody who is told after every change of a gallery."""

    def refresh(self) -> None: ...


class Gallery:
    """Pictures with their true and predicted classes, one page of one view at a time.

    It follows its panel: `view`, `page`, `indices` and `selected` are what the person sees now, and setting them
    turns the panel. With a run the view ``first`` shows training images and the others show test images; indices
    and selections belong to the images that are shown. Safe to use from several threads.
    """

    def __init__(self, source: Source, *, view: str = "first", n: int = 9) -> None:
        if not isinstance(n, int) or n < 1:
            raise BadOption(f"n is {n!r}: pass the number of pictures on a page, a whole number of 1 or more.")
        self._lock = threading.RLock()
        self._watchers: weakref.WeakSet[Watcher] = weakref.WeakSet()
        self._source = source
        plans = [plan(n, each.images.side, each.images.channels) for each in self._all_samples()]
        self._n = min(each.count for each in plans)
        self._side = min(each.side for each in plans)
        counts = source.samples.counts
        self.counts = replace(counts, first=len(self._samples_of(View("first"))))
        """How many pictures each view has."""
        self._selected: dict[str, tuple[int, ...]] = {}
        self._open(parse(view, source.samples.class_names), 0)

    def __len__(self) -> int:
        """How many pictures are shown now."""
        return len(self._indices())

    def __repr__(self) -> str:
        shown = self.shown
        of = f"{number(len(shown.indices))} of {plural(shown.total, 'picture')}"
        return f"Gallery({of}, view {self.view!r} of the {shown.samples.kind}, {len(shown.selected)} selected)"

    @property
    def dataset(self) -> str:
        """The name of the run's dataset, or nothing."""
        return self._source.dataset

    @property
    def kind(self) -> str:
        """What is sorted into views: ``test images`` of a run, else ``images``."""
        return self._source.samples.kind

    @property
    def has_probabilities(self) -> bool:
        """Whether it is known how sure the model was."""
        return self._source.samples.probabilities is not None

    @property
    def class_names(self) -> tuple[str, ...]:
        return self._source.samples.class_names

    @property
    def n(self) -> int:
        """How many pictures a page holds at most."""
        return self._n

    @property
    def view(self) -> str:
        """``first``, ``correct``, ``wrong`` or ``class`` with a class's name."""
        return self._view.text(self.class_names)

    @view.setter
    def view(self, text: str) -> None:
        self.turn(text)

    @property
    def page(self) -> int:
        """The page that is shown, from 0."""
        return self._page

    @page.setter
    def page(self, number: int) -> None:
        self.turn(self._view, number)

    @property
    def indices(self) -> NDArray[np.int64]:
        """(k,) int64: where the pictures that are shown stand among their images."""
        return self._indices().copy()

    @property
    def selected(self) -> list[int]:
        """Indices selected among the images that are shown, in the order of selection."""
        return list(self.shown.selected)

    @selected.setter
    def selected(self, indices: Iterable[int]) -> None:
        if not isinstance(indices, Iterable):
            raise BadOption(f"{indices!r} is not a list of indices: pass a list of whole numbers.")
        with self._lock:
            samples = self._samples_of(self._view)
            chosen = tuple(dict.fromkeys(_index(each, samples) for each in indices))
            if chosen == self._selected.get(samples.kind, ()):
                return
            self._selected[samples.kind] = chosen
        self._tell()

    def selection(self) -> pd.DataFrame:
        """Make a frame of what is selected: index, true and predicted class number, probability of the predicted."""
        import pandas as pd

        page = self.shown
        items = [page.samples.item(index) for index in page.selected]
        return pd.DataFrame(
            {
                "index": pd.array([item.index for item in items], dtype="int64"),
                "true": pd.array([item.true for item in items], dtype="Int64"),
                "predicted": pd.array([item.predicted for item in items], dtype="Int64"),
                "probability": np.array([item.probability for item in items], dtype=float),
            }
        )

    @property
    def shown(self) -> Page:
        """All that is shown now, taken at one moment."""
        with self._lock:
            samples = self._samples_of(self._view)
            return Page(
                samples=samples,
                view=self._view,
                indices=self._indices(),
                start=self._page * self._n,
                number=self._page,
                pages=self._pages(),
                total=len(self._members),
                side=self._side,
                selected=self._selected.get(samples.kind, ()),
            )

    def turn(self, view: str | View, page: int = 0) -> None:
        """Show a page of a view; a page beyond the last is the last. Raises `BadOption`."""
        with self._lock:
            self._open(view if isinstance(view, View) else parse(view, self.class_names), page)
        self._tell()

    def probabilities(self, index: int) -> list[float] | None:
        """List the probability of every class for picture ``index`` of those shown. Raises `BadOption`."""
        samples = self.shown.samples
        shares = samples.probabilities
        return None if shares is None else [float(share) for share in shares[_index(index, samples)]]

    def picture(self, index: int, side: int) -> Picture | Unreadable:
        """Draw picture ``index`` of the images that are shown, sides at most ``side`` pixels. Raises `BadOption`."""
        samples = self.shown.samples
        return samples.images.picture(_index(index, samples), side)

    def watch(self, watcher: Watcher) -> None:
        """Call ``watcher.refresh()`` after every change, for as long as somebody else holds it."""
        with self._lock:
            self._watchers.add(watcher)

    def _tell(self) -> None:
        with self._lock:
            watchers = list(self._watchers)
        for watcher in watchers:  # without the lock: a watcher may hold one of its own
            watcher.refresh()

    def _open(self, view: View, page: int) -> None:
        self._members = self._samples_of(view).members(view)
        self._view = view
        self._page = min(max(page, 0), self._pages() - 1)

    def _pages(self) -> int:
        return max(1, math.ceil(len(self._members) / self._n))

    def _indices(self) -> NDArray[np.int64]:
        with self._lock:
            return self._members[self._page * self._n : (self._page + 1) * self._n]

    def _samples_of(self, view: View) -> Samples:
        training = self._source.training
        return training if view.kind == "first" and training is not None else self._source.samples

    def _all_samples(self) -> list[Samples]:
        return [each for each in (self._source.training, self._source.samples) if each is not None]


def _index(value: object, samples: Samples) -> int:
    try:
        index = operator.index(value)  # type: ignore[arg-type]  # what is no integer raises TypeError
    except TypeError as error:
        raise BadOption(f"{value!r} is not the index of an image: pass whole numbers.") from error
    if not 0 <= index < len(samples):
        raise BadOption(f"There is no image {index}: the {len(samples):,} {samples.kind} are numbered from 0.")
    return index
