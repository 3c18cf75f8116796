"""The live gallery: its state is what is chosen and the first screen of it; commands fetch the rest."""

import threading
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import traitlets

from colab_magics._panel import Panel, bundle
from colab_magics.card import Card, Note
from colab_magics.errors import BadOption
from colab_magics.gallery import confusion, query
from colab_magics.gallery.atlas import block, paste, png, problem, visible
from colab_magics.gallery.card import legend, state
from colab_magics.gallery.classes import short
from colab_magics.gallery.images import Picture, Unreadable
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.pages import Page
from colab_magics.gallery.samples import Item

_FACTS = [field.name for field in fields(Item)]
_PYTHON = Note("In Python, .selected has the numbers of the selected pictures, .selection() a table of them.")
_DETAIL = 512
"""Pixels: the longest side of the picture that is looked at closely, which some screens show at half this size."""


class GalleryPanel(Panel):
    """Follows a `Gallery`: every change there is drawn, every choice and selection here is kept there."""

    _esm = bundle("gallery")
    commands = ("show", "window", "detail", "clear")
    ends_with_its_output = True

    query = traitlets.Dict().tag(sync=True)
    total = traitlets.Int().tag(sync=True)
    version = traitlets.Int().tag(sync=True)
    size = traitlets.Int(1).tag(sync=True)
    block = traitlets.Int(1).tag(sync=True)
    atlas = traitlets.Bytes().tag(sync=True)
    tile = traitlets.Dict().tag(sync=True)
    items = traitlets.List(traitlets.Dict()).tag(sync=True)
    nothing = traitlets.Unicode().tag(sync=True)
    counts = traitlets.Dict().tag(sync=True)
    confusion = traitlets.Dict().tag(sync=True)
    can_rank = traitlets.Bool().tag(sync=True)
    class_names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    selected = traitlets.Bytes().tag(sync=True, from_json=lambda value, _: bytes(value))
    selected_count = traitlets.Int().tag(sync=True)

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._drawing = threading.RLock()  # commands may arrive in another thread (subshells)
        images, page = gallery.samples.images, gallery.shown
        super().__init__(
            size=gallery.n,
            block=block(images.side, images.channels),
            counts=asdict(gallery.counts),
            confusion=confusion.data(gallery.samples),
            can_rank=gallery.has_probabilities,
            class_names=[short(name) for name in gallery.class_names],
            **_choice(gallery, page),
            **_selection(page),
        )
        self.observe(self._keep_selection, names="selected")
        gallery.watch(self)

    def refresh(self) -> None:
        """Draw the gallery as it is now, in one message."""
        with self._drawing, self.hold_sync():
            page = self._gallery.shown
            # Pictures are read for another choice only: where one is selected, the files would all be read again.
            choice = {} if page.version == self.version else _choice(self._gallery, page)
            for name, value in {**choice, **_selection(page)}.items():
                setattr(self, name, value)

    def show(self, data: dict[str, Any]) -> None:
        """Choose what ``query`` says, as `query.Query.data` writes it."""
        self._gallery.query = query.read(data.get("query"), len(self.class_names))

    def window(self, data: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """Give ``count`` of the chosen pictures, at most `block`, from the one at place ``start``, in one atlas."""
        start, count = data.get("start"), data.get("count")
        if type(start) is not int or type(count) is not int or start < 0 or not 0 < count <= self.block:
            raise BadOption(f"There are no {count!r} pictures from {start!r} in a gallery.")
        page = self._gallery.window(start, count)
        pictures = page.pictures()
        atlas = paste([visible(picture) for picture in pictures])
        return {
            "version": page.version,
            "items": _items(page, pictures),
            "tile": atlas.tile,
        }, [atlas.file]

    def detail(self, data: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """Give picture ``index`` in more pixels, its values where it is small, and the probability of each class."""
        index = data.get("index")
        if not isinstance(index, int):
            raise BadOption(f"{index!r} is not the index of an image.")
        gallery = self._gallery
        answer = {
            "index": index,
            "values": gallery.values(index),
            "probabilities": gallery.probabilities(index),
        }
        return answer, [png(visible(gallery.picture(index, _DETAIL)))]

    def clear(self, _: dict[str, Any]) -> None:
        """Select nothing."""
        self._gallery.selected = []

    def _keep_selection(self, change: dict[str, Any]) -> None:
        """Take over what is selected here, in that order; what comes in one go, in the order of the pictures."""
        page = self._gallery.shown
        count = len(page.samples)
        marked = np.flatnonzero(np.unpackbits(np.frombuffer(change["new"], np.uint8), bitorder="little")).tolist()
        if len(change["new"]) != (count + 7) // 8 or (marked and marked[-1] >= count):
            self.refresh()  # of other images, which were shown when the page wrote it
            return
        kept = set(marked)
        before = [index for index in self._gallery.selected if index in kept]
        added = kept.difference(before)
        members = self._gallery.window(0, page.total).indices
        shown = members[np.isin(members, [*added])].tolist()
        self._gallery.selected = [*before, *shown, *sorted(added.difference(shown))]


def _choice(gallery: Gallery, page: Page) -> dict[str, Any]:
    pictures = page.pictures()
    atlas = paste([visible(picture) for picture in pictures], columns=1)
    return {
        "card": Card(
            page.title,
            state=state(gallery),
            parts=[*legend(page, probabilities=gallery.has_probabilities), _PYTHON],
        ).data(),
        "query": page.query.data(),
        "total": page.total,
        "version": page.version,
        "atlas": atlas.pixels,
        "tile": atlas.tile,
        "items": _items(page, pictures),
        "nothing": page.emptiness,
    }


def _selection(page: Page) -> dict[str, Any]:
    marks = np.zeros(len(page.samples), np.bool_)
    marks[list(page.selected)] = True
    return {
        "selected": np.packbits(marks, bitorder="little").tobytes(),
        "selected_count": len(page.selected),
    }


def _items(page: Page, pictures: list[Picture | Unreadable]) -> list[dict[str, Any]]:
    return [_item(page, item, picture) for item, picture in zip(page.items, pictures, strict=True)]


def _item(page: Page, item: Item, picture: Picture | Unreadable) -> dict[str, Any]:
    shown = visible(picture)
    return {
        **{fact: getattr(item, fact) for fact in _FACTS},
        "name": short(item.name),
        "share": item.share,
        "caption": item.caption(page.samples.class_names, "\n"),
        "tone": item.tone,
        "problem": problem(picture),
        "width": shown.width,
        "height": shown.height,
    }
