"""A gallery as one HTML file: the live panel's own code over a small model that answers from the file."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
import re
import zlib
from dataclasses import asdict, dataclass, replace
from html import escape
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colab_magics import bundles
from colab_magics.card import Card, Note
from colab_magics.gallery import confusion
from colab_magics.gallery.atlas import SMALLEST, THUMBNAIL, problem, visible
from colab_magics.gallery.card import legend, state
from colab_magics.gallery.classes import short
from colab_magics.gallery.images import ArrayImages, Images, Picture
from colab_magics.gallery.part import part
from colab_magics.gallery.query import Query
from colab_magics.gallery.views import KINDS, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from colab_magics.gallery.items import Gallery
    from colab_magics.gallery.pages import Page
    from colab_magics.gallery.samples import Samples

SHARES_OF_ONE = 10_000
"""Probabilities are kept in steps of 0.01 %, which is what a page shows of them."""

_LARGE = 256
"""Pixels: the longest side of a picture where there are few."""
_MOST_PIXELS = 1 << 24
"""Of all pictures together: with more, each is made smaller, down to a thumbnail."""
_MOST_EXACT = 2_000_000
"""Pixels of all pictures together that are kept as they are; of more, some shades."""
_SHADES = [17 * round(shade / 17) for shade in range(256)]
"""16 greys: half the bytes, and hardly to be seen."""
_SHEET, _MOST_COLUMNS = 640, 20
"""The side of a sheet in pixels, and how many pictures are in a row: a page decodes few that it does not show."""
_MOST_ASKED = 96
"""Pictures that the panel asks for at once, which may lie on as many sheets."""
_LONGEST_NAME = 100
_PACKED_AT_ONCE = 1 << 20

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<script type="module">{script}</script>
</head>
<body>
<noscript>This gallery is drawn by JavaScript, which is switched off here.</noscript>
"""
_POLICY = "default-src 'none'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Form:
    """How pictures are kept: on sheets of ``columns`` by ``columns`` cells of ``side`` pixels, exact or nearly so."""

    side: int
    columns: int
    is_exact: bool

    @classmethod
    def of(cls, images: Images) -> Form:
        """Find the form in which many pictures take little room, and few lose nothing."""
        sides = (min(images.side, side) for side in (_LARGE, 2 * THUMBNAIL, THUMBNAIL))
        count = len(images)
        side = next((side for side in sides if count * side * side <= _MOST_PIXELS), min(images.side, THUMBNAIL))
        columns = max(1, min(_MOST_COLUMNS, _SHEET // side))
        return cls(side, columns, count * side * side * images.channels <= _MOST_EXACT)

    @property
    def on_one(self) -> int:
        """How many pictures a sheet has room for."""
        return self.columns**2

    def sheet(self, pictures: Sequence[Picture]) -> bytes:
        """Draw pictures in order: as WebP without loss, but where they are large or coloured and many."""
        mode = "RGB" if any(picture.mode == "RGB" for picture in pictures) else "L"
        sheet = Image.new(mode, (self.columns * self.side, math.ceil(len(pictures) / self.columns) * self.side))
        for place, picture in enumerate(pictures):
            row, column = divmod(place, self.columns)
            sheet.paste(picture, (column * self.side, row * self.side))
        file = io.BytesIO()
        if mode == "RGB" and not (self.is_exact and self.side <= SMALLEST):
            sheet.save(file, "WEBP", quality=80, method=2)
        else:
            exact = sheet if self.is_exact else sheet.point(_SHADES)
            exact.save(file, "WEBP", lossless=True, quality=60, method=2)
        return file.getvalue()

    def pixels(self, images: Images) -> tuple[float, float, int] | None:
        """Give the values of black and white and the number of channels, where a picture tells the values it had."""
        if not isinstance(images, ArrayImages) or images.side > self.side or images.values(0) is None:
            return None
        is_lossless = self.is_exact and (images.channels == 1 or self.side <= SMALLEST)
        has_alpha = images.arrays[0].shape[2:] == (4,)
        return (images.range.low, images.range.high, images.channels) if is_lossless and not has_alpha else None


def write(file: IO[bytes], gallery: Gallery, page: Page, tell: Callable[[int, int], None]) -> None:
    """Write ``page`` as a file that draws itself, sheet by sheet: only one is in memory."""
    if page.query.reverse:  # pictures that are equal in what sorts them keep their order, which the page turns around
        page = replace(page, indices=page.indices[::-1])
    samples = part(page.samples, page.indices)
    form = Form.of(samples.images)
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    title = " · ".join(filter(None, (page.title, short(gallery.dataset))))
    file.write(_HEAD.format(policy=_POLICY.format(digest), title=escape(title), script=script).encode())
    sizes: list[tuple[int, int]] = []
    problems: dict[int, str] = {}
    for start in range(0, len(samples), form.on_one):
        tell(start, len(samples))
        places = range(start, min(start + form.on_one, len(samples)))
        pictures = [samples.images.picture(place, form.side) for place in places]
        problems |= {place: problem(each) for place, each in zip(places, pictures, strict=True) if problem(each)}
        seen = [visible(picture) for picture in pictures]
        sizes += [picture.size for picture in seen]
        file.write(_element("text/plain", base64.b64encode(form.sheet(seen))))
    data = _data(gallery, page, samples, form)
    data |= {"problems": problems, "sizes": sizes[:1] if len(set(sizes)) == 1 else sizes}
    file.write(_element("application/json", _as_json(data)) + b"</body>\n</html>\n")


def _element(kind: str, content: bytes) -> bytes:
    return b'<script type="%s">%s</script>\n' % (kind.encode(), content)


def _data(gallery: Gallery, page: Page, samples: Samples, form: Form) -> dict[str, Any]:
    """Collect what the page's model answers from; `js/gallery/offline.ts` names the same keys."""
    matrix = confusion.data(samples)
    if len(samples) < len(page.samples):
        matrix.pop("scores", None)  # precision and recall of some pictures would say nothing of the model
    is_known = samples.probabilities is not None
    notes = legend(replace(page, query=Query(View("first"))), probabilities=is_known)
    if not form.is_exact and samples.images.channels == 1:
        notes.append(Note("In this file, pixels have 16 shades of grey."))
    pixels = form.pixels(page.samples.images)
    if pixels is not None and pixels[:2] != (0, 255):
        notes.append(Note("In this file, pixel values are rounded to 256 steps from black to white."))
    return {
        "state": {
            "card": Card("", state=state(gallery), parts=notes).data(),
            "query": page.query.data(),
            "size": min(gallery.n, len(samples)),
            "block": min(form.on_one, _MOST_ASKED),
            "tile": {"columns": form.columns, "width": form.side, "height": form.side, "channels": 4},
            "counts": asdict(samples.counts),
            "confusion": matrix,
            "can_rank": is_known,
            "class_names": [short(name) for name in samples.class_names],
        },
        "kinds": {kind: f"{kind if kind in {'correct', 'wrong'} else ''} {samples.noun}".strip() for kind in KINDS},
        "nothing": "Nothing to show: choose another view, or widen the search or the range of probabilities.",
        "names": _names(page, samples),
        "pixels": pixels,
        "columns": {name: _packed(column) for name, column in _columns(page, samples)},
    }


def _names(page: Page, samples: Samples) -> list[str] | None:
    """List the names, but for an array's own, which are the numbers of its pictures."""
    if samples.names is None and isinstance(page.samples.images, ArrayImages):
        return None
    return [short(samples.name(place), _LONGEST_NAME) for place in range(len(samples))]


def _columns(page: Page, samples: Samples) -> Iterator[tuple[str, NDArray[np.generic]]]:
    yield "index", page.indices.astype("<u4")
    yield "selected", _selected(page)
    if samples.labels is not None:
        yield "true", samples.labels.astype("<u2")
    if samples.predicted is not None:
        yield "predicted", samples.predicted.astype("<u2")
    if samples.probabilities is not None:
        yield "shares", np.rint(samples.probabilities * SHARES_OF_ONE).astype("<u2")
        if samples.labels is not None:
            yield "loss", _rounded(samples.ranks("loss")).astype("<f4")


def _selected(page: Page) -> NDArray[np.uint8]:
    """Mark with a bit each picture that is selected and in the file."""
    marks = np.zeros(len(page.samples), np.bool_)
    marks[list(page.selected)] = True
    is_here = np.zeros(len(page.samples), np.bool_)
    is_here[page.indices] = True
    return np.packbits(marks & is_here, bitorder="little")


def _rounded(loss: NDArray[np.float32]) -> NDArray[np.float32]:
    """Leave four digits, which are what is shown: the others of a float cost as much as these."""
    spare = np.uint32(10)
    return ((loss.view(np.uint32) + np.uint32(1 << 9)) >> spare << spare).view(np.float32)


def _packed(column: NDArray[np.generic]) -> str:
    """Compress a column, all lowest bytes of its numbers first, in pieces that an interrupt can part."""
    content = column.reshape(-1).view(np.uint8).reshape(-1, column.itemsize).T.tobytes()
    packer = zlib.compressobj(9)
    pieces = [packer.compress(content[at : at + _PACKED_AT_ONCE]) for at in range(0, len(content), _PACKED_AT_ONCE)]
    return base64.b64encode(b"".join([*pieces, packer.flush()])).decode()


def _as_json(data: dict[str, Any]) -> bytes:
    """Write JSON in which nothing ends the element around it: all but ASCII, and the marks of HTML, are escaped."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&]", lambda mark: f"\\u{ord(mark[0]):04x}", text).encode("ascii")


def _script() -> str:
    """Join what all panels share, the gallery's panel and the model, which finds the panel in ``cmPanel``."""
    shared, panel, model = map(bundles.read, ("shared", "gallery", "offline"))
    body, _, name = panel.rstrip().removesuffix(" as default};").rpartition("export{")
    return f"{shared}const cmPanel=(()=>{{{body}return {name}}})();\n{model}"
