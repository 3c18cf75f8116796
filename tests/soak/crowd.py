"""A hundred fetches at once, half of them of the same file: is each copy whole, and is it fetched once?

    python tests/soak/crowd.py [ROUNDS] [SEED]

In turn: from a hundred threads of one process, and from ten processes on one cache; then both again with locks that
do not lock (flock replaced by nothing, as on some network drives), where a file may be fetched more than once, and
still none may be wrong.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from faulty import Running, body, running
from tally import end, numbers

from colab_magics.ingest.request import Request
from colab_magics.ingest.supply import fetch
from colab_magics.transfer.cache import Cache, key_of

RATE = 6_000_000  # bytes a second for each connection
ALIKE = OTHERS = 50
PROCESSES = 10
FORK = multiprocessing.get_context("fork")
WRONG = 3  # how a process ends where a file is not what it should be


def bring(base: str, path: str) -> bool:
    """Fetch one; is it right?"""
    with tempfile.TemporaryDirectory() as folder:
        (file,) = fetch(Request(base + path), Path(folder))
        return file.path.read_bytes() == body(path, 0)


def work(base: str, paths: Sequence[str], *, locks: bool) -> None:
    """Fetch all of them at once, in a process of its own."""
    if not locks:
        fcntl.flock = lambda descriptor, operation: None
    for path in set(paths):
        body(path, 0)  # what is compared is no part of the measured memory
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with ThreadPoolExecutor(len(paths)) as pool:
        are_right = list(pool.map(partial(bring, base), paths))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    (Path(os.environ["COLAB_MAGICS_CACHE"]) / f"{os.getpid()}.grown").write_text(str(grown >> 10), encoding="ascii")
    sys.exit(0 if all(are_right) else WRONG)


def crowd(number: int, server: Running, dice: random.Random) -> Counter[str]:
    """One round."""
    has_locks, many = number % 4 < 2, PROCESSES if number % 2 else 1
    paths = [f"/{number}-{other}.{dice.randint(300_000, 2_500_000)}.csv" for other in range(OTHERS + 1)]
    wanted = [*paths[1:], *[paths[0]] * ALIKE]
    dice.shuffle(wanted)
    counts = Counter[str]()
    with tempfile.TemporaryDirectory() as place:
        os.environ["COLAB_MAGICS_CACHE"] = place
        children = [
            FORK.Process(target=work, args=(server.url, wanted[start::many]), kwargs={"locks": has_locks})
            for start in range(many)
        ]
        for child in children:
            child.start()
        for child in children:
            child.join()
            counts[{0: "right", WRONG: "WRONG"}.get(child.exitcode or 0, "OTHER ERRORS")] += 1
        counts["MiB"] = max(int(file.read_text(encoding="ascii")) for file in Path(place).glob("*.grown"))
        cache = Cache(Path(place) / "files")
        for path in paths:
            entry = cache.find(key_of("web", server.url + path))
            counts["CORRUPT"] += entry is None or entry.path.read_bytes() != body(path, 0)
            begun = server.told(path)["begun"]
            counts["transfers with locks" if has_locks else "transfers without"] += begun
            counts["FETCHED TWICE"] += has_locks and begun > 1
    return counts


def main() -> None:
    rounds, seed = numbers(20, 1)
    dice, started = random.Random(seed), time.monotonic()
    with running(0, seed, RATE) as server:
        some = [crowd(number, server, dice) for number in range(rounds)]
    most = max(one.pop("MiB") for one in some)
    counts = sum(some, Counter[str]())
    seconds = time.monotonic() - started
    what = f"{rounds} rounds of {ALIKE + OTHERS} fetches at once, {seconds:.0f} s, at most {most} MiB more in a process"
    end(what, counts, "CORRUPT", "WRONG", "FETCHED TWICE", "OTHER ERRORS")


if __name__ == "__main__":
    main()
