"""What an error says: of Keras and its backend, the line that tells what was wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from colab_magics.train.fault import said

IMAGES = np.zeros((96, 64), "float32")


@pytest.mark.train
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_keras_says_of_a_wrong_input(small: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="Exception encountered when calling") as caught:
        small().fit(IMAGES[:, :5], np.zeros((96, 10)), verbose=0)
    assert "input shape to have value 64, but received input with shape (32, 5)" in said(caught.value)
    assert "\x1b" not in said(caught.value)


@pytest.mark.train
def test_what_tensorflow_says_of_a_wrong_label(small: Callable[..., Any]) -> None:
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("another backend has no graph")
    with pytest.raises(Exception, match="Graph execution error") as caught:
        small("sparse_categorical_crossentropy").fit(IMAGES, np.full(96, 12), verbose=0)
    assert said(caught.value).startswith("Received a label value of 12 which is outside the valid range of [0, 10)")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("", "ValueError"),
        ("\n one \n two", "one"),
        ("Graph execution error:\n\n2 root error(s) found.\n  (0) INVALID_ARGUMENT: no such file\n", "no such file"),
        ("Graph execution error:\n", "Graph execution error:"),
        ("w" * 400, f"{'w' * 300} …"),
    ],
)
def test_one_line(words: str, line: str) -> None:
    assert said(ValueError(words)) == line
