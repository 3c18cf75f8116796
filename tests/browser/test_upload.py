"""Files from the browser's side to variables: every byte, through a real server, also when the page is loaded anew."""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

from browser.jupyter import App
from browser.notebook import Notebook
from playwright.sync_api import Locator, expect

MB = 1 << 20
CSV = "a,b\n1,x\n2,y\n"


def make(folder: Path, name: str, size: int) -> Path:
    path = folder / name
    path.write_bytes(random.Random(size).randbytes(size))
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def choose(panel: Locator, *paths: Path) -> None:
    with panel.page.expect_file_chooser() as chooser:
        panel.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(list(paths))


def test_every_byte_arrives(open_notebook: Callable[..., Notebook], tmp_path: Path, app: App) -> None:
    notebook = open_notebook("%ingest", "2 + 2", app=app)
    notebook.run(1, wait=False)
    panel = notebook.panel(1)
    panel.wait_for()
    paths = [make(tmp_path, f"of-{size}.bin", size) for size in (0, 1, 12 * MB, 60 * MB + 1)]
    choose(panel, *paths)
    notebook.wait()  # the cell goes on when the last one is here
    for path in paths:
        row = panel.locator("li").filter(has_text=path.name)
        expect(row).to_contain_text("saved")
        assert sha256(notebook.path.with_name(path.name)) == sha256(path), path.name
    assert not list(notebook.path.parent.glob(".colab_magics*"))
    expect(notebook.run(2)).to_contain_text("4")
