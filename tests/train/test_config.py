"""What describes a training: the same for the same one, another for another one."""

from dataclasses import replace
from typing import Any

import pytest

from colab_magics.train.config import Config, hash_of_data, hash_of_model
from colab_magics.train.datasets import Dataset

CONFIG = Config(None, "d", "s", "1", "m", "2", 20, 128, "tutorial", 1e-3, None, None, 5, "3.15", "tensorflow")


def test_it_comes_back_from_json() -> None:
    assert Config.read(CONFIG.as_json()) == CONFIG
    with pytest.raises(KeyError, match="epochs"):
        Config.read(
            {"data": None, "dataset": "d"} | {"source": "s", "data_sha256": "", "model": "m", "model_sha256": ""}
        )


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(TypeError, match="its numbers are none"):
        Config.read(CONFIG.as_json() | {"epochs": "many"})


@pytest.mark.parametrize("name", ["model", "precision", "target", "learning_rate", "early_stop", "best", "shape"])
def test_what_is_of_another_kind_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=f"its {name} is of another kind"):
        Config.read(CONFIG.as_json() | {name: {"name": 1}})


def test_differences_are_told_in_words() -> None:
    other = replace(CONFIG, epochs=3, backend="jax", data_sha256="9", order=6, source="elsewhere")
    assert CONFIG.differences(other) == [
        "the number of epochs was 20, and is 3",
        "the backend was tensorflow, and is jax",
        "the data is another one",
    ]
    assert CONFIG.differences(CONFIG) == []


def test_the_data_is_told_by_its_content(dataset: Dataset) -> None:
    first = hash_of_data(dataset)
    assert first == hash_of_data(replace(dataset, name="other"))
    changed = dataset.y_test.copy()
    changed[3] += 1
    assert first != hash_of_data(replace(dataset, y_test=changed))
    assert first != hash_of_data(replace(dataset, x_train=dataset.x_train.reshape(len(dataset.x_train), -1)))


@pytest.mark.train
def test_a_model_is_told_by_what_it_is_and_not_by_its_names() -> None:
    keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")

    def model(units: int = 8, rate: float = 1e-3, **compiled: Any) -> str:
        found = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dense(2)])
        found.compile(**{"loss": "mse", "optimizer": keras.optimizers.Adam(rate), **compiled})
        return hash_of_model(found)

    assert model() == model()
    hashes = [model(), model(9), model(rate=1e-2), model(loss="mae"), model(optimizer="sgd")]
    assert len(set(hashes)) == len(hashes)
