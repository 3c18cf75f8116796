"""Trainings that are killed at random moments, half of them amid a save: does every one go on, and to the same end?

    python tests/soak/trainings.py [KILLS] [SEED]

A small training saves ten times a second. Its process is killed, from its very beginning on, and another goes on with
the run, until it has finished; then the next begins. After each kill the newest checkpoint must be whole, none that was
published may be gone, its counters must agree, and it may be behind what was last reached by no more than the time
between two saves. The weights, the optimizer and the history of a run that has finished must be those of one that was
never killed, bit for bit, and of its files none may be left but the last
two checkpoints and the best.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from pupils import Gauge, Pupil, hash_of, load, network, often
from tally import end, numbers

STEPS = 12  # of an epoch: 1,437 digits in batches of 128
EPOCHS = 30
INTERVAL = 0.1  # s


def train(gauge: Gauge) -> str:
    """Begin the run, or go on with it; the hash of all that it is in the end."""
    from colab_magics.train.control import Control
    from colab_magics.train.request import Request
    from colab_magics.train.training import train

    gauge.watch(STEPS)
    is_new = not Path("runs/it/checkpoints").is_dir() or not any(Path("runs/it/checkpoints").glob("*.json"))
    words = {"name": "it"} if not Path("runs/it").exists() else {"resume": "it"}
    request = Request(epochs=EPOCHS, batch_size=128, data="digits", seed=3, fresh=is_new and "resume" in words, **words)
    with often(INTERVAL):
        return hash_of(train(network(), request, tell=lambda event: None, control=Control()))


def check(folder: Path, gauge: Gauge, counts: Counter[str], lost: list[float]) -> None:
    """Look at what a kill has left."""
    from colab_magics.train.shelf import Shelf

    shelf = Shelf(folder / "runs" / "it" / "checkpoints")
    if not any(shelf.folder.glob("*.json")):
        counts["before the first save"] += 1
        counts["LOST"] += gauge.published > 0
        return
    state, notes = shelf.newest()
    if state is None or notes:
        counts["LOST"] += 1
        return
    counts["restorable"] += 1
    steps = state.epoch * STEPS + state.step
    whole = [int(value) for value in state.arrays.values() if value.shape == () and value.dtype.kind in "iu"]
    counts["COUNTERS DIFFER"] += steps not in whole or len(state.rows) != state.epoch
    counts["LOST"] += steps < gauge.published
    if gauge.begun:
        lost.append(gauge.when[gauge.steps] - (gauge.when[steps] or gauge.begun))
        counts["MORE THAN AN INTERVAL LOST"] += lost[-1] > INTERVAL + 2 * (gauge.longest_save + gauge.longest_step)


def await_moment(pupil: Pupil, gauge: Gauge, dice: random.Random, start: float) -> bool:
    """Wait for the moment to kill it; is that amid a save?"""
    if dice.random() < 0.4:
        time.sleep(dice.uniform(0, 1.5 * start))  # of its beginning, too
        return bool(gauge.is_saving)
    while not gauge.begun and not pupil.is_over():
        time.sleep(0.002)
    time.sleep(dice.uniform(0, 0.4))
    while not gauge.is_saving and not pupil.is_over():
        time.sleep(0.0003)
    time.sleep(dice.uniform(0, 0.9 * gauge.longest_save))
    return bool(gauge.is_saving)


def main() -> None:
    kills, seed = numbers(500, 1)
    dice, counts, lost = random.Random(seed), Counter[str](), list[float]()
    load()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place, "whole")
        whole.mkdir()
        gauge = Gauge.shared()
        expected = Pupil(lambda: train(gauge), whole).end()
        start = gauge.begun - began
        number = 0
        while counts["kills"] < kills:
            folder = Path(place, str(number := number + 1))
            folder.mkdir()
            is_over = False
            while not is_over:
                gauge = Gauge.shared()
                pupil = Pupil(lambda gauge=gauge: train(gauge), folder)
                is_amid = counts["kills"] < kills and await_moment(pupil, gauge, dice, start)
                is_over = counts["kills"] >= kills or pupil.is_over()
                if is_over:
                    counts["finished"] += 1
                    counts["ANOTHER END"] += pupil.end() != expected
                    names = [path.name for path in (folder / "runs" / "it" / "checkpoints").iterdir()]
                    counts["LEFT BEHIND"] += len(names) > 6 or any(name.startswith(".") for name in names)
                else:
                    pupil.kill()
                    counts["kills"] += 1
                    counts["amid a save"] += is_amid
                    check(folder, gauge, counts, lost)
                    if counts["kills"] % 25 == 0:
                        print(dict(counts), file=sys.stderr, flush=True)
    what = f"{time.monotonic() - began:.0f} s, at most {max(lost, default=0):.2f} s of training lost by a kill"
    end(what, counts, "LOST", "MORE THAN AN INTERVAL LOST", "COUNTERS DIFFER", "ANOTHER END", "LEFT BEHIND")


if __name__ == "__main__":
    main()
