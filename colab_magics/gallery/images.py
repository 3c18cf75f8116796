"""Pictures held in arrays: what counts as one, which pixel values are black and white, and how it becomes 8-bit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colab_magics.errors import BadImages
from colab_magics.gallery.arrays import Array, as_array, check_kind, is_picture
from colab_magics.picture_files import flat

Picture = Image.Image
"""A Pillow image of mode L or RGB."""

_SMALL = 64
"""Pixels: the pixels of a larger picture are not looked at one by one."""
_AT_ONCE = 16_000_000
"""Bytes of an array that are looked at in one go."""
_TALL = 16
"""Pixels: nobody has many grey pictures so tall that are but 3 or 4 wide."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A picture that is not there, and why."""

    reason: str


class Images(Protocol):
    """Pictures by index. ``side``: the longest in pixels; ``channels``: 1 or 3; ``note``: what a person must know."""

    @property
    def side(self) -> int: ...
    @property
    def channels(self) -> int: ...
    @property
    def note(self) -> str: ...
    def __len__(self) -> int: ...
    def name(self, index: int) -> str: ...
    def picture(self, index: int, side: int) -> Picture | Unreadable: ...
    def values(self, index: int) -> list[Any] | None: ...


@dataclass(frozen=True, slots=True)
class Range:
    """The pixel values that are shown as black and as white."""

    low: float
    high: float

    @classmethod
    def spanning(cls, low: float, high: float) -> Range:
        """0 to 1 and 0 to 255 where the values fit them, else the values' own smallest and largest."""
        if low >= 0 and high <= 1:
            return cls(0, 1)
        if low >= 0 and 128 <= high <= 255:
            return cls(0, 255)
        return cls(low, high)

    def __str__(self) -> str:
        return f"Pixel values from {self.low:g} to {self.high:g} are shown from black to white."

    def as_bytes(self, pixels: Array) -> NDArray[np.uint8]:
        """Map ``pixels`` to 0..255."""
        if pixels.dtype == np.uint8 and (self.low, self.high) == (0, 255):
            return pixels.astype(np.uint8, copy=False)
        span = (self.high - self.low) or 1.0
        ratio = (pixels.astype(np.float64) - self.low) / span
        return np.rint(np.clip(ratio, 0, 1) * 255).astype(np.uint8)


