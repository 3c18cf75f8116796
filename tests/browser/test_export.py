"""An exported gallery works from the disk without a network: the same pictures in the same order, and nothing runs in it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hostile import HOSTILE
from playwright.sync_api import BrowserContext, Locator, Page, expect

from colab_magics.gallery.classes import short
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

_INK = """canvas => {
    const middle = 60 * devicePixelRatio;
    return canvas.getContext("2d").getImageData(middle, middle, 1, 1).data[0];
}"""


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


def test_everything_is_done_with_keys(answers: Predictions, tmp_path: Path, offline: Callable[[Path], Page]) -> None:
    gallery = Gallery(read(answers), view="first")
    page = offline(gallery.export(tmp_path / "all.html"))
    gallery.view = "wrong"
    page.get_by_role("button", name="Wrong").press("Enter")
    expect(page.get_by_role("heading")).to_contain_text(f"{len(gallery):,} wrong images")
    first = page.get_by_role("gridcell").first
    expect(first).to_have_attribute("data-index", str(gallery.indices[0]))
    assert page.locator(".cm-pictures").first.evaluate(_INK) == gallery.indices[0] % 256
    first.focus()
    for key in ("Space", "ArrowRight", "Space", "End"):
        page.keyboard.press(key)
    expect(page.locator(f"[data-index='{gallery.indices[-1]}']")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(".cm-selection")).to_have_text("3 pictures selected")
    page.keyboard.press("Enter")
    closer = page.locator(".cm-detail")
    expect(closer.get_by_role("listitem")).to_have_count(4)
    shares = answers.probabilities
    assert shares is not None
    expect(closer.get_by_role("listitem").first).to_contain_text(f"{100 * shares[gallery.indices[-1], 0]:.2f} %")
    closer.locator("canvas").hover()
    expect(closer).to_contain_text(f"Row 4, column 4: {gallery.indices[-1] % 256}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Copy the indices").press("Enter")
    expect(page.get_by_text("Copied.")).to_be_visible()
    chosen = sorted(gallery.indices[[0, 1, -1]].tolist())
    assert page.evaluate("() => navigator.clipboard.readText()") == str(chosen)


def test_nothing_runs_in_it(tmp_path: Path, offline: Callable[[Path], Page]) -> None:
    names = list(dict.fromkeys([*HOSTILE, "\u2028</script><script>alert(1)</script>"]))
    labels = np.arange(len(names))
    images = np.zeros((len(names), 8, 8), np.uint8)
    gallery = Gallery(read(images, labels, predicted=labels[::-1], class_names=names), n=64)
    page = offline(gallery.export(tmp_path / "hostile.html"))
    page.get_by_role("button", name="Confusion matrix").click()
    expect(page.get_by_role("button", name="Confusion matrix")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("gridcell").first).to_contain_text(names[0])
    page.get_by_role("gridcell").first.press("Enter")
    for name in names:
        expect(page.locator(".cm-detail-caption")).to_contain_text(short(name))
        page.get_by_role("button", name="Next").press("Enter")
    page.get_by_label("Part of the name").fill(names[0])
    page.get_by_label("Part of the name").press("Enter")
    expect(page.locator(".cm-nothing")).to_contain_text("Nothing to show")
    assert page.locator("img, iframe, object, embed, form, base, link, svg").count() == 0


def test_a_file_that_is_not_whole_says_so(
    answers: Predictions, tmp_path: Path, offline: Callable[[Path], Page]
) -> None:
    path = Gallery(read(answers)).export(tmp_path / "all.html")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    expect(offline(path).get_by_text("its file is not whole")).to_be_visible()
