"""Keys that are pressed in a panel act on the panel and never on the notebook."""

from collections.abc import Callable

import pytest
from browser.jupyter import App
from browser.notebook import Notebook

CELLS = {
    "%envinfo": "button",
    "table = %ingest table.csv": ".cm-table",
    "run = %train_mnist --epochs 1 --seed 1": "button:visible",
    "g = %gallery run --view wrong": "[role=gridcell][tabindex='0']",
    "%fun corgi": ".cm-pet",
}
"""Cells with panels, and what is focused in each of them."""

# Each does something to a notebook in command mode: insert above and below, cut, to Markdown, interrupt, restart, move.
_KEYS = ("a", "b", "x", "m", "y", "i", "i", "0", "0", "Space", "ArrowDown", "ArrowUp", "Enter", "Escape")


@pytest.fixture
def notebook(open_notebook: Callable[..., Notebook], app: App) -> Notebook:
    notebook = open_notebook(*CELLS, app=app, files={"table.csv": "a,b\n1,2\n3,4\n"})
    for cell in range(1, len(CELLS) + 1):
        notebook.show(cell)
    return notebook


def test_keys_stay_in_their_panel(notebook: Notebook) -> None:
    before = notebook.kinds
    for cell, target in enumerate(CELLS.values(), start=1):
        notebook.panel(cell).locator(target).last.focus()
        for key in _KEYS:
            notebook.page.keyboard.press(key)
        assert notebook.value("run.status") == "finished"  # and a round trip, in which a slow command would act
        assert notebook.kinds == before, notebook.cell(cell).inner_text()

    # The gallery is worked by keys alone.
    grid = notebook.panel(4)
    grid.get_by_text("1 picture selected").wait_for()
    grid.get_by_role("button", name="Clear selection").press("Enter")
    grid.get_by_text("0 pictures selected").wait_for()
    grid.locator("[role=gridcell]").first.focus()
    for key in ("Space", "ArrowRight", "Space"):
        notebook.page.keyboard.press(key)
    grid.get_by_text("2 pictures selected").wait_for()
    assert notebook.value("g.selected") == notebook.value("g.indices.tolist()")[:2]
