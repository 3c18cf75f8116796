"""Which numbers are pixels of a byte, scaled to 0 to 1 as MNIST's are, and which are taken as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

Arrays = tuple["NDArray[Any]", "NDArray[Any]"]


def as_learnt(x_train: NDArray[Any], x_test: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], tuple[str, ...]]:
    """The samples in the type in which a `Dataset` has them, uint8 only for what is to be scaled; and a note.

    Bytes are pixels, and so are whole numbers of images that go beyond 127 and not beyond 255; other whole numbers
    and floats are taken as they are.
    """
    kind = x_train.dtype.kind
    if kind == "b":
        return x_train.astype("float32"), x_test.astype("float32"), ()
    low, high = min(x_train.min(), x_test.min()), max(x_train.max(), x_test.max())
    is_image = x_train.ndim > 2
    if kind == "f":
        is_advised = is_image and low >= 0 and 128 <= high <= 255
        return x_train, x_test, (_FLOATS,) if is_advised else ()
    is_of_bytes = x_train.dtype == x_test.dtype == "uint8"
    if (is_of_bytes and high > 1) or (is_image and low >= 0 and 128 <= high <= 255):
        return x_train.astype("uint8", copy=False), x_test.astype("uint8", copy=False), ()
    note = f"The whole numbers, from {low:,} to {high:,}, are taken as they are: only pixels of 0 to 255 are scaled."
    return x_train.astype("float32"), x_test.astype("float32"), (note,)


_FLOATS = "The pixels are floats from 0 to 255 and are taken as they are: divided by 255, most models learn better."
