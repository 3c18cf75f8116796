"""Every panel fits its cell, in both themes and at three widths, and leaves no trace in the browser's console."""

from collections.abc import Callable

import pytest
from browser.notebook import Notebook
from playwright.sync_api import Locator

PANELS = {
    "envinfo": "%envinfo",
    "install": "%install --no-index numpy",
    "ingest": "flowers = %ingest flowers.csv",
    "ingest-cell": "%%ingest\none = flowers.csv\nother = missing.csv",
    "train": "run = %train_mnist --epochs 3 --seed 1",
    "runs": "%train_mnist --runs",
    "gallery-first": "%gallery run",
    "gallery-correct": "%gallery run --view correct",
    "gallery-wrong": "%gallery run --view wrong",
    "board": "run.tensorboard()",
    "fun": "%fun corgi",
    "fun-power": "%fun --power",
}
FLOWERS = "petal length,petal width,species\n" + "1.4,0.2,setosa\n4.7,1.4,versicolor\n6.0,,virginica\n" * 20

# Elements that reach over the panel's right edge and are in no box of their own that scrolls or cuts.
_OVERFLOW = """root => {
    const edge = root.getBoundingClientRect().right + 1;
    const isInBox = (element) => element !== root
        && (getComputedStyle(element).overflowX !== "visible" || isInBox(element.parentElement));
    return [root, ...root.querySelectorAll("*")]
        .filter((element) => element.getBoundingClientRect().right > edge && !isInBox(element.parentElement ?? root))
        .map((element) => element.outerHTML.slice(0, 120));
}"""


@pytest.fixture
def page_of_panels(open_notebook: Callable[..., Notebook]) -> Notebook:
    notebook = open_notebook(*PANELS.values(), files={"flowers.csv": FLOWERS})
    for cell in range(1, len(PANELS) + 1):
        notebook.show(cell)
    return notebook


def test_panels_fit(page_of_panels: Notebook, shoot: Callable[[Locator, str], None]) -> None:
    notebook = page_of_panels
    for theme, width in notebook.looks(notebook.panel(1)):
        for cell, name in enumerate(PANELS, start=1):
            panel = notebook.panel(cell)
            shoot(panel, f"{name}-{theme}-{width}")
            assert panel.evaluate(_OVERFLOW) == [], f"{name}, {theme}, {width} px"
            assert panel.get_attribute("data-lm-suppress-shortcuts") == "true", name
