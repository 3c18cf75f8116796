"""A `tf.data.Dataset` of samples and labels, read once into memory."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, TooLarge
from colab_magics.format import size
from colab_magics.machine import room

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

_SHARE = 3
"""Of the memory that is left when the reading begins, the third: what was read is put together and divided then."""

_LOOKED_AT = 8


def is_dataset(value: object) -> bool:
    """Is this a `tf.data.Dataset`? TensorFlow is not loaded to find out."""
    tensorflow = sys.modules.get("tensorflow")
    kind = getattr(getattr(tensorflow, "data", None), "Dataset", None)
    return kind is not None and isinstance(value, kind)


def read(dataset: Any, what: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """All samples and labels, in an order of their own, so that a dataset that shuffles is the same each time.

    Batches are taken apart. Raises `BadOption` for a dataset without an end or without labels, `TooLarge` for one that
    has no room.
    """
    import numpy as np

    is_batched = _is_batched(dataset, what)
    if int(dataset.cardinality()) == -1:
        raise BadOption(f"{what} has no end: leave  repeat()  out, or take a part of it,  {what}.take(1000).")
    left = room.available()
    samples: list[NDArray[Any]] = []
    labels: list[NDArray[Any]] = []
    taken = 0
    for sample, label in _elements(dataset, what):
        taken += np.asarray(sample).nbytes + np.asarray(label).nbytes
        if left is not None and _SHARE * taken > left:
            raise TooLarge(
                f"{what} has more than the {size(taken)} that fit into a third of the memory that is left, "
                f"{size(left)}, and may have no end: take a part of it,  {what}.take(1000)."
            )
        samples.append(np.asarray(sample) if is_batched else np.asarray(sample)[None])
        labels.append(np.asarray(label) if is_batched else np.asarray(label)[None])
    if not samples:
        raise BadOption(f"{what} is empty: there is nothing to learn from.")
    try:
        x, y = np.concatenate(samples), np.concatenate(labels)
    except ValueError as error:
        raise BadOption(
            f"The samples of {what} differ in shape: make them the same first, such as by  tf.image.resize. ({error})"
        ) from error
    order = _order(x, y)
    return x[order], y[order]


def _elements(dataset: Any, what: str) -> Iterator[tuple[Any, Any]]:
    """The pairs of a dataset. Raises `BadOption` where the person's own functions in it fail."""
    try:
        yield from dataset.as_numpy_iterator()
    except sys.modules["tensorflow"].errors.OpError as error:
        reason = (str(error.message).strip().splitlines() or [type(error).__name__])[0]
        raise BadOption(f"{what} fails while it is read: {reason}") from error


def _is_batched(dataset: Any, what: str) -> bool:
    """Has each element many samples? They are as many as its labels then."""
    spec = dataset.element_spec
    if not isinstance(spec, tuple) or len(spec) != 2 or not all(hasattr(part, "shape") for part in spec):
        raise BadOption(
            f"{what} must give pairs of one sample and its label, or of batches of them:  "
            "dataset.map(lambda sample: (sample['image'], sample['label']))."
        )
    x, y = (part.shape for part in spec)
    if x.rank is None or y.rank is None:
        raise BadOption(f"{what} does not say what shape its samples have: say it by  tf.ensure_shape  in its  map().")
    if not x.rank:
        return False
    if y.rank != 1 or x[0] is None:
        return bool(y.rank and x.rank > 1 and x[0] == y[0])
    return (
        x.rank > 1
        and x[0] == y[0]
        and not _are_one_hot(label for _, label in _elements(dataset.take(_LOOKED_AT), what))
    )


def _are_one_hot(labels: Iterable[Any]) -> bool:
    """Is each of these one sample's label? By its shape it may as well be the labels of a batch."""
    return all(set(label.tolist()) <= {0, 1} and label.sum() == 1 for label in labels)


def _order(x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.int64]:
    """The places of the samples in the order of their hashes."""
    import numpy as np

    hashes = [
        (hashlib.blake2b(sample.tobytes(), digest_size=16).digest(), label.tobytes())
        for sample, label in zip(x, y, strict=True)
    ]
    return np.array(sorted(range(len(hashes)), key=hashes.__getitem__), "int64")
