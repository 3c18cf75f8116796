"""Pictures with their true and predicted classes, checked once to belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colab_magics.card import Tone
from colab_magics.errors import BadImages, BadOption
from colab_magics.format import percent
from colab_magics.gallery.classes import Classes, read_classes, read_names, read_probabilities, short
from colab_magics.gallery.images import Images
from colab_magics.gallery.views import View


@dataclass(frozen=True, slots=True)
class Item:
    """One picture's facts: class numbers, and the probability (0 to 1) that the model gave to ``predicted``."""

    index: int
    name: str
    true: int | None
    predicted: int | None
    probability: float | None

    @property
    def tone(self) -> Tone:
        if self.true is None or self.predicted is None:
            return ""
        return "ok" if self.true == self.predicted else "wrong"

    @property
    def share(self) -> str:
        """The probability as text: ``87.31 %``, or nothing."""
        return "" if self.probability is None else percent(self.probability)

    def caption(self, class_names: Sequence[str]) -> str:
        """Say what it is and was taken for, without symbol: ``7 correct``, ``predicted 9, true 7``."""
        true = "" if self.true is None else short(class_names[self.true])
        predicted = "" if self.predicted is None else short(class_names[self.predicted])
        if self.tone == "ok":
            return f"{true} correct"
        if self.tone == "wrong":
            return f"predicted {predicted}, true {true}"
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

    ``labels`` and ``predicted``: (n,) int64 class numbers; ``probabilities``: (n, classes), 0 to 1. Each may be None.
    """

    kind: str
    images: Images
    class_names: tuple[str, ...]
    labels: Classes | None = None
    predicted: Classes | None = None
    probabilities: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.images)

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
                raise BadOption(self._missing(view))
            return np.flatnonzero(correct if view.kind == "correct" else ~correct).astype(np.int64)
        if view.kind == "class":
            if self.labels is None:
                raise BadOption("The view class needs labels: pass them after the images.")
            return np.flatnonzero(self.labels == view.number).astype(np.int64)
        return np.arange(len(self), dtype=np.int64)

    def item(self, index: int) -> Item:
        """Collect the facts of picture ``index``."""
        predicted = None if self.predicted is None else int(self.predicted[index])
        return Item(
            index=index,
            name=self.images.name(index),
            true=None if self.labels is None else int(self.labels[index]),
            predicted=predicted,
            probability=None if self.probabilities is None else float(self.probabilities[index, predicted]),
        )

    def _missing(self, view: View) -> str:
        if self.predicted is None:
            return f"The view {view.kind} needs predictions: show a run, or pass predicted= (--predicted NAME)."
        return f"The view {view.kind} needs labels to compare with the predictions: pass them after the images."


def check(
    kind: str,
    images: Images,
    labels: object = None,
    *,
    predicted: object = None,
    probabilities: object = None,
    class_names: object = None,
) -> Samples:
    """Make `Samples` of what the person passed. Raises `BadImages` where it does not belong together."""
    count = len(images)
    if count == 0:
        raise BadImages(f"There are no {kind} to show.")
    shares = None if probabilities is None else read_probabilities(probabilities, count)
    true = None if labels is None else read_classes(labels, "labels", count)
    guessed = None if predicted is None else read_classes(predicted, "predicted", count)
    if shares is not None and guessed is None:
        guessed = shares.argmax(axis=1).astype(np.int64)
    highest = max((int(each.max()) for each in (true, guessed) if each is not None), default=-1)
    names = read_names(class_names, highest, 0 if shares is None else shares.shape[1])
    return Samples(kind, images, names, true, guessed, shares)
