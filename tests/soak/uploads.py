"""Uploads through a real JupyterLab while everything goes wrong; prints what became of each.

python tests/soak/uploads.py [COUNT] [LARGEST MB] [SEED]

Sizes from nothing to 2 GB, and a trouble for each: none, a reload, a lost network, a cut websocket, a killed kernel, a
second tab that sends the same. Whole: every byte is there under its name. Told: it is not, and the page says so.
Silently lost: the page says it is there and it is not, or says nothing.
"""

import hashlib
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
from browser.chromium import chromium
from browser.jupyter import Server, serve
from browser.notebook import Notebook, write
from playwright.sync_api import BrowserContext, Error, Locator, expect

MB = 1 << 20
SIZES = (0, 1, 9 * MB, 10 * MB, 12 * MB, 12 * MB, 60 * MB, 300 * MB)
SPEEDS = (0, 0.05, 0.3)  # seconds that a piece waits
PATIENCE = 400_000  # ms; the page itself gives up after five minutes without an answer
_RECONNECT = """() => {
    const { kernel } = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
    kernel.reconnect().catch(() => undefined);
}"""
_SLOW = """(milliseconds) => {
    const read = ReadableStreamBYOBReader.prototype.read;
    ReadableStreamBYOBReader.prototype.read = async function (view) {
        if (view.byteOffset === 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
        return read.call(this, view);
    };
}"""


class Round:
    """One file on its way into one notebook."""

    def __init__(self, context: BrowserContext, server: Server, path: Path, chance: random.Random) -> None:
        self.context, self.server, self.path, self.chance = context, server, path, chance
        notebook = server.work / path.stem / "soak.ipynb"
        write(notebook, ["%load_ext colab_magics", "%ingest"])
        self.target = notebook.with_name(path.name)
        self.notebook = Notebook(context, server, notebook).open()
        self.notebook.run(0)
        self.panel = self._begin()

    def _begin(self) -> Locator:
        self.notebook.run(1, wait=False)
        panel = self.notebook.panel(1)
        panel.get_by_role("button", name="Do not wait").click()
        self.notebook.wait()
        self.notebook.save()
        return panel

    def choose(self, panel: Locator) -> None:
        panel.locator("input[type=file]:not([webkitdirectory])").set_input_files(str(self.path))

    def outcome(self) -> str:
        """What became of it: whole, told or lost."""
        row = self.panel.locator("li").filter(has_text=re.compile("saved|failed|stopped")).last
        expect(row).to_be_visible(timeout=PATIENCE)  # beside it may stand what a closed tab has sent of the same file
        if "saved" not in row.inner_text():
            return "told"
        return "whole" if self.target.exists() and sha256(self.target) == sha256(self.path) else "lost"

    # what goes wrong

    def nothing(self) -> None:
        pass

    def reload(self) -> None:
        self.notebook.page.reload()
        self.panel = self.notebook.panel(1)
        self.choose(self.panel)

    def network(self) -> None:
        self.context.set_offline(True)
        self.notebook.page.evaluate(_RECONNECT)
        self.notebook.page.wait_for_timeout(self.chance.uniform(500, 5000))
        self.context.set_offline(False)

    def websocket(self) -> None:
        for _ in range(self.chance.randint(1, 4)):
            self.notebook.page.evaluate(_RECONNECT)
            self.notebook.page.wait_for_timeout(self.chance.uniform(100, 1500))

    def kernel(self) -> None:
        self.notebook.command("kernelmenu:restart", wait=False)
        self.notebook.page.get_by_role("button", name="Confirm Kernel Restart").click()
        self.notebook.page.wait_for_timeout(3000)
        self.notebook.run(0)
        self.panel = self._begin()
        self.choose(self.panel)

    def tabs(self) -> None:
        other = Notebook(self.context, self.server, self.notebook.path).open()
        self.choose(other.panel(1))
        other.page.wait_for_timeout(self.chance.uniform(0, 2000))
        other.page.close()


TROUBLES: tuple[Callable[[Round], None], ...] = (
    Round.nothing,
    Round.reload,
    Round.network,
    Round.websocket,
    Round.kernel,
    Round.tabs,
)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make(path: Path, size: int) -> Path:
    part = random.Random(path.name).randbytes(MB)
    with path.open("wb") as file:
        for number in range(0, size, MB):
            file.write((number.to_bytes(8, "big") + part)[: min(MB, size - number)])
    return path


def go(context: BrowserContext, server: Server, path: Path, number: int, chance: random.Random) -> str:
    trouble = TROUBLES[number % len(TROUBLES)]
    began = time.monotonic()
    one = Round(context, server, path, chance)
    try:
        one.notebook.page.evaluate(_SLOW, 1000 * chance.choice(SPEEDS))
        one.choose(one.panel)
        one.notebook.page.wait_for_timeout(chance.uniform(0, 1500))
        trouble(one)
        return one.outcome()
    except (Error, AssertionError) as error:
        print(error, one.panel.all_inner_texts(), flush=True)
        return "lost"
    finally:
        context.set_offline(False)
        seconds = time.monotonic() - began
        print(f"{path.name}: {trouble.__name__}, {path.stat().st_size / MB:.1f} MB, {seconds:.0f} s", flush=True)
        one.notebook.close_kernel()
        one.notebook.page.close()


def main() -> None:
    words = [int(word) for word in sys.argv[1:]]
    count, largest, seed = (*words, *(50, 2000, 1)[len(words) :])
    chance = random.Random(seed)
    ends: Counter[str] = Counter()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        chromium() as browser,
        browser.new_context() as context,
        serve("lab", Path(folder), {}, has_proxy=False) as server,
    ):
        for number in range(count):
            size = largest * MB if number == count - 1 else min(chance.choice(SIZES), largest * MB)
            path = make(Path(folder) / f"upload-{number}.bin", size)
            ends[go(context, server, path, number, chance)] += 1
            path.unlink()
            (server.work / path.stem / path.name).unlink(missing_ok=True)
    print(f"{count} uploads (seed {seed}): {ends['whole']} whole, {ends['told']} told, {ends['lost']} silently lost")
    sys.exit(1 if ends["lost"] else 0)


if __name__ == "__main__":
    main()
