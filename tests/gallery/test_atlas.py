"""Pages that stay small, and pictures at their places in them."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from colab_magics.gallery.atlas import MOST_BYTES, Plan, block, paste, plan, small_png, visible
from colab_magics.gallery.images import Unreadable


@pytest.mark.parametrize(
    ("n", "side", "channels", "expected"),
    [
        (9, 28, 1, Plan(9, 28)),
        (64, 28, 1, Plan(64, 28)),
        (500, 28, 1, Plan(64, 28)),
        (9, 4000, 3, Plan(9, 64)),
        (25, 4000, 3, Plan(25, 40)),
        (64, 4000, 3, Plan(39, 32)),
        (64, 32, 3, Plan(39, 32)),
        (1, 1, 1, Plan(1, 1)),
    ],
)
def test_plans(n: int, side: int, channels: int, expected: Plan) -> None:
    assert plan(n, side, channels) == expected


@given(n=st.integers(1, 10_000), side=st.integers(1, 10_000), channels=st.sampled_from([1, 3]))
def test_no_page_outgrows_its_limit(n: int, side: int, channels: int) -> None:
    page = plan(n, side, channels)
    assert 1 <= page.count <= n
    assert page.side <= side
    assert page.count * page.side**2 * channels <= MOST_BYTES


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9), st.booleans()), max_size=20))
def test_every_picture_lies_in_its_cell(shapes: list[tuple[int, int, bool]]) -> None:
    pictures = [
        Image.new("RGB" if colour else "L", (width, height), 10 + place)
        for place, (width, height, colour) in enumerate(shapes)
    ]
    atlas = paste(pictures)
    assert atlas.sheet.mode == ("RGB" if any(colour for *_, colour in shapes) else "L")
    file = Image.open(io.BytesIO(atlas.file))
    assert np.array_equal(np.asarray(file), np.asarray(atlas.sheet))
    for place, picture in enumerate(pictures):
        x, y = place % atlas.columns * atlas.width, place // atlas.columns * atlas.height
        cut = atlas.sheet.crop((x, y, x + picture.width, y + picture.height))
        assert np.array_equal(np.asarray(cut), np.asarray(picture.convert(atlas.sheet.mode)))


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_pixels_are_those_of_the_cells_in_a_column(mode: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (5, 3, 4, 3), dtype=np.uint8)
    pictures = [Image.fromarray(each).convert(mode) for each in noise]
    atlas = paste(pictures, columns=1)
    assert atlas.tile == {"columns": 1, "width": 4, "height": 3, "channels": len(mode)}
    assert atlas.pixels == b"".join(picture.tobytes() for picture in pictures)


def test_an_unreadable_picture_is_one_grey_pixel() -> None:
    assert visible(Unreadable("gone")).size == (1, 1)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_small_pictures_have_few_colours(mode: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    picture = Image.fromarray(noise).convert(mode)
    small = Image.open(io.BytesIO(small_png(picture)))
    assert len(small.getcolors() or []) <= (16 if mode == "L" else 64)
    assert len(small_png(picture)) < 2_200


def test_photographs_are_jpeg_and_small_pictures_exact() -> None:
    photos = [Image.new("RGB", (64, 48), (200, 30, 30))] * 4
    assert Image.open(io.BytesIO(paste(photos).file)).format == "JPEG"
    assert Image.open(io.BytesIO(paste([photo.resize((32, 32)) for photo in photos]).file)).format == "PNG"


def test_what_is_fetched_at_once_is_a_few_hundred_kilobytes() -> None:
    assert (block(28, 1), block(32, 3), block(4096, 3)) == (400, 195, 48)
