"""examples/first_model.ipynb, run by a person from its first cell to its last."""

import shutil
from collections.abc import Callable
from pathlib import Path

from browser.jupyter import App, Server
from browser.notebook import Notebook
from playwright.sync_api import expect

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def test_the_tutorial(open_file: Callable[..., Notebook], servers: Callable[[App], Server], app: App) -> None:
    folder = servers(app).work / "tutorial"
    shutil.copytree(EXAMPLES / "data", folder / "data")
    notebook = open_file(Path(shutil.copy(EXAMPLES / "first_model.ipynb", folder)), app)
    for cell in range(1, 10):
        notebook.run(cell)
        assert notebook.output(cell).locator("[data-mime-type*=stderr], [data-mime-type*=error]").count() == 0
    expect(notebook.panel(2)).to_contain_text("RAM")
    expect(notebook.panel(3)).to_contain_text("150 rows")
    expect(notebook.panel(4)).to_contain_text("of 360 test images right")
    expect(notebook.panel(5).locator("[role=gridcell]").nth(8)).to_be_visible()
    expect(notebook.panel(5)).to_contain_text("raining images")
    expect(notebook.panel(7)).to_contain_text("true")
    expect(notebook.panel(8).frame_locator("iframe").locator("body")).to_contain_text("epoch_accuracy")
    expect(notebook.output(9)).to_contain_text("val_accuracy")
    assert notebook.value("len(run.history)") == 20
