"""Newest checkpoints that are damaged in every way: is the one before taken, is it said, and is the end the same?

    python tests/soak/damaged_checkpoints.py [DAMAGES] [SEED]

A training is broken off, and bytes of its newest checkpoint are changed: one bit or many, cut off, emptied, set to zero,
replaced by the other checkpoint's, or without one of its two files. All are read, and the one before must be found, with
a sentence that names the damaged one; every twentieth is gone on with, and must end bit for bit as if nothing had been.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pupils import Pupil, hash_of, load, network, often
from tally import end, numbers

EPOCHS, BREAK = 3, 20  # steps, of 12 in an epoch


def flip(path: Path, dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def scribble(path: Path, dice: random.Random) -> None:
    content, size = path.read_bytes(), dice.randrange(1, 5000)
    begin = dice.randrange(len(content))
    path.write_bytes(content[:begin] + dice.randbytes(size) + content[begin + size :])


def zero(path: Path, dice: random.Random) -> None:
    content = path.read_bytes()
    begin = dice.randrange(len(content) - 1)
    path.write_bytes(content[:begin] + bytes(len(content) - begin))


def cut(path: Path, dice: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: dice.randrange(path.stat().st_size)])


def lengthen(path: Path, dice: random.Random) -> None:
    path.write_bytes(path.read_bytes() + dice.randbytes(dice.randrange(1, 1000)))


def empty(path: Path, dice: random.Random) -> None:
    path.write_bytes(b"")


def take_older(path: Path, dice: random.Random) -> None:
    shutil.copyfile(sorted(path.parent.glob(f"[0-9]*{path.suffix}"))[-2], path)


def take_away(path: Path, dice: random.Random) -> None:
    path.unlink()


DAMAGES: tuple[Callable[[Path, random.Random], None], ...] = (
    flip,
    flip,
    scribble,
    zero,
    cut,
    lengthen,
    empty,
    take_older,
    take_away,
)


class Broken(Exception):
    """What breaks the training off."""


def train(*, is_broken: bool = False, again: bool = False) -> str:
    """The hash of all that the run is, and what was said."""
    from colab_magics.train.control import Control
    from colab_magics.train.request import Request
    from colab_magics.train.training import train

    steps = 0

    def hear(event: object) -> None:
        nonlocal steps
        steps += type(event).__name__ == "StepEnded"
        if is_broken and steps == BREAK:
            raise Broken

    request = Request(
        epochs=EPOCHS, batch_size=128, data="digits", seed=3, **({"resume": "it"} if again else {"name": "it"})
    )
    with often():
        run = train(network(), request, tell=hear, control=Control())
    return f"{hash_of(run)} {' '.join(run.notes)}"


def broken() -> str:
    with contextlib.suppress(Broken):
        train(is_broken=True)
    return ""


def outcome(folder: Path, damage: Callable[[Path, random.Random], None], dice: random.Random) -> str:
    """Damage the newest checkpoint of a run, and look for the one before."""
    from colab_magics.train.shelf import Shelf

    shelf = Shelf(folder / "runs" / "it" / "checkpoints")
    before, last = sorted(shelf.folder.glob("[0-9]*.npz"))[-2:]
    path = last if damage is take_older else dice.choice((last, last, last.with_suffix(".json")))
    whole = path.read_bytes()
    damage(path, dice)
    if path.exists() and path.read_bytes() == whole:
        return "nothing changed"
    state, notes = shelf.newest()
    found = None if state is None else f"{state.epoch:06}-{state.step:08}"
    if found == last.stem:
        return "no part that matters" if path.suffix == ".json" else "DAMAGED TAKEN"
    if found != before.stem:
        return "LOST"
    if not last.with_suffix(".json").exists():  # as where the save was not finished
        notes = shelf.unfinished(state)
    return "said" if len(notes) == 1 and last.stem in notes[0] else "NOT SAID"


def main() -> None:
    damages, seed = numbers(200, 1)
    dice, counts = random.Random(seed), Counter[str]()
    load()
    with tempfile.TemporaryDirectory() as place:
        whole, cut_off, work = (Path(place, name) for name in ("whole", "cut off", "work"))
        whole.mkdir()
        expected = Pupil(train, whole).end().split()[0]
        cut_off.mkdir()
        Pupil(broken, cut_off).end()
        number = 0
        while number < damages:
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(cut_off, work)
            found = outcome(work, DAMAGES[number % len(DAMAGES)], dice)
            counts[found] += 1
            number += found != "nothing changed"
            if number % 20 == 0 and found != "nothing changed":
                told = Pupil(lambda: train(again=True), work).end()
                counts["gone on with"] += 1
                counts["ANOTHER END"] += told.split()[0] != expected
                counts["NOT SAID"] += found == "said" and "the one before it was taken" not in told
    end(f"{damages} damaged checkpoints", counts, "DAMAGED TAKEN", "LOST", "NOT SAID", "ANOTHER END")


if __name__ == "__main__":
    main()
