"""An exported page, taken apart as a browser does."""

import base64
import io
import json
import zlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_TYPES = {"index": "<u4", "loss": "<f4", "selected": "u1"}


@dataclass
class Exported(HTMLParser):
    """``script``: what runs; ``data``: what it reads; ``tags``: the names of all elements."""

    path: Path
    script: str = ""
    policy: str = ""
    tags: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._kind: str | None = None
        self.feed(self.path.read_text(encoding="utf-8"))
        self.close()
        self.data: dict[str, Any] = json.loads(self.texts[-1])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self._kind = given.get("type") if tag == "script" else None
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""

    def handle_data(self, data: str) -> None:
        if self._kind == "module":
            self.script += data
        elif self._kind and data.strip():
            self.texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._kind = None

    def column(self, name: str) -> NDArray[np.generic]:
        """The numbers of a column."""
        dtype = np.dtype(_TYPES.get(name, "<u2"))
        content = np.frombuffer(zlib.decompress(base64.b64decode(self.data["columns"][name])), np.uint8)
        return content.reshape(dtype.itemsize, -1).T.reshape(-1).copy().view(dtype)

    def picture(self, place: int) -> Image.Image:
        """The picture at a place of the file."""
        tile = self.data["state"]["tile"]
        on_one = tile["columns"] ** 2
        sheet = Image.open(io.BytesIO(base64.b64decode(self.texts[place // on_one])))
        row, column = divmod(place % on_one, tile["columns"])
        sizes = self.data["sizes"]
        width, height = sizes[place] if len(sizes) > 1 else sizes[0]
        x, y = column * tile["width"], row * tile["height"]
        return sheet.crop((x, y, x + width, y + height))
