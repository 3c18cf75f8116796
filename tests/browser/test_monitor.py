"""The monitor goes on while a cell runs, listens meanwhile, survives a reload, and has room in every cell."""

from collections.abc import Callable

from browser.jupyter import App
from browser.notebook import Notebook
from playwright.sync_api import Locator, expect

LIVE = "%envinfo --live"
BUSY = "import pathlib\nwhile not pathlib.Path('enough').exists():\n    pass"
LINE = ".cm-track:first-child path"
SAMPLERS = "sum(thread.name == 'colab_magics pulse' for thread in __import__('threading').enumerate())"

_OVERFLOW = """root => {
    const edge = root.getBoundingClientRect().right + 1;
    return [root, ...root.querySelectorAll("*")]
        .filter((element) => element.getBoundingClientRect().right > edge || element.scrollWidth > element.clientWidth + 1)
        .filter((element) => !(element instanceof SVGElement) && getComputedStyle(element).display !== "inline")
        .map((element) => element.outerHTML.slice(0, 120));
}"""


def await_changes(panel: Locator, count: int) -> None:
    """Wait until the line of the CPU has been drawn anew some times."""
    panel.locator(LINE).evaluate(
        """(path, count) => new Promise((resolve) => {
            const observer = new MutationObserver(() => {
                count -= 1;
                if (count > 0) return;
                observer.disconnect();
                resolve();
            });
            observer.observe(path, { attributeFilter: ["d"] });
        })""",
        count,
    )


def points(panel: Locator) -> int:
    """How many values the line of the CPU goes through, but for the first."""
    return (panel.locator(LINE).get_attribute("d") or "").count("L")


def test_it_goes_on_and_listens_while_a_cell_runs(
    open_notebook: Callable[..., Notebook], app: App, shoot: Callable[[Locator, str], None]
) -> None:
    notebook = open_notebook(LIVE, BUSY, app=app)
    panel = notebook.show(1)
    expect(panel).to_contain_text("running")
    notebook.run(2, wait=False)
    await_changes(panel, 4)
    expect(panel.locator('[data-kind="cpu"] .cm-now')).to_contain_text("busy")
    shoot(panel, f"monitor-busy-{app}")
    panel.get_by_role("button", name="Stop").click()
    expect(panel).to_contain_text("You stopped it.")
    line = panel.locator(LINE).get_attribute("d")
    notebook.page.wait_for_timeout(2500)
    assert panel.locator(LINE).get_attribute("d") == line
    assert notebook.is_busy  # all this was before the cell's end
    notebook.path.with_name("enough").touch()
    notebook.wait()
    panel.get_by_role("button", name="Go on").click()
    expect(panel).to_contain_text("running")
    await_changes(panel, 2)


def test_it_fits(open_notebook: Callable[..., Notebook], shoot: Callable[[Locator, str], None]) -> None:
    notebook = open_notebook(LIVE)
    panel = notebook.show(1)
    await_changes(panel, 3)
    for theme, width in notebook.looks(panel):
        height = notebook.height(panel)
        shoot(panel, f"monitor-{theme}-{width}")
        assert panel.evaluate(_OVERFLOW) == [], f"{theme}, {width} px"
        await_changes(panel, 1)
        assert notebook.height(panel) == height  # nothing moves while numbers change
    assert panel.get_attribute("data-lm-suppress-shortcuts") == "true"
    for label in panel.get_by_role("img").all():
        assert " in the last " in (label.get_attribute("aria-label") or "")


def test_a_reload_shows_the_last_minutes_again(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook(LIVE)
    panel = notebook.show(1)
    await_changes(panel, 5)
    before = points(panel)
    notebook.save()
    notebook.reload()
    panel = notebook.panel(1)
    expect(panel).to_contain_text("running")
    assert points(panel) >= before >= 4
    await_changes(panel, 2)


def test_one_sampler_for_two_panels(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook(LIVE, LIVE)
    older, newer = notebook.show(1), notebook.show(2)
    expect(older).to_contain_text("It goes on in a newer panel.")
    expect(newer).to_contain_text("running")
    older.get_by_role("button", name="Go on here").click()
    expect(newer).to_contain_text("It goes on in a newer panel.")
    expect(older).to_contain_text("running")
    assert notebook.value(SAMPLERS) == 1


def test_without_a_kernel_the_last_values_are_there(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook(LIVE)
    panel = notebook.show(1)
    panel.get_by_role("button", name="Stop").click()
    expect(panel).to_contain_text("You stopped it.")
    notebook.reopen_without_kernel()
    expect(notebook.output(1)).to_contain_text("RAM used")
    expect(notebook.output(1)).to_contain_text("You stopped it.")


def test_the_end_of_the_kernel_is_told(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook(LIVE)
    panel = notebook.show(1)
    notebook.close_kernel()
    expect(panel).to_contain_text("stopped with the kernel")
