"""NumPy files to arrays, arrays to frames."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from colab_magics.errors import BadOption, BrokenFile, UnknownFormat
from colab_magics.ingest.arrays import read_numpy, to_frame


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6),
        np.arange(6.0).reshape(2, 3),
        np.zeros((0, 3)),
        np.float32(3),
        np.array(["a", "bc"]),
        np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")]),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.arange(3, dtype=">i4"),
    ],
)
def test_an_npy_file_comes_back(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", array)
    np.testing.assert_array_equal(read_numpy(tmp_path / "a.npy", "a.npy", None), array)


def test_the_member_of_an_npz_file(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.arange(3), y=np.arange(4))
    assert len(read_numpy(path, "a.npz", "y")) == 4
    np.savez(path, only=np.arange(5))
    assert len(read_numpy(path, "a.npz", None)) == 5


def saved(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    ("content", "member", "error", "sentence"),
    [
        (saved(x=np.arange(3), y=np.arange(3)), None, BadOption, "a holds 2 arrays: choose one by --member, of x, y"),
        (saved(x=np.arange(3)), "z", BadOption, "a has no array z: choose one by --member, of x"),
        (saved(), None, BrokenFile, "a is empty: there is no array in it"),
        (header("{'descr': '<i8', 'fortran_order': False, 'shape': (3,)}"), "x", BadOption, "leave --member out"),
        (
            header("{'descr': '<i8', 'fortran_order': False, 'shape': (3,)}"),
            None,
            BrokenFile,
            "a is truncated: its header promises more",
        ),
        (
            header("{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000000,)}"),
            None,
            BrokenFile,
            "is truncated: its header promises more values than it holds",
        ),
        (b"a,b\n", None, BrokenFile, "a is not a NumPy file"),
    ],
)
def test_what_is_wrong_with_a_file(
    tmp_path: Path, content: bytes, member: str | None, error: type[Exception], sentence: str
) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(error, match=sentence):
        read_numpy(tmp_path / "a", "a", member)


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_objects_are_never_unpickled(tmp_path: Path, suffix: str) -> None:
    marker = tmp_path / "marker"

    class Payload:
        def __reduce__(self):
            return Path.touch, (marker,)

    save = np.save if suffix == "npy" else np.savez
    save(tmp_path / f"a.{suffix}", np.array([Payload()], dtype=object))
    with pytest.raises(UnknownFormat, match="a holds Python objects, and reading them runs whatever"):
        read_numpy(tmp_path / f"a.{suffix}", "a", None)
    assert not marker.exists()


def test_one_and_two_dimensions() -> None:
    pd.testing.assert_frame_equal(to_frame(np.arange(3)), pd.DataFrame({0: [0, 1, 2]}))
    pd.testing.assert_frame_equal(to_frame(np.arange(6).reshape(3, 2)), pd.DataFrame(np.arange(6).reshape(3, 2)))
    assert to_frame(np.arange(3)).attrs == {}


def test_a_single_value_is_one_row() -> None:
    assert to_frame(np.array(7)).to_numpy().tolist() == [[7]]


def test_fields_become_columns() -> None:
    frame = to_frame(np.array([(1, 2.5)], dtype=[("a", ">i4"), ("b", "f8")]))
    assert frame.columns.tolist() == ["a", "b"]
    assert frame["a"].tolist() == [1]


@pytest.mark.parametrize("shape", [(5, 28, 28), (5, 8, 8, 3), (0, 28, 28)])
def test_images_become_rows(shape: tuple[int, ...]) -> None:
    images = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    frame = to_frame(images)
    assert frame.shape == (shape[0], np.prod(shape[1:]))
    assert frame.attrs["shape"] == shape
    np.testing.assert_array_equal(frame.to_numpy().reshape(shape), images)


def test_the_byte_order_is_the_machines_own() -> None:
    assert to_frame(np.arange(3, dtype=">f8"))[0].dtype.isnative
