"""A page of `%gallery` against the same pictures in a matplotlib grid: the cell's time, the notebook's growth; exports.

    python benchmarks/gallery.py [ROUNDS]

Each in a fresh kernel, in turn; the figures are ratios, ours to the peer's. `cold` is the first cell that shows
pictures, with all that it imports; `warm` the same cell once more. 10,000 images of 24 x 24 pixels lie in memory.
Of an export of MNIST's 10,000 test images (COLAB_MAGICS_TEST_MNIST names the folder of its files): its size, and the time
to write it.
"""

import json
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import numpy as np
from nbclient import NotebookClient

IMAGES = """
import numpy as np
from sklearn.datasets import load_digits
digits = load_digits()
images = np.kron(digits.images, np.ones((3, 3)))[np.arange(10_000) % len(digits.images)]
labels = digits.target[np.arange(10_000) % len(digits.images)]
"""
OURS = "%gallery images labels --n {n}"
PEER = """
import matplotlib.pyplot as plt
side = int({n} ** 0.5)
figure, axes = plt.subplots(side, side, figsize=(1.2 * side, 1.3 * side))
for axis, image, label in zip(axes.flat, images, labels):
    axis.imshow(image, cmap="gray")
    axis.set_title(label)
    axis.axis("off")
plt.show()
"""


def measure(cell: str) -> tuple[float, float, int]:
    """Run ``cell`` twice in a fresh kernel; give the seconds of both and the bytes of the second's saved output."""
    cells = [f"%load_ext colab_magics\n{IMAGES}", cell, cell]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        NotebookClient(notebook, kernel_name="python3", store_widget_state=False).execute()
    cold, warm = (seconds(each) for each in notebook.cells[1:])
    return cold, warm, len(json.dumps(notebook.cells[2].outputs, ensure_ascii=False).encode())


def seconds(cell: nbformat.NotebookNode) -> float:
    """Give the time from the kernel's taking the cell up to its last output."""
    times = {name: datetime.fromisoformat(time) for name, time in cell.metadata.execution.items()}
    return (times["iopub.status.idle"] - times["iopub.execute_input"]).total_seconds()


def export(rounds: int) -> None:
    """Export MNIST's test images with the answers of the nearest mean."""
    from colab_magics.gallery.items import Gallery
    from colab_magics.gallery.source import read
    from colab_magics.idx import read_idx

    folder = Path(os.environ["COLAB_MAGICS_TEST_MNIST"])
    images, labels = (read_idx(folder / f"t10k-{each}-ubyte.gz") for each in ("images-idx3", "labels-idx1"))
    flat = images.reshape(len(images), -1) / 255
    means = np.stack([flat[labels == digit].mean(axis=0) for digit in range(10)])
    nearness = 2 * flat @ means.T - (means**2).sum(axis=1)
    nearness = np.exp(nearness - nearness.max(axis=1, keepdims=True))
    gallery = Gallery(read(images, labels, probabilities=nearness / nearness.sum(axis=1, keepdims=True)))
    with TemporaryDirectory() as place:
        path = Path(place) / "all.html"
        written = [timed(lambda: gallery.export(path)) for _ in range(rounds)]
        size = path.stat().st_size
        print(f"export of {len(gallery):,}: {size:,} bytes, written in {min(written):.2f} s, the least of {rounds}")


def timed(work: Callable[[], object]) -> float:
    """Give the seconds that ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    for n in (9, 64):
        pairs = [(measure(OURS.format(n=n)), measure(PEER.format(n=n))) for _ in range(rounds)]
        for place, name in enumerate(("cold, seconds", "warm, seconds", "growth, bytes")):
            ours, peer = ([pair[side][place] for pair in pairs] for side in (0, 1))
            ratios = [one / other for one, other in zip(ours, peer, strict=True)]
            print(
                f"{n} pictures, {name}: ours {min(ours):.6g}, matplotlib {min(peer):.6g}, the least of {rounds}; "
                f"ratio {min(ratios):.3f} to {max(ratios):.3f}, median {statistics.median(ratios):.3f}"
            )
    if "COLAB_MAGICS_TEST_MNIST" in os.environ:
        export(rounds)


if __name__ == "__main__":
    main()
