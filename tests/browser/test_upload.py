"""Files from the browser's side to variables: every byte, through a real server, also when the page is loaded anew."""

import hashlib
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.jupyter import App
from browser.notebook import Notebook
from playwright.sync_api import Locator, expect
from servers import Bucket

MB = 1 << 20
CSV = "a,b\n1,x\n2,y\n"

# Elements that reach over the panel's right edge and are in no box of their own that scrolls or cuts.
_OVERFLOW = """root => {
    const edge = root.getBoundingClientRect().right + 1;
    const isInBox = (element) => element !== root
        && (getComputedStyle(element).overflowX !== "visible" || isInBox(element.parentElement));
    return [root, ...root.querySelectorAll("*")]
        .filter((element) => element.getBoundingClientRect().right > edge && !isInBox(element.parentElement ?? root))
        .map((element) => element.outerHTML.slice(0, 120));
}"""


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


def begin(notebook: Notebook, cell: int = 1) -> Locator:
    """Run a cell with a panel that waits for files; give the panel."""
    notebook.run(cell, wait=False)
    panel = notebook.panel(cell)
    expect(panel.get_by_role("button", name="Choose files")).to_be_visible()
    return panel


def slowed(notebook: Notebook, milliseconds: int = 300, *, most: int = 1 << 40) -> None:
    """Let every piece take so long, also one that waits now, and let ``most`` bytes go: there is a middle to act in."""
    notebook.page.evaluate(
        """([milliseconds, most]) => {
            const isFirst = window.cmPause === undefined;
            window.cmPause = milliseconds;
            if (!isFirst) return;
            let sum = 0;
            const reader = ReadableStreamBYOBReader.prototype;
            const read = reader.read;
            reader.read = async function (view) {
                const isPiece = view.byteOffset === 0 && view.byteLength > 1 << 18;
                if (isPiece) sum += view.byteLength;
                const isStill = sum > most;
                const begin = performance.now();
                while (isPiece && window.cmPause && (isStill || performance.now() - begin < window.cmPause))
                    await new Promise((resolve) => setTimeout(resolve, 20));
                return read.call(this, view);
            };
        }""",
        [milliseconds, most],
    )


def test_a_reload_in_the_middle_goes_on(open_notebook: Callable[..., Notebook], tmp_path: Path) -> None:
    notebook = open_notebook("df = %ingest")
    panel = begin(notebook)
    panel.get_by_role("button", name="Do not wait").click()
    notebook.wait()
    notebook.save()
    slowed(notebook, most=40 * MB)
    path = make(tmp_path, "big.bin", 60 * MB)
    choose(panel, path)
    expect(panel.locator("li")).to_contain_text(re.compile(r"[2-4]\d\.\d MB of 60\.0 MB"))
    notebook.page.reload()
    panel = notebook.panel(1)
    expect(panel.locator("li")).to_contain_text("of 60.0 MB arrived. It does not come from this page")
    arrived = panel.locator("li").inner_text()
    choose(panel, path)
    expect(panel.locator("li").first).to_contain_text("saved")
    expect(panel.locator("li")).to_have_count(1)
    assert sha256(notebook.path.with_name("big.bin")) == sha256(path)
    assert float(re.search(r"([\d.]+) MB of", arrived)[1]) > 5


def test_a_reload_while_the_cell_waits_goes_on(open_notebook: Callable[..., Notebook], tmp_path: Path) -> None:
    notebook = open_notebook("df = %ingest")
    panel = begin(notebook)
    notebook.command("docmanager:save", wait=False)
    # So slow that the page's last word waits behind no piece, else the cell waits half a minute.
    slowed(notebook, 1000, most=40 * MB)
    path = make(tmp_path, "big.bin", 60 * MB)
    choose(panel, path)
    expect(panel.locator("li")).to_contain_text(re.compile(r"[1-9]\d?\.\d MB of 60\.0 MB"))
    notebook.page.reload()
    panel = notebook.panel(1)  # when the cell has gone on
    expect(panel.locator("li")).to_contain_text("of 60.0 MB arrived. It does not come from this page")
    choose(panel, path)
    expect(panel.locator("li").first).to_contain_text("saved")
    assert sha256(notebook.path.with_name("big.bin")) == sha256(path)


