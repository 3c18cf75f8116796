"""A gallery: what is shown now, and what the person selected."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from colab_magics.errors import BadOption
from colab_magics.format import number, plural
from colab_magics.gallery.atlas import plan
from colab_magics.gallery.images import Picture, Unreadable
from colab_magics.gallery.pages import Page
from colab_magics.gallery.query import Query
from colab_magics.gallery.samples import Samples
from colab_magics.gallery.selection import as_index, as_indices
from colab_magics.gallery.source import Source
from colab_magics.gallery.views import View, parse

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


class Watcher(Protocol):
    """Somebody who is told after every change of a gallery."""

    def refresh(self) -> None: ...


class Gallery:
    """Pictures with their true and predicted classes: one choice of them, in one order.

    It follows its panel: what `view`, `sort`, `reverse`, `confidence`, `search` and `selected` say is what the person
    sees, and setting them changes the panel. With a run the view ``first`` shows training images and the others show
    test images; indices and selections belong to the images that are shown. Safe to use from several threads.
    """

    # A misspelt attribute is an error, and not a change that nobody sees.
    __slots__ = (
        "__weakref__",
        "_lock",
        "_members",
        "_n",
        "_query",
        "_selected",
        "_side",
        "_source",
        "_version",
        "_watchers",
        "counts",
        "tell_export",
    )

    def __init__(self, source: Source, *, view: str = "first", sort: str = "index", n: int = 9) -> None:
        if not isinstance(n, int) or n < 1:
            raise BadOption(f"n is {n!r}: pass the number of pictures to begin with, a whole number of 1 or more.")
        self._lock = threading.RLock()
        self._watchers: weakref.WeakSet[Watcher] = weakref.WeakSet()
        self._source = source
        plans = [plan(n, each.images.side, each.images.channels) for each in source.all_samples]
        self._n = min(*(each.count for each in plans), max(map(len, source.all_samples)))
        self._side = min(each.side for each in plans)
        self.counts = replace(source.samples.counts, first=len(self._source.samples_of(View("first"))))
        """How many pictures each view has."""
        self._selected: dict[str, tuple[int, ...]] = {}
        self.tell_export: Callable[[int, int], None] = _say_nothing
        """Is told how many pictures of an export are written, and of how many: none at first, all at last."""
        self._version = 0
        self._open(Query(parse(view, source.samples.class_names)).sorted_by(sort))

    def __len__(self) -> int:
        """How many pictures are chosen."""
        return len(self._members)

    def __repr__(self) -> str:
        shown = self.shown
        return (
            f"Gallery({plural(shown.total, 'picture')}, view {self.view!r} of the {shown.samples.kind}, "
            f"{number(len(shown.selected))} selected)"
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A gallery is neither copied nor pickled: make another one of the same images, or keep its pictures with "
            '.export("gallery.html").'
        )

    @property
    def dataset(self) -> str:
        """The name of the run's dataset, or nothing."""
        return self._source.dataset

    @property
    def has_probabilities(self) -> bool:
        """Whether it is known how sure the model was."""
        return self._source.samples.probabilities is not None

    @property
    def class_names(self) -> tuple[str, ...]:
        return self._source.samples.class_names

    @property
    def samples(self) -> Samples:
        """What is sorted into views."""
        return self._source.samples

    @property
    def n(self) -> int:
        """How many pictures are shown at first, at most."""
        return self._n

    @property
    def query(self) -> Query:
        """What is chosen, and its order; set it to change several things at once."""
        return self._query

    @query.setter
    def query(self, query: Query) -> None:
        with self._lock:
            self._open(query)
        self._tell()

    @property
    def view(self) -> str:
        """``first``, ``correct``, ``wrong``, ``class`` with a class's name, or ``confusion`` with pairs of classes.

        The pairs of ``confusion 4 9, 9 4`` are a true class and what it was taken for; ``*`` is any class.
        """
        return self._query.view.text(self.class_names)

    @view.setter
    def view(self, text: str) -> None:
        self.query = replace(self._query, view=parse(str(text), self.class_names))

    @property
    def sort(self) -> str:
        """``index``, ``loss`` (worst first), ``confidence`` (surest first) or ``margin`` (closest decision first)."""
        return self._query.sort

    @sort.setter
    def sort(self, by: str) -> None:
        self.query = self._query.sorted_by(by)

    @property
    def reverse(self) -> bool:
        """Whether the order is turned around."""
        return self._query.reverse

    @reverse.setter
    def reverse(self, reverse: bool) -> None:
        self.query = replace(self._query, reverse=bool(reverse))

    @property
    def confidence(self) -> tuple[float, float]:
        """The lowest and the highest probability of the predicted class that are shown, 0 to 1."""
        return self._query.confidence

    @confidence.setter
    def confidence(self, limits: tuple[float, float]) -> None:
        self.query = self._query.between(limits)

    @property
    def search(self) -> str:
        """What the names of the pictures must have in them, in any case."""
        return self._query.search

    @search.setter
    def search(self, text: str) -> None:
        self.query = replace(self._query, search=str(text or ""))

    @property
    def indices(self) -> NDArray[np.int64]:
        """(k,) int64: where the chosen pictures stand among their images, in their order."""
        return self._members.copy()

    @property
    def selected(self) -> list[int]:
        """Indices selected among the images that are shown, in the order of selection; of a DataFrame for its `iloc`.

        Those that a page sends in one go, as while a cell runs, are in the order of the pictures.
        """
        return list(self.shown.selected)

    @selected.setter
    def selected(self, indices: Iterable[int]) -> None:
        with self._lock:
            samples = self._source.samples_of(self._query.view)
            chosen = as_indices(indices, samples)
            if chosen == self._selected.get(samples.kind, ()):
                return
            self._selected[samples.kind] = chosen
        self._tell()

    def selection(self) -> pd.DataFrame:
        """Make a frame of what is selected.

        Its columns: ``index``; ``true`` and ``predicted`` class numbers; ``probability`` (0 to 1) of the predicted
        class; ``loss`` (cross-entropy in nats); ``path`` of picture files; ``name``; and, where they are known,
        ``probabilities`` of every class. Of files it can be shown again.
        """
        from colab_magics.gallery.selection import frame

        return frame(self.shown)

    @property
    def shown(self) -> Page:
        """The first of what is chosen, taken at one moment."""
        return self.window(0, self._n)

    def window(self, start: int, count: int) -> Page:
        """Take ``count`` of the chosen pictures, from the one at place ``start``, as they are at this moment."""
        with self._lock:
            samples = self._source.samples_of(self._query.view)
            return Page(
                samples=samples,
                query=self._query,
                indices=self._members[max(start, 0) : max(start, 0) + count],
                total=len(self._members),
                version=self._version,
                side=self._side,
                selected=self._selected.get(samples.kind, ()),
            )

    def probabilities(self, index: int) -> list[float] | None:
        """List the probability of every class for picture ``index`` of those shown. Raises `BadOption`."""
        samples = self.shown.samples
        shares = samples.probabilities
        return None if shares is None else [float(share) for share in shares[as_index(index, samples)]]

    def picture(self, index: int, side: int) -> Picture | Unreadable:
        """Draw picture ``index`` of the images that are shown, sides at most ``side`` pixels. Raises `BadOption`."""
        samples = self.shown.samples
        return samples.images.picture(as_index(index, samples), side)

    def values(self, index: int) -> list[Any] | None:
        """List the pixel values of a small picture, as they were given, in rows; None of a large one."""
        samples = self.shown.samples
        return samples.images.values(as_index(index, samples))

    def export(self, path: str | Path, *, limit: int | None = None) -> Path:
        """Write the pictures that are chosen now, in their order and with what is selected, and give the file's path.

        A name that ends with ``.html`` makes one file that works offline as the panel does: it opens at the same
        view and order, and holds the pictures that are chosen and no others; their classes and probabilities (in
        steps of 0.01 %) too. Up to 2 million pixels are kept as they are; more have 16 shades of grey, or are
        compressed as photographs are. ``.png`` makes one picture of at most 400 with their captions. ``limit``: only
        so many, from the first on. A file that is there is replaced, once all is written.
        Raises `BadOption`, `OutputDenied` and `SourceNotFound`.
        """
        from colab_magics.gallery.export import export

        return export(self, path, limit=limit, tell=self.tell_export)

    def watch(self, watcher: Watcher) -> None:
        """Call ``watcher.refresh()`` after every change, for as long as somebody else holds it."""
        with self._lock:
            self._watchers.add(watcher)

    def _tell(self) -> None:
        with self._lock:
            watchers = list(self._watchers)
        for watcher in watchers:  # without the lock: a watcher may hold one of its own
            watcher.refresh()

    def _open(self, query: Query) -> None:
        query = self._source.answerable(query, self._query.view if self._version else None)
        self._members = query.members(self._source.samples_of(query.view))
        self._query: Query = query
        self._version += 1


def _say_nothing(done: int, count: int) -> None:
    pass
