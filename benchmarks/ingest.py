"""`ingest` against `pandas.read_csv` on the same file: from the disk, and from a web server on loopback.

    python benchmarks/ingest.py [ROWS] [ROUNDS]

In turn, in one process, after one round that is not counted; the figures are ratios of wall seconds, ours to pandas'.
Ours also writes a verified copy of what comes by the web, and describes every column.
"""

import functools
import http.server
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import colab_magics


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def write(path: Path, rows: int) -> None:
    """Write a table of numbers, words and gaps."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(rows, 6)), columns=list("abcdef"))
    frame["g"] = random.integers(0, 1000, rows)
    frame["word"] = random.choice(["setosa", "versicolor", "virginica"], rows)
    frame.loc[::97, "b"] = None
    frame.to_csv(path, index=False)


def seconds(work: Callable[[], pd.DataFrame]) -> tuple[float, pd.DataFrame]:
    """Time one reading."""
    began = time.perf_counter()
    frame = work()
    return time.perf_counter() - began, frame


def main() -> None:
    rows, rounds = (int(word) for word in (*sys.argv[1:], *("400000", "5")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write(path, rows)
        handler = functools.partial(Quiet, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            places = {"disk": str(path), "web": f"http://127.0.0.1:{server.server_port}/table.csv"}
            print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, pandas {pd.__version__}, {rounds} rounds")
            for name, place in places.items():
                compare(name, place, rounds)
            server.shutdown()


def compare(name: str, place: str, rounds: int) -> None:
    """Read one place both ways, check that the frames are the same, print the ratio."""
    ratios = []
    for number in range(rounds + 1):
        ours, frame = seconds(lambda: colab_magics.ingest(place))
        peers, expected = seconds(lambda: pd.read_csv(place))
        pd.testing.assert_frame_equal(frame, expected)
        if number:
            ratios.append((ours / peers, ours, peers))
    median = statistics.median(ratio for ratio, _, _ in ratios)
    least = [min(each[place] for each in ratios) for place in (1, 2)]
    print(f"{name}: ours {least[0]:.2f} s, pandas {least[1]:.2f} s (each the least); median ratio {median:.2f}")


if __name__ == "__main__":
    main()
