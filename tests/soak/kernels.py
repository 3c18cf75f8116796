"""Kernels that are killed amid ``%ingest``, and the same line again in the next: how much was fetched twice?

    python tests/soak/kernels.py [KILLS] [SEED] [BYTES]

Each file is on its way three times when its kernel gets SIGKILL, at a byte chosen at random of those that are still
missing; the fourth kernel brings the rest. The server, which tells versions apart by an ETag, counts what it sent.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from faulty import Running, body, running
from kernel import Kernel
from tally import end, numbers

RATE = 1_500_000  # bytes a second for each connection
KILLS_OF_ONE = 3
AT_ONCE = 3
BEAT = 0.01  # seconds between two looks at what the server has sent


def sent(server: Running, path: str) -> int:
    return server.told(path).get("bytes", 0)


def is_killed(kernel: Kernel, server: Running, path: str, at: int) -> bool:
    """Kill the kernel when so many bytes were sent; False where its cell ends before."""
    name = kernel.start(f"%ingest {server.url}{path} --as df")
    while sent(server, path) < at:
        if not kernel.is_running(name):
            return False
        time.sleep(BEAT)
    kernel.kill()
    return True


def ingest(number: int, server: Running, place: Path, seed: int, size: int) -> Counter[str]:
    """Bring one file through its kills, and look at it."""
    dice, path, folder = random.Random(seed * 1_000_003 + number), f"/{number}.{size}.csv", place / str(number)
    folder.mkdir()
    counts, told = Counter[str](), {"bytes": 0, "distinct": 0}
    for _ in range(KILLS_OF_ONE):
        with Kernel(folder) as kernel:
            at = told["bytes"] + dice.randint(0, max(0, size - told["distinct"]))
            is_killed_amid = is_killed(kernel, server, path, at)
        time.sleep(0.1)  # the server notices
        told = server.told(path)
        counts["kills"] += is_killed_amid
        counts["here"] += told["distinct"] if is_killed_amid else 0
    with Kernel(folder) as kernel:
        counts["OTHER ERRORS"] += bool(kernel.run(f"%ingest {server.url}{path} --as df").error)
    found = [file.read_bytes() for file in folder.glob("cache/files/*/*.csv")]
    counts["CORRUPT"] += found != [body(path, 0)]
    return counts + Counter({"bytes": size, "sent": sent(server, path)})


def main() -> None:
    kills, seed, size = numbers(300, 1, 60_000_000)
    started, counts = time.monotonic(), Counter[str]()
    with (
        running(0, seed, RATE) as server,
        tempfile.TemporaryDirectory() as place,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        one = partial(ingest, server=server, place=Path(place), seed=seed, size=size)
        for some in pool.map(one, range(-(-kills // KILLS_OF_ONE))):
            counts += some
    lost = counts.pop("sent") - counts.pop("bytes")
    saved = 1 - lost / counts.pop("here")
    counts["LESS THAN 90 % SAVED"] = int(saved < 0.9)
    what = f"{saved:.1%} of the bytes that were here at a kill were not sent again, {time.monotonic() - started:.0f} s"
    end(what, counts, "CORRUPT", "OTHER ERRORS", "LESS THAN 90 % SAVED")


if __name__ == "__main__":
    main()
