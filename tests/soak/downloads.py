"""Downloads under nine mixed faults, with kill -9 at random moments: how many files are not one whole version?

    python tests/soak/downloads.py [DOWNLOADS] [SEED]

Each download is a process of its own that is killed three times or so, then run again until it ends by itself;
what lies in the cache is then compared with every version that the server has had.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from faulty import Running, body, running
from tally import end, numbers

from colab_magics.errors import ColabMagicsError
from colab_magics.transfer.cache import Cache, key_of
from colab_magics.transfer.copies import Courier
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.web import WebFile

PATIENCE = Patience(connect=5, stall=1, attempts=4, pause=0.01)
FAULTS = 20  # of a hundred answers
RATE = 3_000_000  # bytes a second for each connection
LONGEST = 0.5  # seconds until a kill
MOST_KILLS = 12
AT_ONCE = 8
FORK = multiprocessing.get_context("fork")  # what is loaded is there at once


def attempt(url: str, key: str, folder: Path) -> None:
    """Fetch in this process, and leave 0, or 3 for one of our errors, or 1 with a traceback for anything else."""
    try:
        with tempfile.TemporaryDirectory(dir=folder) as inner:
            Courier(Path(inner), Cache(folder / "cache"), patience=PATIENCE).bring(WebFile(url, PATIENCE), key, "a.csv")
    except ColabMagicsError:
        sys.exit(3)


def run(url: str, key: str, folder: Path, dice: random.Random) -> Counter[str]:
    """Run one download to its end, through kills."""
    counts = Counter[str]()
    for number in range(MOST_KILLS + 1):
        child = FORK.Process(target=attempt, args=(url, key, folder))
        child.start()
        child.join(dice.uniform(0, LONGEST) if number < MOST_KILLS else None)
        child.kill()
        child.join()
        if child.exitcode != -9:
            counts[{0: "whole", 3: "clean errors"}.get(child.exitcode or 0, "OTHER ERRORS")] += 1
            break
        counts["kills"] += 1
    return counts


def download(number: int, server: Running, place: Path, seed: int) -> Counter[str]:
    """Run one download in a cache of its own, and look at what lies there."""
    dice = random.Random(seed * 1_000_003 + number)
    name = f"/{number}.{dice.randint(1_000_000, 2_500_000)}.csv"
    folder, key = place / str(number), key_of("web", name)
    folder.mkdir()
    counts = run(server.url + name, key, folder, dice)
    entry = Cache(folder / "cache").find(key)
    if entry is not None:
        content, versions = entry.path.read_bytes(), server.told(name).get("version", 0)
        counts["kept"] += 1
        counts["CORRUPT"] += all(content != body(name, version) for version in range(versions + 1))
        Cache(folder / "cache").clear()
    return counts


def main() -> None:
    downloads, seed = numbers(2000, 1)
    started, counts = time.monotonic(), Counter[str]()
    with (
        running(FAULTS, seed, RATE) as server,
        tempfile.TemporaryDirectory() as place,
        ProcessPoolExecutor(AT_ONCE, mp_context=FORK) as pool,
    ):
        for some in pool.map(partial(download, server=server, place=Path(place), seed=seed), range(downloads)):
            counts += some
    seconds = time.monotonic() - started
    end(f"{downloads} downloads, {FAULTS} % faults, {seconds:.0f} s", counts, "CORRUPT", "OTHER ERRORS")


if __name__ == "__main__":
    main()
