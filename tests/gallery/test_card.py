"""The static form: small, complete, and never markup."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile import HOSTILE

from colab_magics.gallery.card import card
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.source import read

LIMIT = 25_000


class Markup(HTMLParser):
    """The tags of a text, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


def html(gallery: Gallery) -> str:
    return card(gallery).html()


def test_nine_wrong(run: Any) -> None:
    page = html(Gallery(read(run), view="wrong"))
    assert "4 wrong test images" in page
    assert "shades · 90.00 % of 40 test images are correct" in page
    assert page.count("✗ predicted one, true zero ·\N{NO-BREAK SPACE}85.00 %") == 2
    assert "The percentage is the probability that the model gave to the class it predicted." in page
    assert "Pixel values from 0 to 255 are shown from black to white." in page
    assert page.count("data:image/png;base64,") == 4


def test_nine_correct(run: Any) -> None:
    assert "✓ one correct ·\N{NO-BREAK SPACE}85.00 %" in html(Gallery(read(run), view="correct"))


def test_first_of_a_run_are_training_images(run: Any) -> None:
    page = html(Gallery(read(run)))
    assert "First 9 of 50 training images" in page
    assert "probability" not in page


def test_text(run: Any) -> None:
    lines = card(Gallery(read(run), view="wrong")).text().splitlines()
    assert lines[0] == "4 wrong test images · shades · 90.00 % of 40 test images are correct"
    assert lines[1] == "  ✗ predicted one, true zero ·\N{NO-BREAK SPACE}85.00 %"


def test_the_confusion_matrix_is_there_without_a_kernel(run: Any) -> None:
    lines = card(Gallery(read(run))).text().splitlines()
    place = lines.index("  Confusion matrix: rows are the true classes, columns what they were taken for")
    assert [" ".join(line.split()) for line in lines[place + 1 : place + 4]] == [
        "zero one two three Precision Recall F1",
        "zero 8 2 0 0 100.00 % 80.00 % 88.89 %",
        "one 0 10 0 0 83.33 % 100.00 % 90.91 %",
    ]


def test_the_order_is_told(run: Any) -> None:
    assert "Sorted by loss, the worst first." in html(Gallery(read(run), view="wrong", sort="loss"))


def test_nothing_wrong() -> None:
    gallery = Gallery(read(np.zeros((2, 2, 2)), [0, 1], predicted=[0, 1]), view="wrong")
    assert "✓ Nothing to show: of 2 images, none was taken for another class." in card(gallery).text()
    assert "<img" not in html(gallery)


@pytest.mark.parametrize("shape", [(28, 28), (8, 8, 3), (64, 64), (64, 64, 3), (500, 300, 3)])
@pytest.mark.parametrize("n", [9, 64])
def test_it_is_small_whatever_the_number(shape: tuple[int, ...], n: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (100, *shape), dtype=np.uint8)
    names = ["<" * 300, '"' * 300]
    probabilities = np.full((100, 2), 0.5)
    labels = np.arange(100) % 2
    gallery = Gallery(read(noise, labels, probabilities=probabilities, class_names=names), n=n)
    assert len(html(gallery).encode()) < LIMIT
    tiles = html(gallery).count("<img")
    assert tiles >= 6
    if tiles < gallery.n:
        assert f"Shown here: {tiles} of the first {gallery.n} pictures." in html(gallery)


def test_a_smooth_page_of_nine_photographs_is_complete() -> None:
    y, x = np.mgrid[0:200, 0:300] / 300
    photo = np.stack([np.sin(9 * x), np.cos(7 * y), x * y], axis=-1)
    assert html(Gallery(read([photo] * 9))).count("<img") == 9


def test_unreadable_files_are_told(photos: Path) -> None:
    (photos / "cat" / "a.png").write_bytes(b"no picture")
    text = card(Gallery(read(photos))).text()
    assert "⚠ a.png cannot be read: its bytes are not those of a jpg, png, gif, bmp or webp picture" in text
    assert "  dog" in text


def test_no_name_becomes_markup() -> None:
    count = len(HOSTILE)
    labels, predicted = np.arange(count), (np.arange(count) + 1) % count
    for view in ("first", "wrong", *(f"class {name}" for name in HOSTILE if name.strip() == name)):
        source = read(np.zeros((count, 2, 2)), labels, predicted=predicted, class_names=HOSTILE)
        gallery = Gallery(source, view=view, n=count)
        markup = Markup(html(gallery))
        assert set(markup.tags) <= {"div", "b", "span", "img", "table", "thead", "tbody", "tr", "th", "td"}
        assert markup.attributes <= {"class", "style", "src", "alt"}
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", card(gallery).text())


def test_no_file_name_becomes_markup(tmp_path: Path) -> None:
    names = [f"{text.replace('/', '|').replace(chr(0), '')}.png" for text in HOSTILE]
    for name in names:
        (tmp_path / name).write_bytes(b"broken")
    gallery = Gallery(read(tmp_path), n=64)
    markup = Markup(html(gallery))
    assert gallery.shown.total == len(HOSTILE)
    assert set(markup.tags) <= {"div", "b", "span", "img"}
    assert markup.attributes <= {"class", "style", "src", "alt"}


def test_a_name_that_is_no_utf8_is_shown(photos: Path) -> None:
    for place in (b"cat/\xff\xfe.png", b"\xff/a.png"):
        path = Path(os.fsdecode(os.fsencode(photos) + b"/" + place))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"broken")
    page = card(Gallery(read(photos)))
    page.html().encode()
    assert "\N{REPLACEMENT CHARACTER}.png cannot be read" in page.text()
