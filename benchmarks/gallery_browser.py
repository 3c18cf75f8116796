"""`%gallery` in a real JupyterLab in headless Chromium, beside ipyplot and a matplotlib grid.

    python benchmarks/gallery_browser.py [--data FOLDER] [--million N] [--frames N]

Each in a notebook, kernel and page of its own. 70,000 are all images of MNIST; a million are as many of them as it
takes, over and over. The peers cannot show so many: ipyplot shows 1,000, the matplotlib grid 10 x 10.

`screen`: from the kernel's word that the cell has ended to the frame in which the first picture is painted; less than
nothing where the picture came first. The first cell of a page is told, and the same cell again.
`frame`: the main thread's time for a frame in which the pictures are scrolled by 120 pixels, from the scroll event to
after the paint; behind it the processor time that a frame took of that thread, which other load hardly lengthens.
`page`: from a command of the page to its answer, of 400 pictures, while one jumps about.
`heap`: JavaScript's of the whole page, JupyterLab's own included, with rubbish collected; behind it what the page had
before. `kernel`: growth of its memory from before the first cell to after all, the libraries included.
`notebook`: growth of the saved file.
"""

import argparse
import asyncio
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from devtools import Page, chromium, serve, write

DATA = """
import gc, psutil
import numpy as np
from colab_magics.train import datasets
data = datasets.find({data!r})
images = np.concatenate([data.x_train, data.x_test])
labels = np.concatenate([data.y_train, data.y_test])
images, labels = (np.take(each, np.arange({n}) % len(images), axis=0) for each in (images, labels))
dice = np.random.default_rng(0)
probabilities = dice.random(({n}, 10), dtype=np.float32) ** 8
probabilities[np.arange({n}), labels] += 1
probabilities /= probabilities.sum(axis=1, keepdims=True)
predicted = probabilities.argmax(axis=1)
def memory():
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6
before = memory()
"""
OURS = "g = %gallery images labels --predicted predicted --probabilities probabilities"
IPYPLOT = "import ipyplot\nipyplot.plot_images(list(images[:1000]), list(labels[:1000]), max_images=1000, img_width=48)"
MATPLOTLIB = """
import matplotlib.pyplot as plt
figure, axes = plt.subplots(10, 10, figsize=(10, 11))
for axis, image, label in zip(axes.flat, images, labels):
    axis.imshow(image, cmap="gray")
    axis.set_title(label)
    axis.axis("off")
plt.show()
"""

_SHOW = """async (cell) => {
    const app = window.jupyterapp;
    const { content, context } = app.shell.currentWidget;
    const { kernel } = context.sessionContext.session;
    const output = content.widgets[cell].outputArea.node;
    const shows = (picture) => picture instanceof HTMLImageElement
        ? picture.complete && picture.naturalWidth > 0
        : picture.getContext("2d").getImageData(30, 30, 1, 1).data[3] > 0;
    const hasPicture = () => {
        const pictures = [...output.querySelectorAll(".cm-cells canvas, .jp-RenderedImage img, [class^='ipyplot-content'] img")];
        return pictures.length > 0 && shows(pictures[0]);
    };
    content.activeCellIndex = cell;
    await app.commands.execute("notebook:clear-cell-output");
    let ended = 0;
    const begun = performance.now();
    const hear = (_, { msg }) => {
        if (msg.header.msg_type === "status" && msg.content.execution_state === "idle"
            && msg.parent_header.msg_type === "execute_request") ended ||= performance.now();
    };
    kernel.anyMessage.connect(hear);
    app.commands.execute("notebook:run-cell");
    let seen = 0;
    while (!ended || !seen) {
        await new Promise(requestAnimationFrame);
        if (performance.now() - begun > 300000) throw new Error("nothing was shown");
        if (seen || !hasPicture()) continue;
        await new Promise((resolve) => {
            const channel = new MessageChannel();
            channel.port1.onmessage = resolve;
            channel.port2.postMessage(null);
        });
        seen = performance.now();
    }
    kernel.anyMessage.disconnect(hear);
    return { cell: ended - begun, screen: seen - ended };
}"""
_BOX = """const box = (() => {
    const all = [...window.jupyterapp.shell.currentWidget.node.querySelectorAll(".cm-grid, .jp-WindowedPanel-outer, .jp-OutputArea-output, .jp-Notebook")];
    const far = (each) => each.matches(".cm-grid") ? 1e9 : each.scrollHeight - each.clientHeight;
    return all.filter((each) => /auto|scroll/.test(getComputedStyle(each).overflowY)).sort((a, b) => far(b) - far(a))[0];
})();"""
_SCROLL = f"""async ([frames, step]) => {{
    {_BOX}
    box.scrollTop = 0;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const times = [];
    let begun = 0;
    document.addEventListener("scroll", () => {{ begun ||= performance.now(); }}, {{ capture: true }});
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {{
        if (begun) times.push(performance.now() - begun);
        begun = 0;
    }};
    for (let frame = 0; frame < frames; frame += 1) {{
        await new Promise(requestAnimationFrame);
        channel.port2.postMessage(null);
        const at = box.scrollTop;
        box.scrollTop += step;
        if (box.scrollTop === at) step = -step;
    }}
    return times;
}}"""
_JUMP = f"""async (jumps) => {{
    {_BOX}
    const {{ kernel }} = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
    const [sent, pages, shown] = [new Map(), [], []];
    const hear = (_, {{ msg, direction }}) => {{
        const said = msg.header.msg_type === "comm_msg" && (msg.content.data.content ?? {{}});
        if (direction === "send" && said.command === "window") sent.set(said.id, performance.now());
        if (direction === "recv" && sent.has(said.id)) pages.push(performance.now() - sent.get(said.id));
    }};
    kernel.anyMessage.connect(hear);
    for (let jump = 1; jump <= jumps; jump += 1) {{
        const begun = performance.now();
        box.scrollTop = box.scrollHeight * (jump * 0.618 % 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        while (box.querySelector("[aria-label=loading]")) await new Promise(requestAnimationFrame);
        shown.push(performance.now() - begun);
        await new Promise((resolve) => setTimeout(resolve, 200));
    }}
    kernel.anyMessage.disconnect(hear);
    return {{ pages, shown }};
}}"""
_DENSITY = """(density) => {
    const choice = document.querySelector(".cm-gallery [aria-label='Size of the pictures']");
    choice.value = density;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
}"""
_SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    n: int
    shown: int


