"""A file through a real Jupyter server into a kernel: the panel of %ingest in Chromium beside Colab's pattern of pieces.

python benchmarks/upload.py [MB]

Colab's pattern: pieces of 100 KiB in base64, one on its way at a time, as google.colab.files.upload has it; here over
the same server and the same page, by a comm of the kernel, so that only the pattern differs.
The floor: pieces of 4 MiB, four on their way, that nobody reads, proves or keeps.
"""

import asyncio
import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path

from devtools import Page, chromium, serve, write

_MEMORY = """
import psutil, threading, time
base = most = psutil.Process().memory_info().rss
def watch():
    global most
    while True:
        most = max(most, psutil.Process().memory_info().rss)
        time.sleep(0.02)
threading.Thread(target=watch, daemon=True).start()
"""
_COLAB = """
import base64
got = bytearray()
def opened(comm, _):
    @comm.on_msg
    def take(message):
        got.extend(base64.b64decode(message["content"]["data"]["file"]))
        comm.send({"done": len(got)})
get_ipython().kernel.comm_manager.register_target("colab", opened)
def opened_floor(comm, _):
    comm.on_msg(lambda message: comm.send({}))
get_ipython().kernel.comm_manager.register_target("floor", opened_floor)
"""
_FLOOR = """async (size) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
    const comm = kernel.createComm("floor");
    let acknowledge = () => undefined;
    let inFlight = 0;
    comm.onMsg = () => { inFlight -= 1; acknowledge(); };
    comm.open({});
    const piece = new ArrayBuffer(4 * 1024 * 1024);
    const began = performance.now();
    for (let sent = 0; sent < size || inFlight > 0;) {
        while (sent < size && inFlight < 4) {
            comm.send({}, {}, [piece]);
            inFlight += 1;
            sent += piece.byteLength;
        }
        await new Promise((resolve) => { acknowledge = resolve; });
    }
    return (performance.now() - began) / 1000;
}"""
_SEND = """async (size) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
    const comm = kernel.createComm("colab");
    let acknowledge = () => undefined;
    comm.onMsg = () => acknowledge();
    comm.open({});
    const piece = btoa("x".repeat(100 * 1024));
    const began = performance.now();
    for (let sent = 0; sent < size; sent += 100 * 1024) {
        const acknowledged = new Promise((resolve) => { acknowledge = resolve; });
        comm.send({ file: piece });
        await acknowledged;
    }
    return (performance.now() - began) / 1000;
}"""
_CHOOSER = "document.querySelector('.cm-desk input[type=file]')"
_LIST = "document.querySelector('.cm-desk .cm-items').textContent"


async def ours(page: Page, path: Path, work: Path) -> float:
    """Seconds from the choice to the whole, proven file."""
    chooser = await page.call("Runtime.evaluate", expression=_CHOOSER)
    began = time.perf_counter()
    await page.call("DOM.setFileInputFiles", files=[str(path)], objectId=chooser["result"]["objectId"])
    await page.until(f"{_LIST}.includes('saved')")
    took = time.perf_counter() - began
    take(path, work)
    return took


def take(path: Path, work: Path) -> None:
    """Compare what arrived, and remove it."""
    (arrived,) = work.glob("large*.bin")
    with arrived.open("rb") as one, path.open("rb") as other:
        assert hashlib.file_digest(one, "sha256").digest() == hashlib.file_digest(other, "sha256").digest()
    arrived.unlink()


async def measure(address: str, socket: str, path: Path, work: Path, size: int) -> None:
    page = await Page.attach(socket)
    await page.open(address)
    for cell in (0, 1, 3):
        await page.run(cell)
    figures = []
    for _ in range(3):
        await page.run(2, f"() => {_CHOOSER} !== null")
        await asyncio.sleep(3)  # the page has been heard
        took = await ours(page, path, work)
        grown = await page.asked("(most - base) / 1e6")
        few = 5_000_000
        peer = few / 1e6 / await page.value(f"({_SEND})({few})")
        floor = size / await page.value(f"({_FLOOR})({size}e6)")
        figures.append({"MB/s": size / took, "floor MB/s": floor, "kernel +MB": grown, "peer MB/s": peer})
        print(json.dumps({name: round(value, 1) for name, value in figures[-1].items()}), flush=True)
    best = max(figures, key=lambda figure: figure["MB/s"])
    print(
        f"{size} MB: {best['MB/s']:.0f} MB/s (floor {best['floor MB/s']:.0f}), kernel +{best['kernel +MB']:.0f} MB; "
        f"Colab's: {best['peer MB/s']:.1f} MB/s"
    )


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        path = root / "large.bin"
        with path.open("wb") as file:
            for number in range(size):
                file.write(hashlib.shake_256(number.to_bytes(4, "big")).digest(1_000_000))
        with serve("lab", root, {}, has_proxy=False) as server:
            write(server.work / "upload.ipynb", ["%load_ext colab_magics", _MEMORY, "%ingest\nNone", _COLAB])
            with chromium(root / "profile") as socket:
                asyncio.run(measure(server.address("upload.ipynb"), socket, path, server.work, size))


if __name__ == "__main__":
    main()
