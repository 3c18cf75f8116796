"""What training makes and a gallery shows: images with their true and predicted classes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class Predictions:
    """A model's answers for n images, or n rows of a table.

    ``images``: (n, h, w) or (n, h, w, channels), as they were given, not scaled; or (n, columns). ``labels``: (n,)
    int64, the true classes. ``predicted``: (n,) int64, the most probable classes. ``probabilities``: (n, classes)
    float32, rows that sum to one, or None where only the classes are known. ``class_names``: one text for each class.
    """

    images: NDArray[np.generic]
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    probabilities: NDArray[np.float32] | None
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Predictions({len(self)} {self.noun}s, {len(self.class_names)} classes, {self.accuracy:.2%} correct)"

    @property
    def noun(self) -> str:
        """What one sample is: an image, or a row."""
        return sample_noun(self.images)

    def with_images(self, images: NDArray[np.generic]) -> Predictions:
        """The same answers for these images, of which there are as many."""
        return replace(self, images=images)

    @property
    def is_correct(self) -> NDArray[np.bool_]:
        """(n,) bool: was the image recognised?"""
        import numpy as np

        return np.equal(self.predicted, self.labels)

    @property
    def accuracy(self) -> float:
        """The share of images that were recognised, 0 to 1."""
        return float(self.is_correct.mean()) if len(self) else 0.0

    @property
    def confusion(self) -> pd.DataFrame:
        """(classes, classes) int64: how many images of each true class (rows) were taken for each class (columns)."""
        import pandas as pd

        counts = confusion_counts(self.labels, self.predicted, len(self.class_names))
        names = pd.Index(self.class_names, dtype=object)  # a text may hold what Arrow's cannot
        return pd.DataFrame(
            counts,
            index=names.rename("true"),
            columns=names.rename("predicted"),
        )

    def report(self) -> pd.DataFrame:
        """One row for each class: ``precision``, ``recall``, ``f1`` (0 to 1), ``images`` or ``rows`` truly of it.

        Missing where nothing can be divided: the precision of a class that was never predicted, the recall of one that
        has no image. F1 is 2 TP / (2 TP + FP + FN), as in C. J. van Rijsbergen, Information Retrieval, 1979.
        """
        import pandas as pd

        counts = confusion_counts(self.labels, self.predicted, len(self.class_names))
        columns = {**scores(counts), f"{self.noun}s": counts.sum(axis=1)}
        return pd.DataFrame(columns, index=pd.Index(self.class_names, dtype=object, name="class"))


def confusion_counts(labels: NDArray[np.int64], predicted: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Count in (classes, classes) how many of each true class (rows) were taken for each class (columns)."""
    import numpy as np

    return np.bincount(labels * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def scores(counts: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """``precision``, ``recall`` and ``f1`` of each class from `confusion_counts`, 0 to 1, NaN where undefined."""
    import numpy as np

    right, true, predicted = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    with np.errstate(invalid="ignore"):
        return {"precision": right / predicted, "recall": right / true, "f1": 2 * right / (true + predicted)}


def sample_noun(samples: NDArray[np.generic]) -> str:
    """What one of (n, ...) samples is called."""
    return "row" if samples.ndim == 2 else "image"
