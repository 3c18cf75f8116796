"""Names, labels and errors are text in every panel, live and reopened, whatever they say."""

import csv
import io
import shlex
from collections.abc import Callable

from browser.notebook import Notebook
from hostile import HOSTILE
from playwright.sync_api import expect

EVIL = "<img src=x onerror=alert(1)>"  # short enough to be shown whole
NAMES = [each.translate({ord(letter): None for letter in "/\0\r"}) for each in HOSTILE]
"""What files can be called."""

SETUP = f"""
import os, shlex, shutil, sys
from pathlib import Path
import numpy as np
from PIL import Image
import colab_magics
hostile, names = {HOSTILE!r}, {NAMES!r}
images, labels = np.zeros((84, 8, 8), "uint8"), np.arange(84) % 42
np.savez("{EVIL}.npz", x_train=images, y_train=labels % 2, x_test=images, y_test=labels % 2)
for name in names:
    folder = Path("pictures", name)
    folder.mkdir(parents=True)
    Image.fromarray(images[0]).save(folder / "a.png")
    (folder / f"{{name}}.png").write_bytes(b"no picture")
for package, version in zip(["torch", "jax", "xgboost", "transformers"], names, strict=False):
    site = Path("site", f"{{package}}-1.dist-info")
    site.mkdir(parents=True)
    (site / "METADATA").write_text(f"Name: {{package}}\\nVersion: {{version.replace(' ', '/')}}\\n")
os.environ["COLAB_MAGICS_RUNS"] = "runs {EVIL}"
"""
CELLS = {
    "envinfo": "sys.path.append('site')\n%envinfo\nsys.path.remove('site')",
    "install": """
for name in names:
    try:
        get_ipython().run_line_magic("install", "--no-index " + shlex.quote(name))
    except Exception as error:
        print(error)
""",
    "ingest-columns": "table = %ingest table.csv",
    "ingest-missing": "%%ingest\n" + "\n".join(f"t{n} = {shlex.quote(name)}.csv" for n, name in enumerate(NAMES)),
    "gallery-pairs": """
g = colab_magics.gallery(images, labels, predicted=(labels + 1) % 42, class_names=hostile, view="wrong", n=64)
""",
    "gallery-matrix": """
g = colab_magics.gallery(images, labels % 9, predicted=labels % 10, class_names=hostile[:10], view="confusion")
""",
    "gallery-folder": "%gallery pictures --n 64",
    "train-missing": f'%train_mnist --data "{EVIL}"',
    "train": f'run = %train_mnist --epochs 1 --data "{EVIL}.npz"',
    "runs": "for name in names: shutil.copytree(run.directory, run.directory.with_name(name))\n%train_mnist --runs",
    "board": "run.tensorboard()",
}
_SHOWN = {"envinfo": EVIL.replace(" ", "/")}  # a version ends where a space is

# What would run or load, had any of these texts become markup: in outputs only, as the applications have frames of their own.
_MARKUP = """() => [...document.querySelectorAll(".jp-OutputArea-output *")].filter((element) =>
    element.matches("img[src=x], script, base, meta, link, object, embed, form, template, animate, math, details[open], video, body, [data-commandlinker-command]")
    || [...element.attributes].some(({ name, value }) => /^on/.test(name) || /^\\s*javascript:/i.test(value))
).map((element) => element.outerHTML.slice(0, 200))"""


def test_nothing_runs(open_notebook: Callable[..., Notebook]) -> None:
    assert len(HOSTILE) >= 40
    table = io.StringIO()
    csv.writer(table).writerows([HOSTILE, HOSTILE])
    notebook = open_notebook(SETUP, *CELLS.values(), files={"table.csv": table.getvalue().replace("\0", "")})
    notebook.page.add_init_script("window.alert = () => { window.pwned = true; }")
    notebook.page.evaluate("() => { window.alert = () => { window.pwned = true; }; }")
    notebook.run(1)
    for cell, name in enumerate(CELLS, start=2):
        notebook.run(cell)
        expect(notebook.output(cell), name).to_contain_text(_SHOWN.get(name, EVIL))
    _try_out(notebook)
    _check(notebook)
    notebook.reopen_without_kernel()
    for cell, name in enumerate(CELLS, start=2):
        notebook.cell(cell).scroll_into_view_if_needed()
        expect(notebook.output(cell), name).to_contain_text(_SHOWN.get(name, EVIL))
    _check(notebook)


def _try_out(notebook: Notebook) -> None:
    """Show what is shown only when it is asked for: a closer look, other views, and what was searched for."""
    pairs = notebook.panel(2 + list(CELLS).index("gallery-pairs"))
    pairs.get_by_role("button", name="Confusion matrix").click()
    expect(pairs.locator(".cm-pairs")).to_contain_text(EVIL)
    pairs.get_by_label("Show one class").select_option("0")
    expect(pairs.get_by_text(f"of class {EVIL}").first).to_be_visible()
    pairs.locator("[role=gridcell]").first.dblclick()
    expect(pairs.locator(".cm-detail-caption")).to_contain_text(HOSTILE[1])
    for text in HOSTILE[:3]:
        pairs.get_by_label("Part of the name").fill(text)
        pairs.get_by_label("Part of the name").press("Enter")
        expect(pairs.locator(".cm-nothing")).to_be_visible()
        expect(pairs).to_contain_text("No picture is left", ignore_case=True)


def _check(notebook: Notebook) -> None:
    assert notebook.page.evaluate("() => window.pwned") is None
    assert notebook.page.evaluate(_MARKUP) == []
