"""One server, one page and one kernel for each application in a process; each test opens a notebook of its own in them."""

import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from browser.chromium import chromium
from browser.jupyter import App, Server, serve
from browser.notebook import WINDOW, Notebook, write
from playwright.sync_api import BrowserContext, Locator, expect
from xdist.scheduler import LoadScopeScheduling

expect.set_options(timeout=60_000)

_FAILED = pytest.StashKey[bool]()

# Of the tests in JupyterLab those of the second process: they take about as long as the others.
_SECOND = {"test_keys", "test_monitor", "test_reopening", "test_upload"}
# They end their kernel, and with it the imports that the others share; keys so that not all load TensorFlow at once.
_LAST = {"test_hostile", "test_install", "test_keys", "test_reopening"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.path.stem in _LAST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _Groups(config, log)


class _Groups(LoadScopeScheduling):
    """Which tests a process of `pytest -n 3 tests/browser` does after each other, in its own servers, pages and kernels.

    `--dist loadgroup` does nothing here: pytest-xdist 3.8 writes the groups into names that pytest 9.2 no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        module, _, test = nodeid.partition("::")
        name = Path(module).stem
        if name == "test_export":  # needs no server: for the process that ends its groups first
            return nodeid
        if "[notebook" in test:
            return "notebook"
        return "lab 2" if name in _SECOND else "lab 1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def context() -> Iterator[BrowserContext]:
    """One window for all pages: what the applications load is loaded once."""
    with chromium() as browser, browser.new_context(viewport=WINDOW, reduced_motion="reduce") as context:
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


@pytest.fixture(scope="session")
def left(servers: Callable[[App], Server]) -> Iterator[dict[App, Notebook]]:
    """The page that the last test left in each application, beside its kernel."""
    pages: dict[App, Notebook] = {}
    yield pages
    for page in pages.values():
        page.close()


@pytest.fixture
def open_file(
    request: pytest.FixtureRequest,
    context: BrowserContext,
    servers: Callable[[App], Server],
    left: dict[App, Notebook],
) -> Iterator[Callable[..., Notebook]]:
    """Opens a notebook that lies in the folder of an application's server, in the page that the last test left there,
    or in a ``fresh`` one with a fresh kernel.

    At the end of the test no page may have logged an error or asked another host for anything.
    """
    opened: dict[App, Notebook] = {}

    def open_it(path: Path, app: App, *, fresh: bool = False) -> Notebook:
        assert app not in opened, "a test opens one notebook of an application"
        last = left.pop(app, None)
        if last and fresh:
            last.close()
            last = None
        opened[app] = last.turn_to(path) if last else Notebook(context, servers(app), path).open()
        return opened[app]

    yield open_it
    for app, notebook in opened.items():
        if request.node.stash[_FAILED]:
            notebook.close()
        else:
            notebook.put_away()
            left[app] = notebook
    assert [fault for notebook in opened.values() for fault in (*notebook.errors, *notebook.foreign)] == []


@pytest.fixture
def open_notebook(
    request: pytest.FixtureRequest, open_file: Callable[..., Notebook], servers: Callable[[App], Server]
) -> Callable[..., Notebook]:
    """Opens a notebook of the given cells, in JupyterLab or in ``app``, in a folder of its own: see ``open_file``."""
    folder = re.sub(r"\W+", "-", request.node.name)

    def open_it(*cells: str, app: App = "lab", files: dict[str, str] | None = None, fresh: bool = False) -> Notebook:
        path = servers(app).work / folder / "notebook.ipynb"
        write(path, ["%load_ext colab_magics", *cells])
        for name, text in (files or {}).items():
            path.with_name(name).write_text(text, encoding="utf-8")
        notebook = open_file(path, app, fresh=fresh)
        notebook.run(0)
        return notebook

    return open_it