def test_a_lost_connection_is_told_and_goes_on(open_notebook: Callable[..., Notebook], tmp_path: Path) -> None:
    notebook = open_notebook("df = %ingest")
    panel = begin(notebook)
    slowed(notebook)
    path = make(tmp_path, "big.bin", 60 * MB)
    choose(panel, path)
    expect(panel.locator("li")).to_contain_text(re.compile(r"[1-9]\d?\.\d MB of 60\.0 MB"))
    for _ in range(3):
        arrived = re.search(r"[\d.]+ MB of", panel.locator("li").inner_text())
        if arrived is None:  # on a busy machine a lost connection may last until all has been sent
            break
        notebook.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.reconnect()"
        )
        expect(panel.locator("li")).not_to_contain_text(arrived[0])
    slowed(notebook, 0)
    expect(panel.locator("li")).to_contain_text("saved")
    assert sha256(notebook.path.with_name("big.bin")) == sha256(path)


@pytest.mark.parametrize("name", ["<img src=x onerror=pwned=1>.csv", "..%2f..%2fevil.csv", "déjà vu &lt;b&gt;.csv"])
def test_a_hostile_name_is_text_and_stays_here(
    name: str, open_notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    notebook = open_notebook("df = %ingest", "df")
    panel = begin(notebook)
    path = tmp_path / name
    path.write_text(CSV)
    choose(panel, path)
    notebook.wait()
    expect(panel.locator("li")).to_contain_text(name)
    expect(panel.locator("li")).to_contain_text("here")
    assert notebook.value("df.to_dict('list')") == {"a": [1, 2], "b": ["x", "y"]}
    assert notebook.page.locator("img[src=x]").count() == 0
    assert notebook.page.evaluate("() => window.pwned") is None
    (saved,) = notebook.path.parent.glob("*.csv")
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", saved.name)


def test_by_keyboard_alone(open_notebook: Callable[..., Notebook], tmp_path: Path, app: App) -> None:
    notebook = open_notebook("df = %ingest", app=app, files={"here.csv": CSV})
    # Playwright catches dialogs only a moment after it was asked to, which is too late for the key below.
    notebook.page.on("filechooser", lambda chooser: None)
    panel = begin(notebook)
    before, keyboard = notebook.kinds, notebook.page.keyboard
    path = tmp_path / "keys.csv"
    path.write_text(CSV)
    panel.get_by_role("button", name="Choose files").focus()
    with notebook.page.expect_file_chooser() as chooser:
        keyboard.press("Enter")
    for _ in range(2):  # over the button for a folder
        keyboard.press("Tab")
    keyboard.type("here.csv")
    keyboard.press("Tab")
    keyboard.type("abxdd0")  # each of which does something to a notebook
    keyboard.press("Enter")
    expect(panel.locator("li").first).to_contain_text("here.csv → abxdd0")
    notebook.wait()
    chooser.value.set_files(path)
    expect(panel.locator("li").last).to_contain_text("keys.csv → keys")
    expect(panel.locator(".cm-big")).to_have_text("abxdd0 2 x 2 · keys 2 x 2")
    assert notebook.value("(abxdd0.shape, keys.shape, df.shape)") == [[2, 2]] * 3
    assert notebook.kinds == before


def test_the_cell_waits_no_longer_than_the_person(open_notebook: Callable[..., Notebook], tmp_path: Path) -> None:
    notebook = open_notebook("df = %ingest --as later", "later.shape")
    panel = begin(notebook)
    panel.get_by_role("button", name="Do not wait").click()
    notebook.wait()
    expect(panel.get_by_role("button", name="Do not wait")).to_be_hidden()
    path = tmp_path / "x.csv"
    path.write_text(CSV)
    choose(panel, path)
    expect(panel.locator("li")).to_contain_text("x.csv → later")
    expect(notebook.run(2)).to_contain_text("(2, 2)")
    notebook.reopen_without_kernel()
    expect(notebook.output(1)).to_contain_text('later = pd.read_csv("x.csv")')


def test_an_interrupt_ends_the_waiting(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook("df = %ingest")
    panel = begin(notebook)
    notebook.interrupt()
    notebook.wait()
    expect(notebook.output(1)).to_contain_text("KeyboardInterrupt")
    expect(panel.get_by_role("button", name="Do not wait")).to_be_hidden()


def test_the_panel_fits(
    open_notebook: Callable[..., Notebook], tmp_path: Path, shoot: Callable[[Locator, str], None]
) -> None:
    notebook = open_notebook("%ingest")
    panel = begin(notebook)
    looks(notebook, panel, shoot, "desk-empty")
    slowed(notebook, most=60 * MB)
    paths = [tmp_path / "a rather long name of the sales of the year 2025, all regions.csv", tmp_path / "cat.png"]
    paths[0].write_text("region,sales,day\n" + "north,1.5,2025-01-01\nsouth,,2025-01-02\n" * 30)
    paths[1].write_bytes(b"\x89PNG\r\n\x1a\n")
    choose(panel, *paths, make(tmp_path, "video.bin", 90 * MB))
    panel.get_by_label("Path or address").fill("missing.csv")
    panel.get_by_role("button", name="Read").click()
    # The last: for a moment the kernel may know the file before the page has heard that it does, and it is there twice.
    video = panel.locator("li").filter(has_text="video.bin").last
    expect(panel.locator("li").filter(has_text="There is no file missing.csv")).to_be_visible()
    expect(video).to_contain_text("/s")
    slowed(notebook, 60_000)
    looks(notebook, panel, shoot, "desk-running")
    expect(video).to_contain_text("arriving")
    slowed(notebook, 0)
    expect(video).to_contain_text("saved")
    looks(notebook, panel, shoot, "desk-done")


def test_a_bucket_is_browsed_and_its_file_looked_at(
    open_notebook: Callable[..., Notebook], s3: Bucket, shoot: Callable[[Locator, str], None]
) -> None:
    evil = "<img src=x onerror=pwned=1>"
    rows = "".join(f"{number},{number % 7}.5,2026-01-{number % 28 + 1:02},{evil}\n" for number in range(3000))
    s3.add(f"sales/{evil}.csv", f"id,price,day,{evil}\n{rows}".encode(), is_public=True)
    for number in range(101):
        s3.add(f"sales/part-{number:03}.parquet", b"PAR1" * number)
    notebook = open_notebook(f"df = %ingest --endpoint {s3.endpoint} --anon")
    panel = begin(notebook)
    before, keyboard = notebook.kinds, notebook.page.keyboard
    panel.get_by_role("button", name="S3", exact=True).click()
    panel.get_by_label("Bucket and folder").fill("s3://data")
    keyboard.press("Enter")
    panel.get_by_role("button", name="sales/").click()
    expect(panel.get_by_role("button", name="Back")).to_be_disabled()
    panel.get_by_role("button", name="Next").click()
    expect(panel).to_contain_text("part-100.parquet")
    for key in ("a", "x", "d", "d", "ArrowUp"):  # the focus is in the list: none of them is the notebook's
        keyboard.press(key)
    panel.get_by_role("button", name="Back").click()
    panel.get_by_role("button", name=f"{evil}.csv").click()
    glimpse = panel.get_by_role("group", name="First rows")
    expect(glimpse).to_contain_text("4 columns, by the first 1,000 rows")
    expect(glimpse.locator("svg").first).to_be_visible()
    looks(notebook, panel, shoot, "desk-browsing")
    panel.get_by_label("Assign to").fill("sales")
    glimpse.get_by_role("button", name="Load").click()
    notebook.wait()
    expect(panel.locator("li").filter(has_text="→ sales")).to_contain_text("here")
    expect(panel).to_contain_text('sales = pd.read_csv("s3://data/sales/')
    assert notebook.value("sales.shape") == [3000, 4]
    assert notebook.kinds == before
    assert notebook.page.evaluate("() => window.pwned") is None
    assert notebook.page.locator("img[src=x]").count() == 0


def looks(notebook: Notebook, panel: Locator, shoot: Callable[[Locator, str], None], name: str) -> None:
    for theme, width in notebook.looks(panel):
        shoot(panel, f"{name}-{theme}-{width}")
        assert panel.evaluate(_OVERFLOW) == [], f"{name}, {theme}, {width} px"


def test_a_file_and_a_frame_are_saved_by_the_browser(open_notebook: Callable[..., Notebook], app: App) -> None:
    setup = (
        "import os, pandas as pd\nopen('big.bin', 'wb').write(os.urandom(25_000_000))\ndf = pd.DataFrame({'a': [1]})"
    )
    notebook = open_notebook(setup, "%ingest --download big.bin", "%ingest --download df", app=app)
    notebook.run(1)
    for cell, name in ((2, "big.bin"), (3, "df.csv")):
        with notebook.page.expect_download() as download:
            notebook.run(cell)
        expect(notebook.panel(cell)).to_contain_text("given to the browser")
        assert download.value.suggested_filename == name
        body = download.value.path().read_bytes()
        assert body == (b"a\n1\n" if name == "df.csv" else notebook.path.with_name(name).read_bytes())
