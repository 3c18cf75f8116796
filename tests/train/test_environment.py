"""What a run tells of the place where it ran."""

import platform

import pytest

from colab_magics.train.environment import environment

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")


def test_what_made_the_numbers() -> None:
    told = environment()
    assert (told["python"], told["backend"]) == (platform.python_version(), keras.backend.backend())
    assert told["packages"]["keras"] == keras.__version__
    assert told["processors"] >= 1
    assert told["precision"] == "float32"
    assert told["memory_available"] is None or told["memory_available"] > 0
