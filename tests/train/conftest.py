"""A small dataset and a small model for the tests of training."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from colab_magics.train import board
from colab_magics.train.datasets import Dataset, digits


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    return digits()


@pytest.fixture(autouse=True)
def runs_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "runs"
    monkeypatch.setenv("COLAB_MAGICS_RUNS", str(root))
    monkeypatch.setenv("COLAB_MAGICS_DATA", "digits")
    return root


@pytest.fixture
def small() -> Callable[..., Any]:
    """Makes a compiled classifier of ten classes for images of 64 pixels."""
    import keras

    def make(loss: str = "categorical_crossentropy") -> Any:
        model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, activation="softmax")])
        model.compile(loss=loss, optimizer="adam", metrics=["accuracy"])
        return model

    return make


@pytest.fixture(autouse=True)
def _no_board_is_left() -> Iterator[None]:
    yield
    board.stop_all()
