"""The static form of a gallery: one page of pictures with captions, small whatever the number."""

import base64
from collections.abc import Iterator
from html import escape

from colab_magics.card import Card, Note, Part, Tile, Tiles
from colab_magics.format import percent, plural
from colab_magics.gallery.atlas import small_png, visible
from colab_magics.gallery.classes import short
from colab_magics.gallery.confusion import table
from colab_magics.gallery.images import Picture, Unreadable, fitted
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.pages import Page
from colab_magics.gallery.query import Query
from colab_magics.gallery.samples import Item
from colab_magics.gallery.views import View

_PROBABILITY = "The percentage is the probability that the model gave to the class it predicted."
_SIDE = 40
"""Pixels: the longest side of a picture in the static form."""
_MOST_BYTES = 21_000
"""Of HTML for the tiles and the matrix, so that the whole stays under 25 kB."""
_TILE_BYTES = 340
"""Of HTML for a tile around its picture and its captions."""


def card(gallery: Gallery) -> Card:
    """Make the static form: the first of the pictures that are chosen, and the confusion matrix."""
    page = gallery.shown
    matrix = table(gallery.samples)
    tiles = tuple(_fitting(page, _MOST_BYTES - (len(matrix.html().encode()) if matrix else 0)))
    parts: list[Part] = [Tiles(tiles, columns=3 if len(page.indices) <= 9 else 6)] if tiles else []
    if len(tiles) < len(page.indices):
        parts.append(Note(f"Shown here: {len(tiles)} of the first {len(page.indices)} pictures."))
    if page.emptiness:
        parts.append(Note(page.emptiness, "ok" if page.query == Query(View("wrong")) else ""))
    has_probabilities = page.samples.probabilities is not None and len(page.indices) > 0
    parts += legend(page, probabilities=has_probabilities)
    if matrix is not None:
        parts.append(matrix)
    first = f"First {len(page.indices)} of " if len(page.indices) < page.total else ""
    return Card(first + page.title, state=state(gallery), parts=parts)


def state(gallery: Gallery) -> str:
    """Tell the dataset's name and the share of pictures that were recognised, as far as they are known."""
    correct, wrong = gallery.counts.correct, gallery.counts.wrong
    said = ""
    if correct is not None and wrong is not None:
        total = correct + wrong
        verb = "is" if total == 1 else "are"
        said = f"{percent(correct / total)} of {plural(total, gallery.samples.noun)} {verb} correct"
    return " · ".join(part for part in (short(gallery.dataset), said) if part)


def legend(page: Page, *, probabilities: bool) -> list[Note]:
    """Tell what a person must know to read the pictures."""
    sentences = [*page.query.words, _PROBABILITY if probabilities else "", page.samples.images.note, page.samples.note]
    return [Note(sentence) for sentence in sentences if sentence]


def _fitting(page: Page, left: int) -> Iterator[Tile]:
    for item, picture in zip(page.items, page.pictures(), strict=True):
        tile = _tile(page, item, picture)
        left -= _TILE_BYTES + len(base64.b64encode(tile.png)) + 2 * len(escape(tile.caption).encode())
        if left < 0:
            return
        yield tile


def _tile(page: Page, item: Item, picture: Picture | Unreadable) -> Tile:
    png = small_png(fitted(visible(picture), _SIDE))
    if isinstance(picture, Unreadable):
        return Tile(png, f"{short(item.name)} cannot be read: {short(picture.reason, 80)}", "warn")
    words = item.caption(page.samples.class_names)
    return Tile(png, f"{words} ·\N{NO-BREAK SPACE}{item.share}" if item.share else words, item.tone)