async def call(page: Page, function: str, value: object = None) -> Any:
    return await page.value(f"({function})({json.dumps(value)})")


async def processor(page: Page) -> float:
    """Seconds of the processor that the page's main thread has used."""
    await page.call("Performance.enable", timeDomain="threadTicks")
    metrics = (await page.call("Performance.getMetrics"))["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


async def heap(page: Page) -> float:
    """MB of JavaScript's heap, with rubbish collected."""
    await page.call("HeapProfiler.collectGarbage")
    await page.call("Performance.enable", timeDomain="threadTicks")
    metrics = (await page.call("Performance.getMetrics"))["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize") / 1e6


def size_of(path: Path) -> int:
    return path.stat().st_size


def spread(times: list[float]) -> str:
    return f"mean {np.mean(times):.1f}, p95 {np.percentile(times, 95):.1f}, most {max(times):.1f} ms of {len(times)}"


async def measure(page: Page, address: str, path: Path, case: Case, frames: int) -> None:
    await page.open(address)
    for cell in (0, 1):
        await page.run(cell)
    await call(page, _SAVE)
    size, empty = size_of(path), await heap(page)
    print(f"{case.name}, {case.shown:,} of {case.n:,} pictures, load {os.getloadavg()[0]:.1f}:", flush=True)
    for which in ("first cell", "again"):
        told = await call(page, _SHOW, 2)
        print(f"  {which}: {told['cell']:.0f} ms, screen {told['screen']:.0f} ms", flush=True)
        await asyncio.sleep(1)
    await call(page, _SAVE)
    print(f"  notebook: +{(size_of(path) - size) / 1e3:.1f} kB")
    for density in ("medium", "small") if case.source == OURS else ("",):
        if density:
            await call(page, _DENSITY, density)
        used = await processor(page)
        times = await call(page, _SCROLL, [frames, 120])
        used = (await processor(page) - used) / frames * 1e3
        print(f"  frame {density}: {spread(times)}, {used:.1f} ms of the processor", flush=True)
    if case.source == OURS:
        told = await call(page, _JUMP, 40)
        print(f"  page: {spread(told['pages'])}\n  from a jump to its pictures: {spread(told['shown'])}")
    print(
        f"  heap: {await heap(page):.1f} MB ({empty:.1f} before); kernel +{await page.asked('memory() - before'):.1f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--million", type=int, default=1_000_000)
    parser.add_argument("--frames", type=int, default=300)
    options = parser.parse_args()
    cases = [
        Case("%gallery", OURS, 70_000, 70_000),
        Case("%gallery", OURS, options.million, options.million),
        Case("ipyplot", IPYPLOT, 70_000, 1000),
        Case("matplotlib grid", MATPLOTLIB, 70_000, 100),
    ]
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        serve("lab", Path(folder), {}, has_proxy=False) as server,
    ):
        for number, case in enumerate(cases):
            path = server.work / f"{number}.ipynb"
            write(path, ["%load_ext colab_magics", DATA.format(data=options.data, n=case.n), case.source])
            with chromium(Path(folder) / f"profile{number}") as socket:
                asyncio.run(look(socket, server.address(path.name), path, case, options.frames))


async def look(socket: str, address: str, path: Path, case: Case, frames: int) -> None:
    page = await Page.attach(socket)
    await measure(page, address, path, case, frames)
    await call(page, "() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()")


if __name__ == "__main__":
    main()
