"""A gallery from its cell to a DataFrame of five mistakes, with keys alone, and no other cell is touched."""

from collections.abc import Callable

from browser.jupyter import App
from browser.notebook import Notebook
from playwright.sync_api import expect

ARRAYS = """
import numpy as np
images = np.random.default_rng(0).integers(0, 256, (200, 8, 8), dtype="uint8")
labels = np.arange(200) % 10
probabilities = np.repeat(np.linspace(0.03, 0.01, 200)[:, None], 10, axis=1)
probabilities[np.arange(200), np.where(np.arange(200) % 4, labels, 9 - labels)] = np.linspace(0.3, 0.9, 200)
"""
CELLS = (ARRAYS, "g = %gallery images labels --probabilities probabilities", "g.selection()")
WORST = [196, 192, 188, 184, 180]  # of the mistakes those whose true class seemed least probable

_SOURCES = "() => window.jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model.sharedModel.source)"
_TO_THE_SECOND = "() => { const { content } = window.jupyterapp.shell.currentWidget; content.activeCellIndex = 2; content.mode = 'command'; content.activate(); }"


def tab(notebook: Notebook, key: str, selector: str) -> None:
    """Press ``key`` until something that ``selector`` names has the focus."""
    for _ in range(40):
        if notebook.page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        notebook.page.keyboard.press(key)
    raise AssertionError(
        f"{key} leads to no {selector}, but to {notebook.page.evaluate('document.activeElement.outerHTML')}"
    )


def test_keys_lead_to_a_frame_of_mistakes(open_notebook: Callable[..., Notebook], app: App) -> None:
    notebook = open_notebook(*CELLS, app=app)
    notebook.run(1)
    before = notebook.page.evaluate(_SOURCES)
    keyboard = notebook.page.keyboard
    notebook.page.evaluate(_TO_THE_SECOND)
    keyboard.press("Shift+Enter")
    panel = notebook.panel(2)
    expect(panel.locator("[data-place]").first).to_be_visible()

    tab(notebook, "Shift+Tab", "[aria-label=View] button:nth-of-type(3)")
    keyboard.press("Space")
    expect(panel.get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")
    tab(notebook, "Tab", "[aria-label=Order]")
    keyboard.type("Worst")
    expect(panel.locator("[data-place='0']")).to_have_attribute("data-index", str(WORST[0]))

    tab(notebook, "Tab", "[role=gridcell]")
    for key in ("Space", *["ArrowRight", "Space"] * 4):
        keyboard.press(key)
    expect(panel.get_by_text("5 pictures selected")).to_be_visible()
    for key in ("a", "b", "x", "d", "d", "m", "y", "z", "Shift+M", "Escape", "Control+S"):
        keyboard.press(key)

    tab(notebook, "Shift+Tab", ".jp-Cell, .jp-Cell .cm-content, .jp-Notebook")  # and out, to the next cell
    for key in ("Escape", "ArrowDown", "Shift+Enter"):
        keyboard.press(key)
    expect(notebook.output(3).locator("tbody tr")).to_have_count(5)
    assert notebook.value("g.selected") == WORST
    assert notebook.value("(g.view, g.sort)") == ["wrong", "loss"]
    assert notebook.page.evaluate(_SOURCES)[: len(before)] == before
    assert notebook.kinds[: len(before)] == "c" * len(before)
