"""Trainings that are killed at random moments, half of them amid a save: does every one go on, and to the same end?

    python tests/soak/trainings.py [KILLS] [SEED]

A small training saves as often as it can. Its process is killed, and another goes on with the run, until it has
finished; then the next begins. After each kill the newest checkpoint must be whole, its counters must agree, and it
may be behind what was last reached by no more than the save that was broken off. The weights, the optimizer and the
history of a run that has finished must be those of one that was never killed, bit for bit. Prints the counts, and
leaves 1 where anything was lost.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

STEPS = 12  # of an epoch: 1,437 digits in batches of 128
EPOCHS = 60

_CHILD = """
import hashlib, os, sys
from colab_magics.train import loop, saver, training
from colab_magics.train.control import Control
from colab_magics.train.request import Request
import keras

saver.INTERVAL = saver._SHARE = 0
loop._PERIOD = 0.0
place = os.open("reached", os.O_RDWR | os.O_CREAT)
reached = training._Training._reached
def telling(self, position):
    reached(self, position)
    os.pwrite(place, b"%06d %06d" % (position.epoch, position.step), 0)
training._Training._reached = telling
keras.utils.set_random_seed(3)
layers = keras.layers
model = keras.Sequential([keras.Input((64,)), layers.Dense(int(sys.argv[2])), layers.BatchNormalization(),
                          layers.Dropout(0.3), layers.Dense(10, activation="softmax")])
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
is_new = not os.path.isdir("runs/it/checkpoints")
open("begun", "w").close()
wishes = Request(epochs=int(sys.argv[1]), batch_size=128, data="digits", seed=3, name="it" if is_new else None,
                 resume=None if is_new else "it")
run = training.train(model, wishes, tell=lambda event: None, control=Control())
whole = hashlib.sha256()
for variable in [*run.model.variables, *run.model.optimizer.variables]:
    whole.update(variable.numpy().tobytes())
whole.update(run.history.drop(columns="seconds").to_csv().encode())
print("hash", whole.hexdigest())
"""


def start(folder: Path) -> subprocess.Popen[str]:
    """Train in a process of its own, or go on with what is there."""
    environ = {**os.environ, "COLAB_MAGICS_RUNS": str(folder / "runs"), "TF_CPP_MIN_LOG_LEVEL": "2"}
    (folder / "begun").unlink(missing_ok=True)
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(EPOCHS), "256"],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def await_save(folder: Path, child: subprocess.Popen[str]) -> None:
    """Wait until a save has begun, and not yet ended."""
    while child.poll() is None and not any(folder.glob(".*.part")):
        pass


def end(child: subprocess.Popen[str]) -> str:
    """Wait for it, and give the hash that it told. Raises RuntimeError where it told none."""
    output, errors = child.communicate()
    if child.returncode or "hash" not in output:
        raise RuntimeError(errors[-2000:])
    return output.split()[-1]


def check(folder: Path, counts: Counter[str]) -> None:
    """Look at what a kill has left."""
    from colab_magics.train.checkpoint import Shelf

    shelf = Shelf(folder / "runs" / "it" / "checkpoints")
    counts["amid a save"] += any(shelf.folder.glob(".*.part"))
    if not any(shelf.folder.glob("*.json")):
        counts["before the first save"] += 1
        return
    state, notes = shelf.newest()
    if state is None or notes:
        counts["LOST"] += 1
        return
    steps = state.epoch * STEPS + state.step
    iterations = [int(value) for value in state.arrays.values() if value.shape == () and value.dtype.kind in "iu"]
    if steps not in iterations:
        counts["COUNTERS DIFFER"] += 1
    epoch, step = map(int, (folder / "reached").read_text().split())
    counts["steps lost"] += max(0, epoch * STEPS + step - steps)
    counts["restorable"] += 1


def main() -> None:
    kills, seed = (int(word) for word in (*sys.argv[1:], *("500", "1")[len(sys.argv) - 1 :]))
    dice, counts = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as place:
        began = time.monotonic()
        whole = Path(place, "whole")
        whole.mkdir()
        expected = end(start(whole))
        number = 0
        while counts["kills"] < kills:
            folder = Path(place, str(number := number + 1))
            folder.mkdir()
            while True:
                child = start(folder)
                while not (folder / "begun").exists() and child.poll() is None:
                    time.sleep(0.02)
                time.sleep(dice.uniform(0, 3))
                if dice.random() < 0.6:
                    await_save(folder / "runs" / "it" / "checkpoints", child)
                if counts["kills"] >= kills or child.poll() is not None:
                    found = end(child)
                    counts["finished"] += 1
                    counts["ANOTHER END"] += found != expected
                    break
                child.send_signal(signal.SIGKILL)
                child.communicate()
                counts["kills"] += 1
                check(folder, counts)
    print(f"{time.monotonic() - began:.0f} s; " + ", ".join(f"{name}: {count}" for name, count in counts.items()))
    sys.exit(any(counts[name] for name in ("LOST", "COUNTERS DIFFER", "ANOTHER END")))


if __name__ == "__main__":
    main()
