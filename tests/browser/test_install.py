"""`%install` on a page: seen while it works, drawn when it ends, and there when the notebook is opened again.

The kernel's environment is that of the tests: nothing here changes it.
"""

import re
from collections.abc import Callable

from browser.notebook import Notebook
from playwright.sync_api import Locator, expect

EVIL = "<img src=x onerror=pwned=1>"
PROJECT = f"""
from pathlib import Path
project = Path("slow")
project.mkdir()
(project / "pyproject.toml").write_text('[build-system]\\nrequires = []\\nbuild-backend = "slow"\\nbackend-path = ["."]\\n')
(project / "slow.py").write_text('def build_wheel(*_):\\n    import time; time.sleep(300)\\n')
evil = Path("{EVIL}")
evil.mkdir()
(evil / "pyproject.toml").write_text('[build-system]\\nrequires = []\\nbuild-backend = "absent"\\nbackend-path = ["."]\\n')
"""


def test_installing(open_notebook: Callable[..., Notebook], shoot: Callable[[Locator, str], None]) -> None:
    notebook = open_notebook(
        "%install --no-index numpy",
        "%install --no-index none-such-package",
        PROJECT,
        "%install --no-index ./slow",
        f'%install --no-index "./{EVIL}"',
        "%install --check numpy sklearn none-such-package",
    )
    notebook.run(1)
    expect(notebook.panel(1)).to_contain_text("Nothing had to be changed")
    expect(notebook.panel(1)).to_contain_text("import numpy")
    expect(notebook.panel(1).locator(".cm-install-running")).to_be_hidden()
    notebook.run(2)
    expect(notebook.panel(2)).to_contain_text("There is no package none-such-package")
    expect(notebook.panel(2)).to_contain_text("ERROR: No matching distribution found")
    expect(notebook.output(2)).to_contain_text("UsageError")
    notebook.run(3)
    _interrupt(notebook, shoot)
    notebook.run(5)
    expect(notebook.panel(5)).to_contain_text(EVIL)
    notebook.run(6)
    expect(notebook.panel(6)).to_contain_text("1 of 3 packages not installed")
    for cell, name in ((1, "done"), (2, "failed"), (4, "stopped"), (6, "versions")):
        shoot(notebook.panel(cell), f"install-{name}")
    notebook.reopen_without_kernel()
    for cell, text in ((1, "Nothing had to be changed"), (2, "There is no package"), (4, "stopped"), (5, EVIL)):
        expect(notebook.output(cell)).to_contain_text(text)
    assert notebook.page.evaluate("() => window.pwned") is None
    assert notebook.page.locator("img[src=x]").count() == 0


def _interrupt(notebook: Notebook, shoot: Callable[[Locator, str], None]) -> None:
    """A build that would take minutes is seen while it goes on, and ended by the notebook's own button."""
    notebook.run(4, wait=False)
    panel = notebook.panel(4)
    expect(panel.locator("[role=status]")).to_contain_text("building from source")
    expect(panel.locator("pre")).to_contain_text("Processing ./slow")
    expect(panel.locator(".cm-time").last).to_have_text(re.compile(r"\d+\.\d s"))
    shoot(panel, "install-running")
    notebook.interrupt()
    notebook.wait()
    expect(panel).to_contain_text("stopped")
    expect(panel).to_contain_text("run the cell again before it is used")
    expect(panel.locator(".cm-install-running")).to_be_hidden()
