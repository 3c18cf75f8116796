"""The live gallery: its state is one page, and its commands turn the page and look closer."""

import threading
from dataclasses import asdict
from typing import Any

import traitlets

from colab_magics._panel import Panel, bundle
from colab_magics.card import Card
from colab_magics.errors import BadOption
from colab_magics.gallery.atlas import paste, png, visible
from colab_magics.gallery.card import legend, state
from colab_magics.gallery.classes import short
from colab_magics.gallery.images import Picture, Unreadable
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.pages import Page
from colab_magics.gallery.samples import Item
from colab_magics.gallery.views import KINDS, View

_DETAIL = 256
"""Pixels: the longest side of the picture that is looked at closely."""


class GalleryPanel(Panel):
    """Follows a `Gallery`: every change there is drawn, every turn and selection here is kept there."""

    _esm = bundle("gallery")
    commands = ("turn", "detail", "clear")

    view = traitlets.Enum(KINDS, "first").tag(sync=True)
    class_number = traitlets.Int(None, allow_none=True).tag(sync=True)
    page = traitlets.Int().tag(sync=True)
    pages = traitlets.Int(1).tag(sync=True)
    size = traitlets.Int(1).tag(sync=True)
    atlas = traitlets.Bytes().tag(sync=True)
    tile = traitlets.Dict().tag(sync=True)
    items = traitlets.List(traitlets.Dict()).tag(sync=True)
    nothing = traitlets.Unicode().tag(sync=True)
    counts = traitlets.Dict().tag(sync=True)
    class_names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    selected = traitlets.List(traitlets.Int()).tag(sync=True)
    selected_count = traitlets.Int().tag(sync=True)

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._drawing = threading.RLock()  # commands may arrive in another thread (subshells)
        super().__init__(
            size=gallery.n,
            counts=asdict(gallery.counts),
            class_names=[short(name) for name in gallery.class_names],
            **_traits(gallery),
        )
        self.observe(self._keep_selection, names="selected")
        gallery.watch(self)

    def refresh(self) -> None:
        """Draw the gallery as it is now, in one message."""
        with self._drawing, self.hold_sync():
            for name, value in _traits(self._gallery).items():
                setattr(self, name, value)

    def turn(self, data: dict[str, Any]) -> None:
        """Show ``page`` (from 0) of ``view``; the view ``class`` takes ``class_number``."""
        view, number, page = data.get("view"), data.get("class_number"), data.get("page", 0)
        classes = range(len(self.class_names))
        if view not in KINDS or (view == "class" and number not in classes) or not isinstance(page, int):
            raise BadOption(f"There is no page {page!r} of the view {view!r}.")
        self._gallery.turn(View(view, number if view == "class" else None), page)

    def detail(self, data: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """Give the picture ``index`` in more pixels, and the probability of each class or None."""
        index = data.get("index")
        if not isinstance(index, int):
            raise BadOption(f"{index!r} is not the index of an image.")
        picture = visible(self._gallery.picture(index, _DETAIL))
        return {"index": index, "probabilities": self._gallery.probabilities(index)}, [png(picture)]

    def clear(self, _: dict[str, Any]) -> None:
        """Select nothing."""
        self._gallery.selected = []

    def _keep_selection(self, change: dict[str, Any]) -> None:
        """Take over what is selected on this page; what is selected on other pages stays."""
        shown = set(self._gallery.indices.tolist())
        elsewhere = [index for index in self._gallery.selected if index not in shown]
        self._gallery.selected = [*elsewhere, *change["new"]]


def _traits(gallery: Gallery) -> dict[str, Any]:
    page = gallery.shown
    pictures = page.pictures()
    atlas = paste([visible(picture) for picture in pictures])
    indices = set(page.indices.tolist())
    return {
        "card": Card(
            page.title, state=state(gallery), parts=legend(page, probabilities=gallery.has_probabilities)
        ).data(),
        "view": page.view.kind,
        "class_number": page.view.number,
        "page": page.number,
        "pages": page.pages,
        "atlas": atlas.png,
        "tile": {"columns": atlas.columns, "width": atlas.width, "height": atlas.height},
        "items": [_item(page, item, picture) for item, picture in zip(page.items, pictures, strict=True)],
        "nothing": page.emptiness,
        "selected": [index for index in page.selected if index in indices],
        "selected_count": len(page.selected),
    }


def _item(page: Page, item: Item, picture: Picture | Unreadable) -> dict[str, Any]:
    shown = visible(picture)
    problem = f"cannot be read: {short(picture.reason, 80)}" if isinstance(picture, Unreadable) else ""
    return {
        **asdict(item),
        "name": short(item.name),
        "share": item.share,
        "caption": item.caption(page.samples.class_names),
        "tone": item.tone,
        "problem": problem,
        "width": shown.width,
        "height": shown.height,
    }
