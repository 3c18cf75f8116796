"""The notebook's stop button, pressed at random moments of a training: is all kept that was reached?

    python tests/soak/stops.py [INTERRUPTS] [SEED]

A real kernel trains, in one cell after the other, and is interrupted once at a uniform moment from the cell's beginning
to its usual end. The cell must then end with a run that is stopped, or finished where the moment was behind the last
step: with its history, a model and predictions on disk, and a whole checkpoint. An interrupt that comes before there is
a run must leave none. Every tenth that was stopped is gone on with, and must end with the weights of one that was not;
and after each the kernel must answer. An interrupt between ipykernel's own lines is counted apart: no cell hears of it.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from kernel import AnswerLost, Kernel
from tally import end, numbers

LONGEST = 20.0  # seconds from the interrupt to the end of the cell, which saves and tests the model, on a busy machine
LOOK = """
import hashlib, json, threading
from colab_magics.train.shelf import Shelf
from colab_magics.train.files import read_json
def look(run):
    state, notes = Shelf(run.directory / "checkpoints").newest()
    files = {path.name for path in run.directory.iterdir()}
    weights = b"".join(value.numpy().tobytes() for value in [*run.model.variables, *run.model.optimizer.variables])
    rows = run.history.drop(columns="seconds").to_csv()
    whole = {"config.json", "history.csv", "model.keras", "result.json"} <= files and state is not None and not notes
    whole = whole and read_json(run.directory / "result.json")["status"] == run.status
    whole = whole and int(run.model.optimizer.iterations.numpy()) == state.epoch * 12 + state.step
    left = [thread.name for thread in threading.enumerate() if "colab_magics save" in thread.name]
    hashed = hashlib.sha256(weights + rows.encode()).hexdigest()
    print(json.dumps([run.status, bool(whole), len(run.history), left, hashed]))
"""


class Stops:
    """One kernel, and what became of each interrupt."""

    def __init__(self, kernel: Kernel, folder: Path, dice: random.Random) -> None:
        self._kernel, self._folder, self._dice = kernel, folder, dice
        self.counts, self.seconds = Counter[str](), list[float]()
        self._kernel.run(LOOK)
        self._kernel.run(f"run = {self._line('--name first')}")
        started = time.monotonic()
        reply = self._kernel.run(f"run = {self._line('--name whole')}")
        self._usual = reply.at - started
        self._expected = self._look()[4]

    def press(self) -> None:
        """Interrupt one training, and look at what it left."""
        self.counts["interrupts"] += 1
        name = f"run{self.counts['interrupts']}"
        self._kernel.run("run = None")
        cell = self._kernel.start(f"run = {self._line(f'--name {name}')}")
        time.sleep(self._dice.uniform(0, self._usual))
        pressed = time.monotonic()
        self._kernel.interrupt()
        try:
            reply = self._kernel.end(cell)
        except AnswerLost:
            self.counts["beside the cell"] += 1
            self._kernel.run("1")
            return
        self.seconds.append(reply.at - pressed)
        self.counts["TOO LATE"] += self.seconds[-1] > LONGEST
        if self._kernel.run("run is None").text.strip() == "True":
            self._without_run(name, reply.error)
            return
        self._with_run(name)

    def _without_run(self, name: str, error: str) -> None:
        """It came before there was a run, or it came a second time."""
        is_there = (self._folder / "runs" / name).exists()
        self.counts["before it began" if error == "KeyboardInterrupt" and not is_there else "RUN LOST"] += 1
        if is_there or error != "KeyboardInterrupt":
            sys.stderr.write(f"{name}: {error or 'no error'}, {sorted((self._folder / 'runs').glob(f'{name}/*'))}\n")

    def _with_run(self, name: str) -> None:
        status, is_whole, _, left, hashed = self._look()
        self.counts[status] += 1
        self.counts["NOT WHOLE"] += not is_whole
        self.counts["THREADS LEFT"] += bool(left)
        if status == "finished":
            self.counts["ANOTHER END"] += hashed != self._expected
        elif self.counts[status] % 10 == 0:
            self._kernel.run(f"run = %train_mnist --resume {name}")
            self.counts["gone on with"] += 1
            self.counts["ANOTHER END"] += self._look()[4] != self._expected

    def _look(self) -> list:
        reply = self._kernel.run("look(run)")
        if reply.error:
            raise RuntimeError(f"{reply.error}: {reply.sentence}")
        found: list = json.loads(reply.text.strip().splitlines()[-1])
        return found

    def _line(self, more: str) -> str:
        return f"%train_mnist --data digits --epochs 6 --seed 3 {more}"


def main() -> None:
    interrupts, seed = numbers(300, 1)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as place, Kernel(Path(place)) as kernel:
        stops = Stops(kernel, Path(place), random.Random(seed))
        while stops.counts["interrupts"] < interrupts:
            stops.press()
            if stops.counts["interrupts"] % 10 == 0:
                sys.stderr.write(f"{dict(stops.counts)}\n")
    seconds = sorted(stops.seconds)
    what = f"{seconds[len(seconds) // 2]:.2f} s to the end of a cell, at most {seconds[-1]:.2f} s"
    what += f", {time.monotonic() - started:.0f} s"
    end(what, stops.counts, "RUN LOST", "NOT WHOLE", "TOO LATE", "THREADS LEFT", "ANOTHER END")


if __name__ == "__main__":
    main()
