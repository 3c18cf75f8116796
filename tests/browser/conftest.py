"""One server for each application and one Chromium for all; each test opens a notebook of its own."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from browser.chromium import chromium
from browser.jupyter import App, Server, serve
from browser.notebook import Notebook, write
from playwright.sync_api import BrowserContext, Locator, expect

expect.set_options(timeout=60_000)

_WINDOW = {"width": 1240, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def context() -> Iterator[BrowserContext]:
    """One window for all pages: what the applications load is loaded once."""
    with chromium() as browser, browser.new_context(viewport=_WINDOW, reduced_motion="reduce") as context:
        yield context


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory, context: BrowserContext) -> Iterator[Callable[[App], Server]]:
    """Gives the server of an application, started when it is first asked for.

    JupyterLab's has jupyter-server-proxy, Notebook 7's has not: so both ways to TensorBoard are gone.
    """
    with ExitStack() as stack:

        @cache
        def server(app: App) -> Server:
            root = tmp_path_factory.mktemp(app)
            return stack.enter_context(serve(app, root, {"COLAB_MAGICS_DATA": "digits"}, has_proxy=app == "lab"))

        yield server


@pytest.fixture
def shoot() -> Callable[[Locator, str], None]:
    """Takes a picture of something on a page, where ``COLAB_MAGICS_SCREENSHOTS`` names a folder for them."""
    folder = os.environ.get("COLAB_MAGICS_SCREENSHOTS")

    def take(what: Locator, name: str) -> None:
        if folder:
            what.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")

    return take


@pytest.fixture(params=["lab", "notebook"])
def app(request: pytest.FixtureRequest) -> App:
    return request.param


@pytest.fixture
def open_notebook(
    request: pytest.FixtureRequest, context: BrowserContext, servers: Callable[[App], Server]
) -> Iterator[Callable[..., Notebook]]:
    """Opens a notebook of the given cells, in JupyterLab or in ``app``, in a folder of its own.

    At the end of the test no page may have logged an error or asked another host for anything.
    """
    opened: list[Notebook] = []
    folder = re.sub(r"\W+", "-", request.node.name)

    def open_it(*cells: str, app: App = "lab", files: dict[str, str] | None = None) -> Notebook:
        server = servers(app)
        path = server.work / folder / f"{len(opened)}.ipynb"
        write(path, ["%load_ext colab_magics", *cells])
        for name, text in (files or {}).items():
            path.with_name(name).write_text(text, encoding="utf-8")
        opened.append(Notebook(context, server, path).open())
        opened[-1].run(0)
        return opened[-1]

    yield open_it
    # Before the end: TensorBoard's page complains when its server goes.
    faults = [fault for notebook in opened for fault in (*notebook.errors, *notebook.foreign)]
    for notebook in opened:
        notebook.close_kernel()
        notebook.page.close()
    assert faults == []
