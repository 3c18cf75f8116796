"""Keys that are pressed in a panel act on the panel and never on the notebook."""

from collections.abc import Callable

import pytest
from browser.jupyter import App
from browser.notebook import Notebook

# Each does something to a notebook in command mode: insert above and below, cut, to Markdown, interrupt, restart, move.
_KEYS = ("a", "b", "x", "m", "y", "i", "i", "0", "0", "Space", "ArrowDown", "ArrowUp", "Enter", "Escape")


@pytest.mark.parametrize("source", ["%envinfo", "%gallery run --view wrong"])
def test_no_key_reaches_the_notebook(source: str, open_notebook: Callable[..., Notebook], app: App) -> None:
    notebook = open_notebook("run = %train_mnist --epochs 1 --seed 1", source, "1 + 1", app=app)
    notebook.run(1)
    notebook.run(2)
    panel = notebook.panel(2)
    panel.locator("button:visible").last.focus()
    before = notebook.kinds
    for key in _KEYS:
        notebook.page.keyboard.press(key)
    assert notebook.kinds == before
    assert notebook.value("run.status") == "finished"


def test_the_gallery_by_keys_alone(open_notebook: Callable[..., Notebook], app: App) -> None:
    notebook = open_notebook("run = %train_mnist --epochs 1 --seed 1", "g = %gallery run --view wrong", app=app)
    notebook.run(1)
    notebook.run(2)
    notebook.panel(2).locator("[role=gridcell][tabindex='0']").focus()
    for key in ("Space", "ArrowRight", "Space"):
        notebook.page.keyboard.press(key)
    notebook.panel(2).get_by_text("2 pictures selected").wait_for()
    shown = notebook.value("g.indices.tolist()")
    assert notebook.value("g.selected") == shown[:2]
