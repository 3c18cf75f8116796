"""Galleries opened and closed in a real kernel, by running their cell again: no comm, widget, thread or memory is left.

    PYTHONPATH=tests python tests/soak/panels.py [TIMES] [EVERY]

Each gallery shows 70,000 pictures, is told to show another view and to fetch a page, and is opened anew. Every EVERY
times the counts are compared with those after the first gallery.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from soak.kernel import Kernel
from soak.tally import end, numbers

MEMORY = 60_000_000
"""Bytes that may be more: what a kernel keeps of a cell grows a little; 500 galleries that were left have 400 MB."""
SETUP = """
import gc, json, threading, psutil
import numpy as np
images = np.random.default_rng(0).integers(0, 256, (70_000, 8, 8), dtype=np.uint8)
labels = np.arange(70_000) % 10
predicted = np.where(np.arange(70_000) % 50, labels, 9 - labels)

def used(gallery):
    (panel,) = gallery._watchers
    panel.show({"query": {**panel.query, "view": "wrong"}})
    assert panel.total == 1400 and len(panel.window({"start": 400, "count": 100})[0]["items"]) == 100

def look():
    import ipywidgets
    gc.collect()
    known = getattr(ipywidgets.widgets.widget, "_instances", None)
    widgets = ipywidgets.Widget.widgets if known is None else known
    comms, memory = get_ipython().kernel.comm_manager.comms, psutil.Process().memory_info().rss
    print(json.dumps([len(comms), len(widgets), threading.active_count(), memory]))
"""
CELL = "g = %gallery images labels --predicted predicted\nused(g)"


def look(kernel: Kernel) -> tuple[int, int, int, int]:
    reply = kernel.run("look()")
    comms, widgets, threads, memory = json.loads(reply.text.strip().splitlines()[-1])
    return comms, widgets, threads, memory


def main() -> None:
    times, every = numbers(500, 50)
    started, counts, grown = time.monotonic(), Counter[str](), 0
    with tempfile.TemporaryDirectory() as place, Kernel(Path(place)) as kernel:
        kernel.run(SETUP)
        for _ in range(5):  # what libraries keep after their first few uses
            kernel.run(CELL, cell="gallery")
        first = look(kernel)
        for number in range(1, times + 1):
            reply = kernel.run(CELL, cell="gallery")
            counts["opened"] += 1
            counts["FAILED"] += bool(reply.error)
            if number % every and number < times:
                continue
            now = look(kernel)
            grown = now[3] - first[3]
            for name, one, other in zip(("COMMS", "WIDGETS", "THREADS"), first, now, strict=False):
                counts[f"{name} LEFT"] += max(0, other - one)
            counts["MUCH MEMORY LEFT"] += grown > MEMORY
            sys.stderr.write(f"{dict(counts)} {now}\n")
        kernel.run("%unload_ext colab_magics")
        after = look(kernel)
        counts["LEFT BY %unload_ext"] += after[0] + after[1]
    what = f"{first[0]} comms, {first[1]} widgets and {first[2]} threads, {grown / 1e6:+.1f} MB, "
    what += f"{time.monotonic() - started:.0f} s"
    wrong = ("FAILED", "COMMS LEFT", "WIDGETS LEFT", "THREADS LEFT", "MUCH MEMORY LEFT", "LEFT BY %unload_ext")
    end(what, counts, *wrong)


if __name__ == "__main__":
    main()
