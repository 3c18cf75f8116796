"""Pictures with their true and predicted classes, checked once to belong together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from colab_magics.card import Tone
from colab_magics.errors import BadImages, BadOption
from colab_magics.format import percent
from colab_magics.gallery.classes import (
    Classes,
    note_on_doubt,
    note_on_order,
    note_on_sums,
    numbered,
    read_classes,
    read_names,
    read_picture_names,
    read_probabilities,
    short,
)
from colab_magics.gallery.images import Images
from colab_magics.gallery.views import Cell, View
from colab_magics.predictions import confusion_counts

_LEAST = 1e-7
"""A probability below it counts as this one, as in `keras.config.epsilon`: the loss stays a number."""


@dataclass(frozen=True, slots=True)
class Item:
    """One picture's facts: class numbers, the probability (0 to 1) given to ``predicted``, and the loss."""

    index: int
    name: str
    true: int | None
    predicted: int | None
    probability: float | None
    loss: float | None

    @property
    def tone(self) -> Tone:
        if self.true is None or self.predicted is None:
            return ""
        return "ok" if self.true == self.predicted else "wrong"

    @property
    def share(self) -> str:
        """The probability as text: ``87.31 %``, or nothing."""
        return "" if self.probability is None else percent(self.probability)

    def caption(self, class_names: Sequence[str], between: str = " ") -> str:
        """Say what it is and was taken for, without symbol: ``7 correct``, ``predicted 9, true 7``."""
        true = "" if self.true is None else short(class_names[self.true])
        predicted = "" if self.predicted is None else short(class_names[self.predicted])
        if self.tone == "ok":
            return f"{true} correct"
        if self.tone == "wrong":
            return f"predicted {predicted},{between}true {true}"
        return true or (f"predicted {predicted}" if predicted else short(self.name))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many pictures each view has; None where labels or predictions are missing."""

    first: int
    correct: int | None
    wrong: int | None
    classes: tuple[int, ...] | None


@dataclass(frozen=True, eq=False, slots=True)
class Samples:
    """n pictures. ``kind`` names them in sentences (``test images``).

    ``labels`` and ``predicted``: (n,) int64 class numbers; ``probabilities``: (n, classes), 0 to 1. Each may be None,
    and so may ``names``: the pictures have names of their own. ``note``: what a person must know of the classes.
    """

    kind: str
    images: Images
    class_names: tuple[str, ...]
    labels: Classes | None = None
    predicted: Classes | None = None
    probabilities: NDArray[np.float32] | None = None
    names: tuple[str, ...] | None = None
    note: str = ""

    def __len__(self) -> int:
        return len(self.images)

    @property
    def noun(self) -> str:
        """What one of them is called: ``test image``."""
        return self.kind.removesuffix("s")

    @property
    def is_correct(self) -> NDArray[np.bool_] | None:
        """(n,) bool, or None where a label or a prediction is missing."""
        if self.labels is None or self.predicted is None:
            return None
        return np.equal(self.labels, self.predicted)

    @property
    def counts(self) -> Counts:
        correct = self.is_correct
        right = None if correct is None else int(correct.sum())
        wrong = None if right is None else len(self) - right
        labels = self.labels
        sizes = None if labels is None else np.bincount(labels, minlength=len(self.class_names))
        return Counts(len(self), right, wrong, None if sizes is None else tuple(int(size) for size in sizes))

    def members(self, view: View) -> Classes:
        """Find the indices of a view's pictures, rising. Raises `BadOption` where the view needs what is missing."""
        if view.needs_predictions:
            correct = self.is_correct
            if correct is None:
                raise BadOption(self._missing(f"The view {view.kind}"))
            if view.kind == "confusion":
                return self._in_cells(view.cells)
            return np.flatnonzero(correct if view.kind == "correct" else ~correct).astype(np.int64)
        if view.kind == "class":
            if self.labels is None:
                raise BadOption("The view class needs labels: pass them after the images.")
            return np.flatnonzero(self.labels == view.number).astype(np.int64)
        return np.arange(len(self), dtype=np.int64)

    @property
    def confusion(self) -> Classes | None:
        """(classes, classes) int64: how many of each true class (rows) were taken for each; None as `is_correct`."""
        if self.labels is None or self.predicted is None:
            return None
        return confusion_counts(self.labels, self.predicted, len(self.class_names))

    def ranks(self, by: Literal["loss", "confidence", "margin"]) -> NDArray[np.float32]:
        """Measure each picture, (n,).

        ``loss``: the cross-entropy in nats, -log of the probability of the true class; ``confidence``: the
        probability of the predicted class; ``margin``: how far it is above the most probable of the other classes.
        Raises `BadOption` where probabilities or labels are missing.
        """
        shares = self.probabilities
        if shares is None or self.predicted is None:
            raise BadOption(f"{by.capitalize()} needs probabilities: pass probabilities= (--probabilities NAME).")
        rows = np.arange(len(self))
        if by == "confidence":
            return shares[rows, self.predicted]
        if by == "loss":
            if self.labels is None:
                raise BadOption("Loss needs labels: pass them after the images.")
            return -np.log(np.maximum(shares[rows, self.labels], np.float32(_LEAST)))
        if shares.shape[1] == 1:
            return shares[:, 0]
        others = shares.copy()
        others[rows, self.predicted] = -1
        highest: NDArray[np.float32] = others.max(axis=1)
        return shares[rows, self.predicted] - highest

    def name(self, index: int) -> str:
        return self.images.name(index) if self.names is None else self.names[index]

    def item(self, index: int) -> Item:
        """Collect the facts of picture ``index``."""
        predicted = None if self.predicted is None else int(self.predicted[index])
        true = None if self.labels is None else int(self.labels[index])
        shares = None if self.probabilities is None else self.probabilities[index]
        return Item(
            index=index,
            name=self.name(index),
            true=true,
            predicted=predicted,
            probability=None if shares is None else float(shares[predicted]),
            loss=None if shares is None or true is None else -math.log(max(float(shares[true]), _LEAST)),
        )

    def _in_cells(self, cells: Sequence[Cell]) -> Classes:
        is_in = np.full(len(self), not cells)
        for true, predicted in cells:
            is_of = np.full(len(self), True)
            if true is not None:
                is_of &= self.labels == true
            if predicted is not None:
                is_of &= self.predicted == predicted
            is_in |= is_of
        return np.flatnonzero(is_in).astype(np.int64)

    def _missing(self, what: str) -> str:
        if self.predicted is None:
            return f"{what} needs predictions: show a run, or pass predicted= (--predicted NAME)."
        return f"{what} needs labels to compare with the predictions: pass them after the images."


def check(
    kind: str,
    images: Images,
    labels: object = None,
    *,
    predicted: object = None,
    probabilities: object = None,
    class_names: object = None,
    names: object = None,
) -> Samples:
    """Make `Samples` of what the person passed. Raises `BadImages` where it does not belong together."""
    count = len(images)
    if count == 0:
        raise BadImages(f"There are no {kind} to show.")
    notes = [note_on_order(labels, predicted, probabilities, class_names)]
    labels, predicted, class_names = numbered(labels, predicted, class_names)
    shares = None if probabilities is None else read_probabilities(probabilities, count)
    true = None if labels is None else read_classes(labels, "labels", count)
    guessed = None if predicted is None else read_classes(predicted, "predicted", count)
    if shares is not None and guessed is None:
        guessed = shares.argmax(axis=1).astype(np.int64)
    highest = max((int(each.max()) for each in (true, guessed) if each is not None), default=-1)
    classes = read_names(class_names, highest, 0 if shares is None else shares.shape[1])
    own = None if names is None else read_picture_names(names, count)
    notes += [note_on_sums(shares), note_on_doubt(guessed, shares)]
    return Samples(kind, images, classes, true, guessed, shares, own, " ".join(filter(None, notes)))
