"""One notebook in one page: what a person does with it, and what came out."""

import ast
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import nbformat
from browser import scripts
from browser.jupyter import Server
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, ViewportSize
from playwright.sync_api import TimeoutError as Late

Theme = Literal["light", "dark"]

WINDOW: ViewportSize = {"width": 1240, "height": 900}

_SECOND = 1000
_PATIENCE = 90 * _SECOND

# Faults of others: Notebook 7 has one on every start, both have one when a kernel ends early. And a 404 is the answer to
# the question whether there is a proxy; TensorBoard behind one looks for its fonts beside it, and ends before its page.
_HOSTS_OWN = (
    "reading 'schema'",
    "Could not restore the debugger state",
    "/proxy/",
    "/font-roboto/",
    "/icon_bundle.svg",
    "/index.js?_file_hash",
    "Canceled future for create_subshell_request",  # JupyterLab's, where the connection is lost a second time
    "Failed to execute 'removeChild'",  # JupyterLab's splash, where themes follow each other fast; no panel calls it
)

_RESET = """
import os
get_ipython().run_line_magic("unload_ext", "colab_magics")
os.environ.pop("COLAB_MAGICS_RUNS", None)
get_ipython().reset()
"""


def write(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook of code cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nodes = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=nodes, metadata={"kernelspec": kernelspec}), path)