@dataclass(frozen=True, eq=False, slots=True)
class ArrayImages:
    """Arrays (h, w), (h, w, 1), (h, w, 3) or (h, w, 4) in a sequence, or as the rows of one array."""

    arrays: Sequence[Array] | Array
    range: Range
    side: int
    channels: int
    is_turned: bool = False

    @property
    def note(self) -> str:
        return f"{self.range} The channels came first." if self.is_turned else str(self.range)

    def __len__(self) -> int:
        return len(self.arrays)

    def name(self, index: int) -> str:
        return f"#{index}"

    def values(self, index: int) -> list[Any] | None:
        """The rows of picture ``index`` if it is small: numbers, or lists of a number for each channel."""
        array = self.arrays[index]
        if max(array.shape[:2]) > _SMALL:
            return None
        pixels = array.view(np.uint8) if array.dtype == np.bool_ else array  # 0 and 1, as the range says
        rows: list[Any] = (pixels[..., 0] if pixels.shape[2:] == (1,) else pixels).tolist()
        return rows

    def picture(self, index: int, side: int) -> Picture:
        """Picture ``index`` with sides of at most ``side`` pixels."""
        array = self.arrays[index]
        step = max(1, max(array.shape[:2]) // (4 * side))
        pixels = self.range.as_bytes(array[::step, ::step])
        return fitted(Image.fromarray(pixels[..., 0] if pixels.shape[2:] == (1,) else pixels), side)


def fitted(picture: Picture, side: int) -> Picture:
    """Make it L or RGB, transparency on white, no side longer than ``side``; small pictures keep their size."""
    picture = flat(picture)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return picture


def read_arrays(source: object, what: str) -> ArrayImages:
    """Read (n, h, w), (n, h, w, 1|3|4), (n, 1|3|4, h, w), or a list of pictures of any sizes. Raises `BadImages`."""
    check_kind(source, what)
    if isinstance(source, (list, tuple)) and any(map(is_picture, source)):
        given = [as_array(each, f"{what}[{index}]") for index, each in enumerate(source)]
        arrays = [_channels_last(each, 0) for each in given]
        for index, array in enumerate(arrays):
            _check_shape(array.shape, array.dtype, f"{what}[{index}]", first="")
        return _measured(arrays, arrays, what, is_turned=any(a is not b for a, b in zip(arrays, given, strict=True)))
    given_array = as_array(source, what)
    array = _channels_last(given_array, 1)
    if array.ndim and not len(array):
        raise BadImages(f"There are no {what} to show: the array of shape {array.shape} is empty.")
    _check_shape(array.shape, array.dtype, what, first="n, ")
    if array.ndim == 3 and array.shape[1] >= _TALL and array.shape[2] in {3, 4}:
        raise BadImages(
            f"The {what} have the shape {array.shape} of one coloured picture: pass a list of it,  [{what}]."
        )
    return _measured(array, [array[0]], what, is_turned=array is not given_array)


def _channels_last(array: Array, lead: int) -> Array:
    """Turn (channels, h, w), as PyTorch has it, into (h, w, channels), without a copy; the rest stays as it is."""
    rest = array.shape[lead:]
    is_first = len(rest) == 3 and rest[0] in {1, 3, 4} and rest[2] not in {1, 3, 4}
    return np.moveaxis(array, lead, -1) if is_first else array


def _check_shape(shape: tuple[int, ...], dtype: np.dtype[np.generic], what: str, *, first: str) -> None:
    if dtype.kind not in "buif":
        raise BadImages(f"The {what} hold values of type {dtype}, not pixels: pass arrays of numbers.")
    lead = 1 if first else 0
    picture = shape[lead:]
    if len(picture) in {2, 3} and 0 in picture:
        raise BadImages(f"The {what} have no pixels: their shape is {shape}.")
    if len(picture) == 2 or (len(picture) == 3 and picture[2] in {1, 3, 4}):
        return
    forms = f"({first}height, width) or ({first}height, width, 1, 3 or 4)"
    raise BadImages(f"The {what} have the shape {shape}; a gallery takes {forms}.{_hint(shape, what, lead)}")


def _hint(shape: tuple[int, ...], what: str, lead: int) -> str:
    rest = shape[lead:]
    if lead and len(rest) == 3:
        channel = f"{what}[:, 0]" if rest[0] < rest[2] else f"{what}[..., 0]"
        return f" To see one channel of each, pass  {channel}."
    if not lead or len(rest) != 1 or rest[0] < 2:
        return ""
    side = round(rest[0] ** 0.5)
    rows = f" If each row is one picture, try  {what}.reshape(-1, {side}, {side})." if side * side == rest[0] else ""
    return f" If this is one picture, pass a list of it,  [{what}].{rows}"


def _measured(arrays: Sequence[Array] | Array, shapes: Sequence[Array], what: str, *, is_turned: bool) -> ArrayImages:
    ends = np.array([(piece.min(), piece.max()) for piece in _pieces(arrays)], np.float64)
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    if not np.isfinite([low, high]).all():
        raise BadImages(f"The {what} hold values that are not numbers (NaN or infinite): replace them first.")
    return ArrayImages(
        arrays,
        Range.spanning(low, high),
        side=max(max(each.shape[:2]) for each in shapes),
        channels=3 if any(each.ndim == 3 and each.shape[2] > 1 for each in shapes) else 1,
        is_turned=is_turned,
    )


def _pieces(arrays: Sequence[Array] | Array) -> Iterator[Array]:
    """Part one large array, which may lie in a file, so that it is read once and not once for each question."""
    if not isinstance(arrays, np.ndarray):
        yield from arrays
        return
    rows = max(1, _AT_ONCE // max(1, arrays[0].nbytes))
    for start in range(0, len(arrays), rows):
        yield arrays[start : start + rows]
