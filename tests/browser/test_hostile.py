"""Names, labels and errors are text in every panel, live and reopened, whatever they say."""

from collections.abc import Callable

from browser.notebook import Notebook
from playwright.sync_api import expect

EVIL = "<img src=x onerror=pwned=1>"  # short enough to be shown whole

SETUP = f"""
import os
from pathlib import Path
import numpy as np
from PIL import Image
import colab_magics
images, labels = np.zeros((40, 8, 8), "uint8"), np.arange(40) % 2
np.savez("{EVIL}.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
folder = Path("pictures/{EVIL}")
folder.mkdir(parents=True)
Image.fromarray(images[0]).save(folder / "{EVIL}.png")
(folder / "broken {EVIL}.png").write_bytes(b"no picture")
os.environ["COLAB_MAGICS_RUNS"] = "runs {EVIL}"
"""
CELLS = {
    "ingest-column": "table = %ingest table.csv",
    "ingest-missing": f'%ingest "{EVIL}.csv"',
    "gallery-class": f"""
g = colab_magics.gallery(images, labels, predicted=1 - labels, class_names=["{EVIL}", "b"], view="wrong")
""",
    "gallery-folder": "%gallery pictures",
    "train-missing": f'%train_mnist --data "{EVIL}"',
    "train": f'run = %train_mnist --epochs 1 --data "{EVIL}.npz"',
    "board": "run.tensorboard()",
}


def test_nothing_runs(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook(SETUP, *CELLS.values(), files={"table.csv": f'"{EVIL}",b\n"{EVIL}",2\n'})
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
