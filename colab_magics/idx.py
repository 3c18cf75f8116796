"""Reads IDX files, the format of MNIST, plain or gzipped: the array that was written, or why there is none.

The format (http://yann.lecun.com/exdb/mnist): two zero bytes, a type, a number of dimensions; the dimensions; the
values, row by row.
"""

from __future__ import annotations

import gzip
import math
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from colab_magics.errors import BrokenFile, SourceDenied, SourceNotFound
from colab_magics.format import number, plural

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""The type byte of an IDX file, with numpy's name of the type; values are stored with the highest byte first."""

MOST_DIMENSIONS = 32  # as many as every numpy has
_CHUNK = 1 << 20


def read_idx(path: Path) -> NDArray[np.generic]:
    """Read an IDX file, gzipped or not, into an array of its own shape and type, in the machine's byte order.

    Raises `BrokenFile` when the file is empty, truncated, longer than its header says or no IDX file at all,
    `SourceNotFound` and `SourceDenied` when it cannot be opened. A header that promises more than the file holds
    costs no memory: space is taken as the values arrive.
    """
    try:
        with path.open("rb") as plain:
            start = plain.read(2)
            plain.seek(0)
            if start != b"\x1f\x8b":
                return _read(plain, path.name)
            with gzip.GzipFile(fileobj=plain) as unpacked:
                return _read(unpacked, path.name)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BrokenFile(
            f"{path.name} is damaged: it does not unpack as gzip ({error}). Get the file again."
        ) from error
    except FileNotFoundError as error:
        raise SourceNotFound(f"There is no file {path}: check the name and the folder.") from error
    except OSError as error:
        raise SourceDenied(f"{path} cannot be read ({error.strerror}): name a file that you may read.") from error


def is_idx(head: bytes) -> bool:
    """Do these first bytes of a file start an IDX file?"""
    return len(head) >= 4 and head[:2] == b"\0\0" and head[2] in TYPES and 1 <= head[3] <= MOST_DIMENSIONS


def _read(file: BinaryIO | gzip.GzipFile, name: str) -> NDArray[np.generic]:
    import numpy as np

    magic = file.read(4)
    if not magic:
        raise BrokenFile(f"{name} is empty. Get the file again.")
    if len(magic) < 4:
        raise BrokenFile(f"{name} is truncated: it ends inside its header. Get the file again.")
    if not is_idx(magic):
        raise BrokenFile(
            f"{name} is not an IDX file: it starts with the wrong magic number {magic.hex(' ')}. "
            "Name one of MNIST's files, or get the file again."
        )
    dtype, shape = np.dtype(TYPES[magic[2]]), _read_shape(file, magic[3], name)
    expected = math.prod(shape) * dtype.itemsize
    if math.prod(filter(None, shape)) * dtype.itemsize > sys.maxsize:
        raise BrokenFile(
            f"{name} is damaged: its header promises more values than any file can hold. Get the file again."
        )
    values = _read_values(file, expected)
    if len(values) < expected:
        promise = f"{plural(expected, 'byte')} of values ({' x '.join(map(str, shape))})"
        raise BrokenFile(
            f"{name} is truncated: its header promises {promise}, it holds {number(len(values))}. Get the file again."
        )
    if file.read(1):
        raise BrokenFile(
            f"{name} is damaged: it goes on after the {plural(expected, 'byte')} its header promises. "
            "Get the file again."
        )
    array = np.ndarray(shape, dtype, buffer=values)
    return array if dtype.isnative else array.byteswap(inplace=True).view(dtype.newbyteorder("="))


def _read_shape(file: BinaryIO | gzip.GzipFile, dimensions: int, name: str) -> tuple[int, ...]:
    header = file.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise BrokenFile(f"{name} is truncated: it ends inside its header. Get the file again.")
    return tuple(int.from_bytes(header[start : start + 4], "big") for start in range(0, len(header), 4))


def _read_values(file: BinaryIO | gzip.GzipFile, expected: int) -> bytearray:
    values = bytearray()
    while len(values) < expected and (chunk := file.read(min(_CHUNK, expected - len(values)))):
        values += chunk
    return values
