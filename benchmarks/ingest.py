"""`ingest` against pandas on the same files: from the disk, from a near and a far web server, from a far S3 store.

    python benchmarks/ingest.py [MEGABYTES] [ROUNDS]

Ours and pandas in turn, in one process; the figures are wall seconds, the least of all rounds, and the ratio of these.
The far server gives 25 MB/s to each connection and 50 ms to the first byte (`shaped.py`). Ours writes a verified copy
of what is remote, and describes every column; the cache is emptied before each figure but those of "again".
"""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from shaped import shaped

import colab_magics

WORDS = ["Zürich", "Genève", "Łódź", "Kraków"]


def write(folder: Path, megabytes: int) -> None:
    """Write a mixed table of 12 columns as CSV, as Parquet and packed."""
    dice, rows = np.random.default_rng(0), megabytes * 8200
    frame = pd.DataFrame(
        {
            "id": np.arange(rows),
            "small": dice.integers(0, 50, rows),
            "city": dice.choice(WORDS, rows),
            "kind": dice.choice(["alpha", "beta", "gamma"], rows),
            "price": np.where(dice.random(rows) < 0.04, np.nan, dice.normal(33, 9, rows).round(2)),
            "latitude": dice.normal(size=rows),
            "score": dice.normal(size=rows),
            "is_open": dice.random(rows) < 0.5,
            "at": pd.Timestamp("2020") + pd.to_timedelta(dice.integers(0, 10**8, rows), unit="s"),
            "day": (pd.Timestamp("2020") + pd.to_timedelta(dice.integers(0, 2000, rows), unit="D")).strftime(
                "%Y-%m-%d"
            ),
            "note": dice.choice(["a, b", 'say "hi"', "n/a", "plain words"], rows),
            "count": np.where(dice.random(rows) < 0.1, np.nan, dice.integers(0, 100, rows)),
        }
    )
    frame.to_csv(folder / "table.csv", index=False)
    frame.to_parquet(folder / "table.parquet", row_group_size=200_000)
    with (folder / "table.csv").open("rb") as plain, gzip.open(folder / "table.csv.gz", "wb", 6) as packed:
        shutil.copyfileobj(plain, packed)


class Bench:
    """Times ours and the peer in turn."""

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds

    def compare(
        self, what: str, ours: Callable[[], object], peer: Callable[[], object], *, again: bool = False
    ) -> None:
        """Print the least seconds of each, and how many times faster ours is."""
        if again:
            self.settle(ours)
        mine, theirs = [], []
        for _ in range(self._rounds):
            if not again:
                shutil.rmtree(os.environ["COLAB_MAGICS_CACHE"], ignore_errors=True)
            mine.append(seconds(ours))
            self.settle(lambda: None)
            theirs.append(seconds(peer))
        print(f"{what:44} {min(mine):8.3f} s {min(theirs):8.3f} s {min(theirs) / min(mine):8.2f} times")

    def weigh(self, what: str, ours: Callable[[], object], peer: Callable[[], object]) -> None:
        """Print the processor time of each, which other work on the machine disturbs least: medians of many pairs."""
        pairs = []
        for _ in range(5 * self._rounds):
            shutil.rmtree(os.environ["COLAB_MAGICS_CACHE"], ignore_errors=True)
            mine = seconds(ours, time.process_time)
            self.settle(lambda: None)
            pairs.append((mine, seconds(peer, time.process_time)))
        mine, theirs, ratio = np.median([(mine, theirs, mine / theirs) for mine, theirs in pairs], axis=0)
        print(f"{what:44} {mine:8.3f} s {theirs:8.3f} s {ratio:8.2f}")

    @staticmethod
    def settle(work: Callable[[], object]) -> None:
        """Do the work, and wait for frames to be kept."""
        work()
        for thread in threading.enumerate():
            if thread.name == "colab-magics-keep":
                thread.join()


def peak(code: str, path: str) -> float:
    """MB that a new process had at most, the frame kept and all."""
    tail = """
import threading
for thread in threading.enumerate():
    if thread.name == "colab-magics-keep":
        thread.join()
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    done = subprocess.run(
        [sys.executable, "-c", f"import pyarrow, sys; path = sys.argv[1]; {code}{tail}", path],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.split()[-1]) * 1024 / 1e6


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Time one reading."""
    began = clock()
    work()
    return clock() - began


def main() -> None:
    megabytes, rounds = (int(word) for word in (*sys.argv[1:], *("200", "3")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ |= {"COLAB_MAGICS_CACHE": str(folder / "cache"), "AWS_DEFAULT_REGION": "us-east-1"}
        os.environ |= {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        write(folder, megabytes)
        long_ago = time.time() - 60
        for path in folder.glob("table*"):
            os.utime(path, (long_ago, long_ago))
        size = (folder / "table.csv").stat().st_size / 1e6
        print(f"{size:.0f} MB of CSV, pandas {pd.__version__}, {rounds} rounds: ours, pandas, ratio")
        compare_all(Bench(rounds), folder)


def compare_all(bench: Bench, folder: Path) -> None:
    """Print every line of the table."""
    path = str(folder / "table.csv")
    ingest = colab_magics.ingest
    colab_magics.ingest(path, head=5)  # what is loaded once is not counted
    bench.compare("local CSV", lambda: ingest(path), lambda: pd.read_csv(path))
    bench.weigh("local CSV, processor time", lambda: ingest(path), lambda: pd.read_csv(path))
    bench.compare("local CSV again", lambda: ingest(path), lambda: pd.read_csv(path), again=True)
    if Path("/proc/self/status").exists():
        shutil.rmtree(os.environ["COLAB_MAGICS_CACHE"], ignore_errors=True)
        mine = peak("import colab_magics; frame = colab_magics.ingest(path)", path)
        theirs = peak("import pandas; frame = pandas.read_csv(path)", path)
        print(f"{'local CSV, most memory':44} {mine:7.0f} MB {theirs:7.0f} MB {mine / theirs:8.2f}")
    bench.compare("local .csv.gz", lambda: ingest(f"{path}.gz"), lambda: pd.read_csv(f"{path}.gz"))
    with shaped(folder, 0, 0) as near:
        bench.compare("near web CSV", lambda: ingest(f"{near}/table.csv"), lambda: pd.read_csv(f"{near}/table.csv"))
    with shaped(folder) as far:
        web, store = f"{far}/table.csv", {"endpoint_url": far}
        parquet = "s3://bucket/table.parquet"
        bench.compare("far web CSV", lambda: ingest(web), lambda: pd.read_csv(web))
        bench.compare("far web CSV again", lambda: ingest(web), lambda: pd.read_csv(web), again=True)
        bench.compare(
            "far web CSV, first 1,000 rows", lambda: ingest(web, head=1000), lambda: pd.read_csv(web, nrows=1000)
        )
        bench.compare(
            "far web CSV, sample of 10,000 rows", lambda: ingest(web, sample=10_000), lambda: pd.read_csv(web)
        )
        bench.compare(
            "far S3 CSV",
            lambda: ingest("s3://bucket/table.csv", endpoint=far),
            lambda: pd.read_csv("s3://bucket/table.csv", storage_options=store),
        )
        bench.compare(
            "far S3 Parquet, 2 of 12 columns",
            lambda: ingest(parquet, columns="price,small", endpoint=far),
            lambda: pd.read_parquet(parquet, columns=["price", "small"], storage_options=store),
        )


if __name__ == "__main__":
    main()