class Notebook:
    """The notebook that is open in a page, beside its running kernel; another may take its place."""

    def __init__(self, context: BrowserContext, server: Server, path: Path) -> None:
        self.server, self.path = server, path
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self._kernel: str | None = None  # of a notebook that was put away
        self._is_open = False
        self._is_kernel_gone = self._has_put_away = False
        self.page.set_default_timeout(_PATIENCE)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self._note_error(str(error)))
        self.page.on("request", self._note_request)

    def open(self) -> Self:
        """Go to the notebook's page, and wait until its kernel is idle."""
        self.page.goto(self._address)
        self._wait_until_ready()
        if self.server.app == "lab" and self.page.evaluate("() => !window.jupyterapp.shell.leftCollapsed"):
            self.command("application:toggle-left-area")
        self.theme("light")
        self._is_open = True
        return self

    def put_away(self) -> None:
        """Close the notebook; the page stays, and so does the kernel, with nothing of ours and no names."""
        self._kernel = self.page.evaluate(scripts.KERNEL)
        self.page.evaluate(scripts.DISPOSE)
        self._is_open, self._has_put_away = False, True
        if self._kernel:
            self.page.evaluate(scripts.EXECUTE, [self._kernel, _RESET])

    def turn_to(self, path: Path) -> Self:
        """Open another notebook where one was put away, with the kernel of that one, if it has not ended."""
        self.path, self.errors, self.foreign, self._is_kernel_gone = path, [], [], False
        self._is_open = True
        self.page.bring_to_front()
        self.page.set_viewport_size(WINDOW)
        self.page.emulate_media(reduced_motion="reduce")
        self.page.evaluate(scripts.OPEN, [path.relative_to(self.server.work).as_posix(), self._kernel])
        self._wait_until_ready()
        if self._kernel:
            self.page.evaluate(scripts.EXECUTE, [self._kernel, f"__import__('os').chdir({str(path.parent)!r})"])
        self.theme("light")
        return self

    def close(self) -> None:
        """End the kernel and close the page."""
        if self._is_open:
            self.close_kernel()
        elif self._kernel:
            self.page.evaluate("kernel => window.jupyterapp.serviceManager.kernels.shutdown(kernel)", self._kernel)
        self.page.close()

    @property
    def _address(self) -> str:
        return self.server.address(self.path.relative_to(self.server.work).as_posix())

    def _wait_until_ready(self) -> None:
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        self.page.wait_for_function(scripts.READY)

    # what a person does

    def command(self, name: str, settings: object = None, *, cell: int | None = None, wait: bool = True) -> None:
        """Do what a menu entry of the application does."""
        self.page.evaluate(scripts.START, [name, settings or {}, cell])
        if wait:
            self.wait()

    def run(self, cell: int, *, wait: bool = True) -> Locator:
        """Run a cell; give its output."""
        self.command("notebook:run-cell", cell=cell, wait=wait)
        return self.output(cell)

    def show(self, cell: int) -> Locator:
        """Run a cell that shows a panel; give the panel."""
        said = self.run(cell).inner_text
        try:
            self.panel(cell).wait_for(timeout=20 * _SECOND)
        except Late:
            raise AssertionError(f"Cell {cell} shows no panel but: {said()} {self.errors}") from None
        return self.panel(cell)

    def wait(self) -> None:
        """Wait for the end of what was begun without waiting."""
        self.page.wait_for_function("() => window.cmEnded")

    def interrupt(self) -> None:
        """Press the notebook's stop button."""
        self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.interrupt()"
        )

    def save(self) -> dict[str, Any]:
        """Save the notebook; give what lies in its file."""
        self.command("docmanager:save")
        return dict(json.loads(self.path.read_text(encoding="utf-8")))

    def reload(self) -> None:
        """Load the page anew; the kernel lives on."""
        if self.server.app == "lab":
            self.page.reload()
        else:  # the page's address is still that of the notebook that it was loaded with
            self.page.goto(self._address)
        self._wait_until_ready()

    def reopen_without_kernel(self) -> None:
        """Save, end the kernel, and come back another day."""
        self.save()
        self.close_kernel()
        self.page.goto("about:blank")
        self.open()

    def close_kernel(self) -> None:
        self._is_kernel_gone = True
        self.page.evaluate(scripts.SHUT_DOWN)

    def theme(self, theme: Theme) -> None:
        """Choose the application's light or dark theme."""
        is_light = str(theme == "light").lower()
        body = self.page.locator("body")
        if body.get_attribute("data-jp-theme-light") != is_light:
            self.command("apputils:change-theme", {"theme": f"JupyterLab {theme.capitalize()}"})
        self.page.locator(f'body[data-jp-theme-light="{is_light}"]').wait_for(state="attached")

    def width(self, panel: Locator, pixels: int) -> None:
        """Make the window as wide as it takes for ``panel`` to be ``pixels`` wide."""
        width = None
        for _ in range(10):  # a scroll bar may come or go
            width = panel.evaluate(scripts.SETTLED, width)["width"]
            excess = round(width) - pixels
            if not excess:
                return
            window = self.page.viewport_size or WINDOW
            self.page.set_viewport_size({**window, "width": max(window["width"] - excess, pixels)})
        raise AssertionError(f"the panel did not become {pixels} pixels wide")

    def height(self, panel: Locator) -> float:
        """How high ``panel`` is, once that lasts."""
        return float(panel.evaluate(scripts.SETTLED)["height"])

    def looks(self, panel: Locator) -> Iterator[tuple[Theme, int]]:
        """Make ``panel`` look in each way it may: at three widths, in both themes."""
        themes: list[Theme] = ["light", "dark"]
        for width in (400, 600, 1200):
            self.width(panel, width)
            for theme in themes:
                self.theme(theme)
                self.height(panel)
                yield theme, width
            themes.reverse()  # the change of a theme takes a while

    # what came out

    def cell(self, index: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output(self, index: int) -> Locator:
        """Everything below a cell. A cell's source may hold the same words: look here and not in `cell`."""
        return self.cell(index).locator(".jp-OutputArea").first

    def panel(self, index: int) -> Locator:
        """The live panel below a cell."""
        return self.output(index).locator(".cm-root")

    def value(self, expression: str) -> Any:
        """The value of an expression in the kernel, through JSON."""
        text = self.page.evaluate(scripts.ASK, expression)
        return json.loads(ast.literal_eval(text))

    @property
    def is_busy(self) -> bool:
        """Is a cell running?"""
        return not self.page.evaluate("() => window.cmEnded")

    @property
    def kinds(self) -> str:
        """The kinds of all cells, a letter each: ``ccm``."""
        script = "() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.type[0]).join('')"
        return str(self.page.evaluate(script))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note_error(f"{message.text} ({message.location.get('url', '')})")

    def _note_error(self, text: str) -> None:
        # ipywidgets says this, soon or late, of each panel whose kernel has ended or whose notebook was put away.
        is_known = self._is_kernel_gone or self._has_put_away
        known = (*_HOSTS_OWN, "widget model not found") if is_known else _HOSTS_OWN
        if not any(words in text for words in known):
            self.errors.append(text)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")):
            self.foreign.append(request.url)
