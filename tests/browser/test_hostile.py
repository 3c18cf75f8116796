"""Names, labels and errors are text in every panel, live and reopened, whatever they say."""

from collections.abc import Callable

from browser.notebook import Notebook
from playwright.sync_api import expect

EVIL = "<img src=x onerror=pwned=1>"  # short enough to be shown whole
GALLERY = f"""
import numpy as np
images, labels = np.zeros((4, 8, 8), 'uint8'), np.array([0, 1, 0, 1])
g = colab_magics.gallery(images, labels, predicted=1 - labels, class_names=['{EVIL}', 'b'], view='wrong')
"""
CELLS = (
    "table = %ingest table.csv",
    f"""%ingest "{EVIL}.csv" """,
    GALLERY,
    f"""%train_mnist --data "{EVIL}" """,
)


def test_nothing_runs(open_notebook: Callable[..., Notebook]) -> None:
    table = f'"{EVIL}",b\n"{EVIL}",2\n'
    notebook = open_notebook("import colab_magics", *CELLS, files={"table.csv": table})
    notebook.run(1)
    for cell in range(2, len(CELLS) + 2):
        notebook.run(cell)
        expect(notebook.output(cell)).to_contain_text(EVIL)
    notebook.reopen_without_kernel()
    for cell in range(2, len(CELLS) + 2):
        notebook.cell(cell).scroll_into_view_if_needed()
        expect(notebook.output(cell)).to_contain_text(EVIL)
    assert notebook.page.evaluate("() => window.pwned") is None
    assert notebook.page.locator("img[src=x]").count() == 0
