"""What is scaled as the pixels of MNIST are, and what is not."""

import numpy as np
import pytest

from colab_magics.train.pixels import as_learnt


def images(*values: float, dtype: str) -> np.ndarray:
    return np.resize(np.array(values, dtype), (4, 2, 2))


@pytest.mark.parametrize(
    ("given", "dtype", "note"),
    [
        (images(0, 17, dtype="uint8"), "uint8", ""),
        (images(0, 255, dtype="int64"), "uint8", ""),
        (images(0, 1, dtype="uint8"), "float32", "from 0 to 1, are taken as they are"),
        (images(0, 16, dtype="int64"), "float32", "from 0 to 16, are taken as they are"),
        (images(-1, 200, dtype="int16"), "float32", "from -1 to 200, are taken as they are"),
        (images(0, 65_535, dtype="uint16"), "float32", "from 0 to 65,535, are taken as they are"),
        (images(0, 1, dtype="float64"), "float64", ""),
        (images(0, 255, dtype="float32"), "float32", "floats from 0 to 255 and are taken as they are"),
        (images(0, 1, dtype="bool"), "float32", ""),
        (np.array([[1, 200], [3, 4]]), "float32", "from 1 to 200, are taken as they are"),
        (np.array([[1, 200], [3, 4]], "uint8"), "uint8", ""),
    ],
)
def test_the_type_says_whether_it_is_scaled(given: np.ndarray, dtype: str, note: str) -> None:
    train, test, notes = as_learnt(given, given)
    assert (train.dtype, test.dtype) == (dtype, dtype)
    np.testing.assert_array_equal(train, given)
    assert note in " ".join(notes)
    assert bool(note) == bool(notes)
