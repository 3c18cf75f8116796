"""The exported picture: every picture in its place above its caption, whatever the words are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile import HOSTILE
from PIL import Image

from colab_magics.gallery import poster
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.source import read


def opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.copy()


def test_nine_pictures_are_three_by_three(tmp_path: Path) -> None:
    shades = np.arange(9, dtype=np.uint8) * 20 + 40
    images = np.broadcast_to(shades[:, None, None], (9, 8, 8))
    sheet = opened(Gallery(read(images)).export(tmp_path / "a.png"))
    assert sheet.mode == "RGB"
    assert sheet.width == 24 + 3 * (128 + 16) - 16 + 24
    top = sheet.height - 3 * (128 + 72 + 16) + 16 - 24
    for place, shade in enumerate(
        Gallery(read(images)).samples.images.picture(each, 8).getpixel((0, 0)) for each in range(9)
    ):
        row, column = divmod(place, 3)
        corner = (24 + column * 144, top + row * 216)
        assert sheet.getpixel(corner) == sheet.getpixel((corner[0] + 127, corner[1] + 127)) == (shade,) * 3


def test_right_and_wrong_differ_in_colour_and_mark(gallery: Gallery, tmp_path: Path) -> None:
    gallery.view = "wrong"
    wrong = {colour for _, colour in opened(gallery.export(tmp_path / "a.png")).getcolors(1 << 24) or []}
    gallery.view = "correct"
    right = {colour for _, colour in opened(gallery.export(tmp_path / "b.png")).getcolors(1 << 24) or []}
    assert (0xB8, 0x32, 0x00) in wrong - right
    assert (0x00, 0x73, 0x4F) in right - wrong


def test_a_long_name_leaves_the_other_class_to_be_read(tmp_path: Path) -> None:
    source = read(np.zeros((1, 4, 4)), [1], predicted=[0], class_names=["w " * 90, "true"])
    page = Gallery(source).shown
    lines, tone = poster._said(page, page.items[0], page.pictures()[0])
    assert (len(lines), lines[-1], tone) == (2, "true true", "wrong")


@pytest.mark.parametrize("limit", [1, 2, 9, 10, 40])
def test_it_is_as_large_as_what_is_in_it(gallery: Gallery, tmp_path: Path, limit: int) -> None:
    sheet = opened(gallery.export(tmp_path / "a.png", limit=limit))
    columns = 3 if limit <= 9 else {10: 4, 40: 7}[limit]
    assert sheet.width == 32 + columns * 144
    assert 0 <= sheet.height - -(-limit // columns) * 216 - 40 <= 60


def test_any_words_are_drawn_and_stay_in_their_cells(tmp_path: Path) -> None:
    names = [*dict.fromkeys(HOSTILE), "W" * 300, "w " * 150, "", " ", "猫", "🐱", "\u05d0\u05d1", "\ud800"]
    labels = np.arange(len(names))
    gallery = Gallery(read(np.full((len(names), 4, 4), 9, np.uint8), labels, predicted=labels[::-1], class_names=names))
    sheet = np.asarray(opened(gallery.export(tmp_path / "a.png")).convert("L"))
    columns = 8
    between = [24 + column * 144 + 128 + step for column in range(columns) for step in range(2, 14)]
    assert (sheet[100:, between] > 250).all()


def test_large_small_and_broken_files(photos: Path, tmp_path: Path) -> None:
    (photos / "cat" / "b.JPG").write_bytes(b"none")
    sheet = opened(Gallery(read(photos)).export(tmp_path / "a.png"))
    assert (0x85, 0x5A, 0x00) in {colour for _, colour in sheet.getcolors(1 << 24) or []}


@pytest.mark.parametrize(
    ("lines", "width", "told"),
    [
        (["4 correct", "98.00 %"], 100, ["4 correct", "98.00 %"]),
        (["predicted seven, true one", "98.00 %"], 112, ["predicted seven,", "true one", "98.00 %"]),
        (["a b c d e f g h i j"], 30, ["a b", "c d", "e f", "g h…"]),
        (["predicted Ankle boot,", "true T-shirt", "9 %"], 112, ["predicted Ankle", "boot,", "true T-shirt", "9 %"]),
        (
            ["predicted " + "x" * 90, "true " + "y" * 90, "9 %"],
            112,
            ["predicted", "x" * 15 + "…", "true " + "y" * 10 + "…", "9 %"],
        ),
    ],
)
def test_captions_are_broken_at_spaces(lines: list[str], width: int, told: list[str]) -> None:
    class Font:
        def getlength(self, text: str) -> float:
            return 7 * len(text)

    font: Any = Font()
    assert poster._wrapped(lines, font, width) == told
