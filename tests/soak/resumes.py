"""Trainings that are broken off at a random step and gone on with: are they, bit for bit, those that were not?

    python tests/soak/resumes.py [EACH] [SEED]

Three configurations, each so many times: the tutorial's network that ends early and with its best weights, the
convolutional one with its dropout, batch normalisation and schedule, the recipe fast. Half of the trainings are stopped,
half break off by an error in the middle, after which the newest checkpoint counts. Compared is the whole last state:
weights, optimizer, metrics, random numbers, what the early stopping knows, the history, and the loss on the test images.
"""

from __future__ import annotations

import contextlib
import random
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pupils import Pupil, load, often
from tally import end, numbers

CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "mlp, early stopping": {"model": "mlp", "epochs": 12, "batch_size": 256, "learning_rate": 0.02, "early_stop": 2},
    "cnn": {"model": "cnn", "epochs": 2, "batch_size": 128},
    "fast": {"model": "mlp", "recipe": "fast"},
}


class Broken(Exception):
    """What breaks a training off."""


def train(
    words: dict[str, Any], at: int = 0, *, is_stopped: bool = True, tell: Callable[[], None] = lambda: None
) -> Any:
    """Train, but not farther than to so many steps of this time."""
    import keras

    from colab_magics.train.control import Control
    from colab_magics.train.request import Request
    from colab_magics.train.training import train

    words, stop, steps = dict(words), threading.Event(), 0

    def hear(event: Any) -> None:
        nonlocal steps
        if type(event).__name__ == "StepEnded":
            tell()
            steps += 1
            if steps == at and is_stopped:
                stop.set()
            elif steps == at:
                raise Broken

    keras.utils.set_random_seed(random.randrange(1000))
    model = words.pop("model")
    return train(model, Request(data="digits", seed=3, **words), tell=hear, control=Control(stop))


def state(run: Any) -> dict[str, Any]:
    """All that the run is in the end, as bytes."""
    from colab_magics.train.shelf import Shelf

    last, notes = Shelf(run.directory / "checkpoints").newest()
    if last is None or notes:
        raise RuntimeError(f"no whole checkpoint: {notes}")
    found: dict[str, Any] = {name: value.tobytes() for name, value in last.arrays.items()}
    found["callbacks"], found["place"] = last.callbacks, (last.epoch, last.step, last.is_over)
    found["rows"] = run.history.drop(columns="seconds").to_csv()
    found["weights"] = b"".join(variable.numpy().tobytes() for variable in run.model.variables)
    found["tested"] = run.test_loss, run.predictions.probabilities.tobytes()
    return found


def rounds(words: dict[str, Any], count: int, seed: int) -> str:
    """So many broken trainings of one configuration, as the words of what became of each."""
    dice, steps, told = random.Random(seed), 0, list[str]()

    def step() -> None:
        nonlocal steps
        steps += 1

    with often():
        whole = state(train({**words, "name": "whole"}, tell=step))
        for number in range(count):
            name, is_stopped = f"broken{number}", number % 2 == 0
            told.append("stopped" if is_stopped else "broken off")
            with contextlib.suppress(Broken):
                train({**words, "name": name}, dice.randrange(1, steps), is_stopped=is_stopped)
            there = Path("runs", name).exists()  # else it had saved nothing, and the name is free
            found = state(train({**words, "name": name} if not there else {"resume": name, "model": words["model"]}))
            differing = [key for key in whole if found.get(key) != whole[key]]
            if differing or found.keys() != whole.keys():
                sys.stderr.write(f"{name}: {differing}\n")
                told.append("OTHERS")
            else:
                told.append("equal")
    return ",".join(told)


def main() -> None:
    each, seed = numbers(20, 1)
    load()
    counts = Counter[str]()
    for name, words in CONFIGURATIONS.items():
        with tempfile.TemporaryDirectory() as folder:
            found = Pupil(lambda words=words: rounds(words, each, seed), Path(folder)).end().split(",")
        sys.stderr.write(f"{name}: {dict(Counter(found))}\n")
        counts.update(found)
    end(f"{3 * each} trainings gone on with", counts, "OTHERS")


if __name__ == "__main__":
    main()
