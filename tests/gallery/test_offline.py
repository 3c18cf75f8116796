"""The exported page: what is in the file is what was chosen, and nothing of it can become markup."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gallery.exported import Exported
from hostile import HOSTILE
from PIL import Image

from colab_magics import bundles
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.offline import Form
from colab_magics.gallery.source import read
from colab_magics.predictions import Predictions


def test_the_file_holds_what_is_chosen(run: Any, tmp_path: Path) -> None:
    gallery = Gallery(read(run), view="wrong", sort="loss")
    gallery.selected = [20, 10, 1]
    page = Exported(gallery.export(tmp_path / "a.html"))
    assert page.column("index").tolist() == gallery.indices.tolist() == [0, 10, 20, 30]
    assert page.column("true").tolist() == [0, 2, 0, 2]
    assert page.column("predicted").tolist() == [1, 3, 1, 3]
    assert page.column("shares").reshape(4, 4)[0].tolist() == [500, 8500, 500, 500]
    assert page.column("loss") == pytest.approx([-np.log(0.05)] * 4, rel=5e-5)
    marks = np.unpackbits(page.column("selected").astype(np.uint8), bitorder="little")[:40]
    assert np.flatnonzero(marks).tolist() == [10, 20]
    state = page.data["state"]
    assert state["query"] == gallery.query.data()
    assert state["counts"] == {"first": 4, "correct": 0, "wrong": 4, "classes": [2, 0, 2, 0]}
    assert "scores" not in state["confusion"]
    assert state["confusion"]["counts"][0] == [0, 2, 0, 0]
    assert state["card"]["state"] == "shades · 90.00 % of 40 test images are correct"
    assert page.data["kinds"]["wrong"] == "wrong test image"
    assert page.data["names"] is None
    assert (tmp_path / "a.html").read_text().count("<title>4 wrong test images · shades</title>") == 1


def test_of_all_pictures_the_scores_are_known(gallery: Gallery, tmp_path: Path) -> None:
    assert "scores" in Exported(gallery.export(tmp_path / "a.html")).data["state"]["confusion"]


@pytest.mark.parametrize("sort", ["index", "loss", "confidence", "margin"])
@pytest.mark.parametrize("reverse", [False, True])
def test_the_order_in_the_file_is_the_one_that_the_page_turns_around(
    gallery: Gallery, tmp_path: Path, sort: str, *, reverse: bool
) -> None:
    gallery.sort, gallery.reverse = sort, reverse
    places = Exported(gallery.export(tmp_path / "a.html")).column("index").tolist()
    assert (places[::-1] if reverse else places) == gallery.indices.tolist()


def test_few_pictures_are_kept_as_they_are(gallery: Gallery, predictions: Predictions, tmp_path: Path) -> None:
    page = Exported(gallery.export(tmp_path / "a.html"))
    for place in range(40):
        kept = np.asarray(page.picture(place))[..., 0]
        np.testing.assert_array_equal(kept, predictions.images[place])
    assert page.data["pixels"] == [0, 255, 1]


def test_many_have_sixteen_greys(tmp_path: Path) -> None:
    images = np.random.default_rng(2).integers(0, 256, (2_600, 28, 28), dtype=np.uint8)
    page = Exported(Gallery(read(images)).export(tmp_path / "a.html"))
    assert page.data["state"]["card"]["parts"][-1]["sentence"] == "In this file, pixels have 16 shades of grey."
    for place in (0, 399, 400, 2_599):
        kept = np.asarray(page.picture(place))[..., 0].astype(int)
        assert set(np.unique(kept)) <= {*range(0, 256, 17)}
        assert np.abs(kept - images[place]).max() <= 8


@pytest.mark.parametrize(
    ("shape", "count", "form"),
    [
        ((28, 28), 10_000, Form(28, 20, is_exact=False)),
        ((28, 28), 250, Form(28, 20, is_exact=True)),
        ((32, 32, 3), 250, Form(32, 20, is_exact=True)),
        ((300, 200, 3), 100, Form(256, 2, is_exact=False)),
        ((300, 200, 3), 1_000, Form(128, 5, is_exact=False)),
        ((300, 200, 3), 10_000, Form(64, 10, is_exact=False)),
        ((1, 1), 9, Form(1, 20, is_exact=True)),
    ],
)
def test_the_form_follows_from_the_number_and_the_size(shape: tuple[int, ...], count: int, form: Form) -> None:
    images = read(np.broadcast_to(np.uint8(7), (count, *shape))).samples.images
    assert Form.of(images) == form


@pytest.mark.parametrize(
    ("images", "pixels"),
    [
        (np.linspace(-1, 1, 8).reshape(2, 2, 2), [-1, 1, 1]),
        (np.full((2, 4, 4, 3), 200, np.uint8), [0, 255, 3]),
        (np.full((2, 4, 4, 4), 200, np.uint8), None),  # what is transparent was made white
        (np.full((2, 80, 80), 200, np.uint8), None),
        (np.broadcast_to(np.uint8(200), (2_600, 28, 28)), None),  # of 16 shades
    ],
)
def test_the_values_of_pixels_are_told_where_they_are_known(images: Any, pixels: Any, tmp_path: Path) -> None:
    data = Exported(Gallery(read(images)).export(tmp_path / "a.html")).data
    assert data["pixels"] == pixels
    is_rounded = pixels == [-1, 1, 1]
    assert ("are rounded to 256 steps" in str(data["state"]["card"])) == is_rounded


def test_files_have_names_sizes_and_faults(photos: Path, tmp_path: Path) -> None:
    (photos / "dog" / "d.bmp").write_bytes(b"none")
    page = Exported(Gallery(read(photos)).export(tmp_path / "a.html"))
    assert page.data["names"] == ["a.png", "b.JPG", "c.gif", "d.bmp", "e.webp"]
    assert page.data["sizes"] == [[100, 50], [20, 30], [10, 10], [1, 1], [70, 90]]
    assert list(page.data["problems"]) == ["3"]
    assert page.picture(0).size == (100, 50)
    assert page.picture(0).getpixel((50, 25)) == pytest.approx((90, 0, 0), abs=9)
    assert page.picture(1).getpixel((10, 15)) == pytest.approx((90, 90, 90), abs=3)


def test_files_keep_their_names_whatever_these_begin_with(tmp_path: Path) -> None:
    for name in ("#1.png", "b.png"):
        Image.new("L", (4, 4)).save(tmp_path / name)
    page = Exported(Gallery(read(tmp_path)).export(tmp_path / "a.html"))
    assert page.data["names"] == ["#1.png", "b.png"]


def test_ten_thousand_and_seventy_thousand(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    strokes = np.zeros((70_000, 28, 28), np.uint8)
    strokes[:, 4:24, 10:18] = rng.integers(0, 2, (70_000, 20, 1)) * 255
    gallery = Gallery(read(strokes))
    page = Exported(gallery.export(tmp_path / "a.html"))
    assert len(page.texts) == 176
    np.testing.assert_array_equal(np.asarray(page.picture(69_999))[..., 0], strokes[-1])
    assert page.column("index").tolist() == list(range(70_000))


def test_the_policy_lets_nothing_in_but_our_script(gallery: Gallery, tmp_path: Path) -> None:
    page = Exported(gallery.export(tmp_path / "a.html"))
    digest = base64.b64encode(hashlib.sha256(page.script.encode()).digest()).decode()
    assert page.policy == f"default-src 'none'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "</script" not in page.script.lower()
    assert "<!--" not in page.script
    assert "\r" not in page.script
    for name in ("shared", "offline"):
        assert bundles.read(name).strip() in page.script
    assert "export{" not in page.script


def test_hostile_names_are_text(predictions: Predictions, tmp_path: Path) -> None:
    plain = Exported(Gallery(read(predictions)).export(tmp_path / "plain.html"))
    names = [*dict.fromkeys([*HOSTILE, "\u2028", "\ud800", "]]>", "--></script>"])]
    folder = tmp_path / "photos"
    for place, name in enumerate(names):
        kept = folder / (name.replace("/", "\u2215").replace("\0", "").encode("utf-8", "replace").decode() or "x")
        kept.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4), place).save(kept / f"{kept.name[:100]}.png")
    hostile = Exported(Gallery(read(folder)).export(tmp_path / "hostile.html"))
    assert hostile.tags.count("script") == len(hostile.texts) + 1
    assert set(hostile.tags) == set(plain.tags)
    assert len(hostile.data["state"]["class_names"]) == len(hostile.data["names"]) >= 40
    labels = np.arange(len(names))
    images = np.zeros((len(names), 2, 2), np.uint8)
    given = Gallery(read(images, labels, predicted=labels[::-1], class_names=names, names=names), view="class 2")
    given.search = names[2]
    assert Exported(given.export(tmp_path / "b.html")).tags == plain.tags
