"""A panel lives on through a reload; without its kernel the static form stands in its place, and no error does."""

from collections.abc import Callable

from browser.jupyter import App
from browser.notebook import Notebook
from playwright.sync_api import expect

CELLS = {
    "%envinfo": "RAM",
    "table = %ingest table.csv": "2 rows",
    "run = %train_mnist --epochs 1": "test images right",
    "%gallery run --view wrong": "true",
}


def test_reopening(open_notebook: Callable[..., Notebook], app: App) -> None:
    notebook = open_notebook(*CELLS, app=app, files={"table.csv": "a,b\n1,2\n3,4\n"}, fresh=True)
    for cell in range(1, len(CELLS) + 1):
        notebook.run(cell)
        expect(notebook.panel(cell)).to_be_visible()
    saved = notebook.save()
    assert len(str(saved)) < 120_000
    assert "widgets" not in saved["metadata"]

    notebook.reload()
    for cell in range(1, len(CELLS) + 1):
        notebook.cell(cell).scroll_into_view_if_needed()
        expect(notebook.panel(cell)).to_be_visible()
        expect(notebook.output(cell).locator("[class^=cm-static]")).to_be_hidden()

    notebook.reopen_without_kernel()
    for cell, words in enumerate(CELLS.values(), start=1):
        notebook.cell(cell).scroll_into_view_if_needed()
        static = notebook.output(cell).locator("[class^=cm-static]")
        expect(static).to_be_visible()
        expect(static).to_contain_text(words)
        expect(notebook.output(cell).get_by_text("model not found").filter(visible=True)).to_have_count(0)
        assert "Error displaying widget" not in notebook.output(cell).inner_text()


def test_running_again_leaves_one_gallery(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook(
        "import numpy as np\nfrom comm import get_comm_manager\npictures = np.zeros((1, 8, 8), np.uint8)",
        "g = %gallery pictures",
    )
    notebook.run(1)
    notebook.show(2)
    comms = notebook.value("sorted(get_comm_manager().comms)")
    for _ in range(5):
        expect(notebook.show(2).get_by_role("gridcell")).to_have_count(1)
    again = notebook.value("sorted(get_comm_manager().comms)")
    assert len(again) == len(comms)
    assert not set(again) & set(comms)
    has_comm = "comm => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.hasComm(comm)"
    assert [notebook.page.evaluate(has_comm, comm) for comm in (*comms, *again)] == [False] * len(comms) + [True] * len(
        again
    )
