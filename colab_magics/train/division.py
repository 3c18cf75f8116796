"""Divides samples into those that are learnt from and those that are set aside to test with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colab_magics.errors import BadOption
from colab_magics.format import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_SHARE = 0.2


def divided(labels: NDArray[np.int64], seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64], str]:
    """The places of the training and the test samples, each in an order by chance, and the words for it.

    A fifth of each class, at least one sample, is set aside; of a class with a single sample none. The same ``seed``
    divides the same labels in the same way. Raises `BadOption` where nothing can be set aside.
    """
    import numpy as np

    chance = np.random.default_rng(seed)
    learnt, tested = [], []
    for kind in np.unique(labels):
        places = chance.permutation(np.flatnonzero(labels == kind))
        count = max(1, round(_SHARE * len(places))) if len(places) > 1 else 0
        tested.append(places[:count])
        learnt.append(places[count:])
    train, test = chance.permutation(np.concatenate(learnt)), chance.permutation(np.concatenate(tested))
    if not len(test):
        raise BadOption("Every class has a single sample, and some must be set aside to test with: give more samples.")
    note = f"No test data was given: {plural(len(test), 'sample')}, {_SHARE:.0%} of each class, set aside for it"
    return train, test, f"{note} by the seed {seed}."


def unlearnt(y_train: NDArray[np.int64], y_test: NDArray[np.int64], names: Sequence[str]) -> tuple[str, ...]:
    """Notes on classes that are only learnt or only tested."""
    import numpy as np

    notes = []
    for labels, others, what in ((y_test, y_train, "training"), (y_train, y_test, "test")):
        lacking = [names[place] for place in np.setdiff1d(labels, others)]
        if lacking:
            shown = ", ".join(lacking[:5]) + (" ..." if len(lacking) > 5 else "")
            notes.append(f"{plural(len(lacking), 'class', 'classes')} without a {what} sample: {shown}.")
    return tuple(notes)
