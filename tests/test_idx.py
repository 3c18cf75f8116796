"""IDX files: the array that was written, or one sentence."""

import gzip
import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from colab_magics.errors import BrokenFile, SourceDenied, SourceNotFound
from colab_magics.idx import TYPES, is_idx, read_idx

CODES = {np.dtype(name).newbyteorder("="): code for code, name in TYPES.items()}
IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


def idx(array: np.ndarray) -> bytes:
    dimensions = b"".join(length.to_bytes(4, "big") for length in array.shape)
    return (
        bytes([0, 0, CODES[array.dtype], array.ndim])
        + dimensions
        + array.astype(array.dtype.newbyteorder(">")).tobytes()
    )


def read(folder: Path, content: bytes) -> np.ndarray:
    path = folder / "images.idx"
    path.write_bytes(content)
    return read_idx(path)


@pytest.mark.parametrize("dtype", CODES)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_every_type_comes_back(tmp_path: Path, dtype: np.dtype, pack) -> None:
    array = IMAGES.astype(dtype)
    got = read(tmp_path, pack(idx(array)))
    assert got.dtype == dtype
    assert got.dtype.isnative
    assert got.flags.writeable
    np.testing.assert_array_equal(got, array)


def test_real_mnist(mnist_folder: Path) -> None:
    images = read_idx(mnist_folder / "t10k-images-idx3-ubyte.gz")
    labels = read_idx(mnist_folder / "t10k-labels-idx1-ubyte.gz")
    assert (images.shape, images.dtype, labels.shape) == ((10000, 28, 28), np.uint8, (10000,))
    assert labels[:5].tolist() == [7, 2, 1, 0, 4]


GOOD = idx(IMAGES)
PACKED = gzip.compress(GOOD, mtime=0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"^images.idx is empty. Get the file again.$"),
        (gzip.compress(b"", mtime=0), r"is empty"),
        (GOOD[:3], r"is truncated: it ends inside its header"),
        (GOOD[:9], r"is truncated: it ends inside its header"),
        (
            GOOD[:-1],
            r"truncated: its header promises 24 bytes of values \(2 x 3 x 4\), it holds 23. Get the file again.$",
        ),
        (GOOD + b"x", r"is damaged: it goes on after the 24 bytes its header promises. Get the file again.$"),
        (
            b"\x89PNG" + GOOD,
            r"is not an IDX file: it starts with the wrong magic number 89 50 4e 47. Name one of MNIST.s files, or get the file again.$",
        ),
        (b"\0\0\x0a\x01" + bytes(4), r"wrong magic number 00 00 0a 01"),
        (b"\0\0\x08\x00", r"wrong magic number 00 00 08 00"),
        (b"\0\0\x08\xff" + bytes(1020), r"wrong magic number"),
        (b"\0\0\x08\x03" + b"\xff" * 12, r"promises more values than any file can hold"),
        (b"\0\0\x08\x03" + bytes(4) + b"\xff" * 8, r"promises more values than any file can hold"),
        (
            b"\0\0\x08\x01\x7f\xff\xff\xff",
            r"promises 2,147,483,647 bytes of values \(2147483647\), it holds 0. Get the file again.$",
        ),
        (PACKED[:-9], r"is damaged: it does not unpack as gzip .* Get the file again.$"),
        (PACKED[:-4] + b"oops", r"does not unpack as gzip"),
        (PACKED[:12] + b"\xff\xff\xff" + PACKED[15:], r"does not unpack as gzip"),
        (PACKED + b"trailing", r"does not unpack as gzip"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(BrokenFile, match=sentence):
        read(tmp_path, content)


def test_no_items_are_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, b"\0\0\x08\x03" + bytes(4) + bytes([0, 0, 0, 28] * 2)).shape == (0, 28, 28)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_promise_costs_no_memory(tmp_path: Path, pack) -> None:
    content = pack(b"\0\0\x0e\x02" + b"\x00\x00\xff\xff" * 2 + bytes(1000))
    tracemalloc.start()
    try:
        with pytest.raises(BrokenFile, match="truncated"):
            read(tmp_path, content)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="There is no file .*none.idx: check the name"):
        read_idx(tmp_path / "none.idx")
    with pytest.raises(SourceDenied, match="cannot be read .*: name a file that you may read"):
        read_idx(tmp_path)


@given(arrays(st.sampled_from(list(CODES)), array_shapes(max_dims=4, max_side=5)), st.booleans())
def test_any_array_comes_back(tmp_path_factory: pytest.TempPathFactory, array: np.ndarray, is_packed: bool) -> None:
    folder = tmp_path_factory.getbasetemp()
    got = read(folder, gzip.compress(idx(array)) if is_packed else idx(array))
    np.testing.assert_array_equal(got, array)


@given(st.data())
@settings(max_examples=300)
def test_a_mutated_file_is_a_value_or_a_broken_file(tmp_path_factory: pytest.TempPathFactory, data) -> None:
    content = bytearray(data.draw(st.sampled_from([GOOD, PACKED])))
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=4)
    ):
        content[place] = byte
    content = bytes(content)[: data.draw(st.integers(0, len(content)))] + data.draw(st.binary(max_size=6))
    try:
        got = read(tmp_path_factory.getbasetemp(), content)
    except BrokenFile as error:
        assert str(error).startswith("images.idx is ")
    else:
        assert got.nbytes <= 1100 * len(content)


@given(st.binary(max_size=40))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    try:
        read(tmp_path_factory.getbasetemp(), content)
    except BrokenFile as error:
        assert len(str(error).splitlines()) == 1


def test_it_knows_its_own(tmp_path: Path) -> None:
    assert is_idx(GOOD)
    assert not is_idx(b"\0\0\x08")
    assert not is_idx(io.BytesIO(b"a,b\n").read())
