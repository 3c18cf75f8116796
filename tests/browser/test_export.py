"""An exported gallery works from the disk without a network: the same pictures in the same order, and nothing runs in it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from colab_magics.gallery.items import Gallery
from colab_magics.gallery.source import read
from colab_magics.gallery.views import SORTS
from colab_magics.predictions import Predictions

# Counts what the policy forbids, and anything that runs though it should not.
_WATCH = """
window.cmFaults = [];
window.alert = () => window.cmFaults.push("alert");
addEventListener("securitypolicyviolation", ({ violatedDirective }) => window.cmFaults.push(violatedDirective));
"""


@pytest.fixture(params=["light", "dark"])
def offline(request: pytest.FixtureRequest, context: BrowserContext) -> Iterator[Callable[[Path], Page]]:
    """Opens a file in a window without a network; at the end nothing may have been asked for, forbidden or logged."""
    assert context.browser is not None
    with context.browser.new_context(offline=True, color_scheme=request.param, reduced_motion="reduce") as window:
        window.add_init_script(_WATCH)
        window.grant_permissions(["clipboard-read", "clipboard-write"])
        faults: list[str] = []
        opened: list[Page] = []

        def open_it(path: Path) -> Page:
            page = window.new_page()
            opened.append(page)
            page.on("console", lambda message: faults.append(message.text))
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("request", lambda asked: None if asked.url == path.as_uri() else faults.append(asked.url))
            page.goto(path.as_uri())
            return page

        yield open_it
        for page in opened:
            faults += page.evaluate("() => window.cmFaults")
        assert faults == []


@pytest.fixture
def answers() -> Predictions:
    """3,000 pictures of four classes, each of an own grey, with whatever a model made of them."""
    rng = np.random.default_rng(5)
    probabilities = rng.dirichlet([0.4] * 4, 3_000).astype(np.float32)
    labels = rng.integers(0, 4, 3_000)
    images = np.broadcast_to((np.arange(3_000) % 256).astype(np.uint8)[:, None, None], (3_000, 8, 8))
    return Predictions(images, labels, probabilities.argmax(axis=1), probabilities, ("zero", "one", "two", "three"))


def nearly(gallery: Gallery) -> re.Pattern[str]:
    """The first of the chosen pictures, or one that is equal to it in steps of 0.01 %, which is what a file keeps."""
    indices = gallery.indices
    ranks = indices if gallery.sort == "index" else gallery.samples.ranks(gallery.query.sort)[indices]
    return re.compile(f"^({'|'.join(map(str, indices[np.abs(ranks - ranks[0]) <= 1e-4]))})$")


def test_a_page_is_the_gallery_without_its_kernel(
    answers: Predictions, tmp_path: Path, offline: Callable[[Path], Page], shoot: Callable[[Locator, str], None]
) -> None:
    gallery = Gallery(read(answers), view="confusion", sort="loss")
    gallery.selected = gallery.indices[[2, 0]].tolist()
    page = offline(gallery.export(tmp_path / "all.html"))
    root = page.locator(".cm-root")
    expect(root.get_by_role("heading")).to_have_text(f"3,000 images{root.locator('.cm-title .cm-time').inner_text()}")
    expect(page.get_by_role("gridcell", selected=True)).to_have_count(2)
    assert page.title() == "3,000 images"
    first = page.get_by_role("gridcell").first
    for sort in SORTS:
        page.get_by_label("Order", exact=True).select_option(sort)
        for reverse in (False, True):
            gallery.sort, gallery.reverse = sort, reverse
            expect(first).to_have_attribute("data-index", nearly(gallery))
            page.get_by_role("button", name="Reverse").click()
    shoot(root, f"export-{'dark' if 'cm-dark' in (root.get_attribute('class') or '') else 'light'}")
