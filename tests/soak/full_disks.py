"""Trainings whose disk is full from a random step on: do they go on, say so, and keep what was saved before?

    PYTHONPATH=tests python tests/soak/full_disks.py [TRAININGS] [SEED]

The disk is a small file system in memory that is filled, for which this must be root on Linux; or the process may not
write files of more than some bytes. In half of the trainings there is room again some
steps later. Every training must come to the end that it has with room enough, bit for bit. Where there was none until
the end, it must be told, and the newest checkpoint must be a whole one, at least as new as the last before; with room
again, the last state must be kept. Every fifth run is then gone on with, to the same end.
"""

from __future__ import annotations

import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from disks import Disk, with_mounts
from pupils import Pupil, hash_of, load, network, often
from tally import end, numbers

STEPS = 12  # of an epoch: 1,437 digits in batches of 128
EPOCHS = 4
KINDS = ("limit of the process", "full")


class Trouble:
    """From one step of the training on, to another."""

    def __init__(self, kind: str, disk: Disk, dice: random.Random) -> None:
        self.kind, self._disk = kind, disk
        self.begin = dice.randrange(2, STEPS * EPOCHS - 2)
        self.end = dice.choice((0, dice.randrange(self.begin + 1, STEPS * EPOCHS)))
        self._left = dice.choice((0, 100, 2000, 20_000))
        self._steps = 0
        self.newest: tuple[int, int] | None = None
        """The newest checkpoint when it began."""

    def tell(self, event: Any) -> None:
        """Count steps."""
        if type(event).__name__ == "StepEnded":
            self._steps += 1
            if self._steps == self.begin:
                self.newest = newest()
                self._take()
            elif self._steps == self.end:
                self.give_back()

    def _take(self) -> None:
        if self.kind == "full":
            self._disk.fill(self._left)
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self._left, resource.RLIM_INFINITY))

    def give_back(self) -> None:
        if self.kind == "full":
            self._disk.free()
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def newest() -> tuple[int, int] | None:
    """Where the newest checkpoint stands. Raises RuntimeError where one is damaged."""
    from colab_magics.train.shelf import Shelf

    state, notes = Shelf(Path("runs/it/checkpoints")).newest()
    if notes:
        raise RuntimeError(f"damaged: {notes}")
    return None if state is None else (state.epoch, state.step)


def train(trouble: Trouble | None, *, again: bool = False) -> str:
    """What became of it, and the hash of all that it is."""
    from colab_magics.train.control import Control
    from colab_magics.train.request import Request
    from colab_magics.train.training import train

    words = {"resume": "it"} if again else {"name": "it"}
    request = Request(epochs=EPOCHS, batch_size=128, data="digits", seed=3, **words)
    with often():
        run = train(network(), request, tell=trouble.tell if trouble else lambda event: None, control=Control())
    told = hash_of(run)
    if trouble is None:
        return f"{told} fine"
    kept, is_said = newest(), any("could not be saved" in note for note in run.notes)
    if trouble.end:
        return f"{told} {'saved again' if kept == (EPOCHS, 0) and not is_said else 'NOT SAVED AGAIN'}"
    if trouble.newest is not None and (kept is None or kept < trouble.newest):
        return f"{told} LOST"
    if kept == (EPOCHS, 0):
        return f"{told} all had room"
    return f"{told} {'told' if is_said else 'NOT TOLD'}"


def once(kind: str, disk: Disk, dice: random.Random, counts: Counter[str], expected: str, *, again: bool) -> None:
    """Train with one trouble, and count what came of it."""
    trouble = Trouble(kind, disk, dice)
    try:
        found, outcome = Pupil(lambda: train(trouble), disk.folder).end().split(" ", 1)
    except RuntimeError as error:
        sys.stderr.write(f"{kind} from step {trouble.begin} to {trouble.end}: {error}\n")
        found, outcome = expected, "BROKEN OFF"
    counts[outcome] += 1
    counts["ANOTHER END"] += found != expected
    disk.free()
    if again and outcome != "BROKEN OFF":
        counts["gone on with"] += 1
        counts["ANOTHER END"] += Pupil(lambda: train(None, again=True), disk.folder).end().split()[0] != expected


def main() -> None:
    trainings, seed = numbers(100, 1)
    is_root = with_mounts()
    kinds = KINDS if is_root else KINDS[:1]
    dice, counts = random.Random(seed), Counter[str]()
    load()
    with tempfile.TemporaryDirectory() as place:
        disk = Disk(Path(place), is_mounted=is_root)
        expected = Pupil(lambda: train(None), disk.folder).end().split()[0]
        for number in range(trainings):
            shutil.rmtree(disk.folder / "runs")
            once(kinds[number % len(kinds)], disk, dice, counts, expected, again=number % 5 == 0)
            if number % 10 == 9:
                sys.stderr.write(f"{number + 1}: {dict(counts)}\n")
        if is_root:
            disk.free()
            shutil.rmtree(disk.folder / "runs")
            subprocess.run(["umount", place], check=True)
    why = "" if is_root else " (only root on Linux can mount: no small disks)"
    end(
        f"{trainings} trainings without room{why}",
        counts,
        "BROKEN OFF",
        "LOST",
        "NOT TOLD",
        "NOT SAVED AGAIN",
        "ANOTHER END",
    )


if __name__ == "__main__":
    main()
