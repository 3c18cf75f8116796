"""A small dataset and a small model for the tests of training."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from colab_magics.train import board
from colab_magics.train.datasets import Dataset, digits

_BACKEND = os.environ.get("KERAS_BACKEND", "tensorflow")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what trains a model where Keras is not installed, and say so."""
    if item.get_closest_marker("train") is not None:
        for module in ("keras", _BACKEND, "tensorboard", "sklearn"):
            if find_spec(module) is None:
                pytest.skip(f"{module} is not installed: this test trains a model")


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    pytest.importorskip("sklearn", reason="scikit-learn, which brings the digits, is not installed")
    return digits()


@pytest.fixture(autouse=True)
def runs_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "runs"
    monkeypatch.setenv("COLAB_MAGICS_RUNS", str(root))
    monkeypatch.setenv("COLAB_MAGICS_DATA", "digits")
    return root


@pytest.fixture
def no_room() -> Callable[[int], AbstractContextManager[None]]:
    """While inside, files of this process have room for so many bytes."""
    resource = pytest.importorskip("resource", reason="this system knows no limit for files")

    @contextmanager
    def limited(size: int) -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


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
