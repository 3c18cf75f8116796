"""The notebook's stop button, pressed at random moments of ``%ingest``: how long until the kernel listens again?

    python tests/soak/interrupts.py [INTERRUPTS] [SEED]

Moments are uniform from the connection, which the server lets wait, to the frame, of a whole file, of a cell with two,
and of the first rows of a larger one. Counted are those that ended the cell; then there must be no file or a whole
one, no thread of ours, and a next cell that works: every tenth is the same again. An interrupt between ipykernel's own
lines, beside the cell's, is counted apart: it loses the answer of any cell, and the next one works.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from faulty import Running, body, running
from kernel import AnswerLost, Kernel, Reply
from tally import end, numbers

from colab_magics.transfer.cache import Cache

RATE = 3_000_000  # bytes a second for each connection
SIZE = 2_500_000  # bytes
DELAYS = (0, 50, 250, 1000)  # ms to the first of them
AT_ONCE = 2
LONGEST = 2.0  # seconds until the cell has ended
LOOK = """
import threading, time
def ours(): return [thread.name for thread in threading.enumerate() if "colab-magics" in thread.name]
until = time.monotonic() + 3
while ours() and time.monotonic() < until: time.sleep(0.01)
print("threads:", *ours())
"""


class Presses:
    """One kernel, and what became of each interrupt."""

    def __init__(self, kernel: Kernel, server: Running, folder: Path, dice: random.Random, first: int) -> None:
        self._kernel, self._server, self._dice, self._number = kernel, server, dice, first
        self._cache = Cache(folder / "cache" / "files")
        self.counts, self.seconds = Counter[str](), list[float]()
        self._seconds = self._usual()

    def press(self) -> None:
        """Interrupt one cell, and look at what is left."""
        delay = self._dice.choice(DELAYS)
        line = self._dice.choice((self._whole, self._whole, self._several, self._beginning))(delay)
        name = self._kernel.start(line)
        time.sleep(self._dice.uniform(0, self._seconds + delay / 1000))
        pressed = time.monotonic()
        self._kernel.interrupt()
        try:
            reply = self._kernel.end(name)
            if reply.error:
                self._count(line, reply, reply.at - pressed)
        except AnswerLost:
            self.counts["beside the cell"] += 1
            self._look(line)
        self._cache.clear()

    def _count(self, line: str, reply: Reply, seconds: float) -> None:
        self.counts["interrupts"] += 1
        if reply.error != "KeyboardInterrupt":
            self.counts["OTHER ERRORS"] += 1
            sys.stderr.write(f"{reply.error} in place of KeyboardInterrupt: {reply.sentence}\n")
        self.counts["TOO LATE"] += seconds > LONGEST
        self.seconds.append(seconds)
        self._look(line)
        if self.counts["interrupts"] % 10 == 0:
            self.counts["again"] += 1
            self.counts["NOT AGAIN"] += bool(self._kernel.run(line).error) or bool(self._kernel.run("len(df)").error)
            self._look_at_files()

    def _look(self, line: str) -> None:
        """Look what is left, by a next cell."""
        look = self._kernel.run(LOOK)
        if look.text.strip() != "threads:":
            self.counts["THREADS LEFT"] += 1
            sys.stderr.write(f"{look.text} after {line}\n{self._kernel.threads()}\n")
        self._look_at_files()

    def _whole(self, delay: int = 0) -> str:
        return f"%ingest {self._url(SIZE, delay)} --as df"

    def _several(self, delay: int) -> str:
        return f"%%ingest\ndf = {self._url(SIZE, delay)}\nother = {self._url(SIZE, delay)}"

    def _beginning(self, delay: int) -> str:
        return f"%ingest {self._url(2 * SIZE, delay)} --head 900 --as df"

    def _url(self, size: int, delay: int) -> str:
        self._number += 1
        return f"{self._server.url}/{self._number}.{size}.{delay}.csv"

    def _usual(self) -> float:
        """Seconds that a whole cell takes, once all is loaded."""
        self._kernel.run(self._whole())
        started = time.monotonic()
        seconds = self._kernel.run(self._whole()).at - started
        self._cache.clear()
        return seconds

    def _look_at_files(self) -> None:
        for file in self._cache.folder.glob("*/*.csv"):
            path = f"/{file.name.partition('-')[2]}"
            self.counts["HALF A FILE"] += file.read_bytes() != body(path, 0)
        parts = (self._cache.folder / "unfinished").iterdir()
        self.counts["ORPHANS"] += sum(not part.with_suffix(".journal").exists() for part in parts)


def press(number: int, server: Running, seed: int, interrupts: int) -> tuple[Counter[str], list[float]]:
    """Interrupt one kernel so many times."""
    with tempfile.TemporaryDirectory() as place, Kernel(Path(place)) as kernel:
        presses = Presses(kernel, server, Path(place), random.Random(seed + number), number * 1_000_000)
        while presses.counts["interrupts"] < interrupts:
            presses.press()
        return presses.counts, presses.seconds


def main() -> None:
    interrupts, seed = numbers(500, 1)
    started, share = time.monotonic(), -(-interrupts // AT_ONCE)
    with running(0, seed, RATE) as server, ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(partial(press, server=server, seed=seed, interrupts=share), range(AT_ONCE)))
    counts = sum((some for some, _ in results), Counter[str]())
    seconds = sorted(second for _, some in results for second in some)
    what = f"{statistics.median(seconds):.2f} s to the end of a cell, at most {seconds[-1]:.2f} s"
    what += f", {time.monotonic() - started:.0f} s"
    end(what, counts, "OTHER ERRORS", "TOO LATE", "THREADS LEFT", "HALF A FILE", "ORPHANS", "NOT AGAIN")


if __name__ == "__main__":
    main()
