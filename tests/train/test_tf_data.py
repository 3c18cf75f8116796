"""Datasets of TensorFlow, read into memory."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colab_magics.errors import BadOption, TooLarge
from colab_magics.machine import room
from colab_magics.train.config import hash_of_data
from colab_magics.train.given import Given
from colab_magics.train.own_data import read
from colab_magics.train.tf_data import is_dataset

tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
pytestmark = pytest.mark.train

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 4, 3), "uint8")
LABELS = np.arange(40) % 4
WHOLE = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS))


def rows(x: np.ndarray) -> set[bytes]:
    return {row.tobytes() for row in x}


@pytest.mark.parametrize(
    "dataset",
    [
        WHOLE,
        WHOLE.batch(7),
        WHOLE.batch(8, drop_remainder=True),
        WHOLE.shuffle(40).batch(16).prefetch(2),
        WHOLE.map(lambda x, y: (x, tf.one_hot(y, 4))),
        WHOLE.map(lambda x, y: (x, tf.one_hot(y, 4))).batch(9),
        WHOLE.filter(lambda x, y: True),
    ],
)
def test_every_form_is_the_same_data(dataset: Any) -> None:
    found = read(Given(dataset, ("ds",)), None, 0)
    assert (found.name, found.source, found.is_from_memory) == ("ds", "memory (tf.data)", True)
    assert (found.x_train.shape, found.x_test.shape) == ((32, 4, 3), (8, 4, 3))
    assert hash_of_data(found) == hash_of_data(read(Given(WHOLE), None, 0))
    for x, y in ((found.x_train, found.y_train), (found.x_test, found.y_test)):
        places = [int(np.flatnonzero((image == IMAGES).all(axis=(1, 2)))[0]) for image in x]
        assert LABELS[places].tolist() == y.tolist()
    assert found.preparation[0] == "Read once into memory: 40 samples."


def test_rows_in_batches() -> None:
    table = tf.data.Dataset.from_tensor_slices((np.eye(40, 10, dtype="float32"), LABELS)).batch(10)
    assert read(Given(table), None, 0).x_train.shape == (32, 10)


def test_one_to_learn_from_and_one_to_test_with() -> None:
    found = read(Given((WHOLE.batch(4), WHOLE.take(8).batch(4)), ("a", "b")), None, 0)
    assert (found.name, len(found.x_train), len(found.x_test)) == ("a,b", 40, 8)
    assert rows(found.x_test) == rows(IMAGES[:8])


def test_names_of_the_classes() -> None:
    dataset = WHOLE.batch(4)
    dataset.class_names = ["<b>", "cat", "dog", "owl"]
    assert read(Given(dataset), None, 0).class_names == ("<b>", "cat", "dog", "owl")


@pytest.mark.parametrize(
    ("dataset", "sentence"),
    [
        (WHOLE.repeat(), r"ds has no end: leave {2}repeat\(\) {2}out, or take a part of it, {2}ds.take\(1000\)"),
        (
            WHOLE.map(lambda x, y: (tf.ensure_shape(tf.reshape(x[: y + 1], (-1,)), (6,)), y)),
            "ds fails while it is read",
        ),
        (WHOLE.take(0), "ds is empty"),
        (WHOLE.map(lambda x, y: x), "ds must give pairs of one sample and its label"),
        (WHOLE.map(lambda x, y: {"image": x, "label": y}), "ds must give pairs of one sample and its label"),
        (WHOLE.map(lambda x, y: ({"a": x}, y)), "ds must give pairs of one sample and its label"),
        (
            tf.data.Dataset.from_generator(
                lambda: iter([(np.zeros((2, 2)), 0), (np.zeros((3, 3)), 1)]),
                output_signature=(tf.TensorSpec((None, None)), tf.TensorSpec((), "int64")),
            ),
            "The samples of ds differ in shape: make them the same first, such as by {2}tf.image.resize",
        ),
        (
            tf.data.Dataset.from_generator(lambda: iter([]), output_types=("float32", "int64")),
            "ds does not say what shape its samples have",
        ),
    ],
)
def test_what_cannot_be_learnt_is_one_sentence(dataset: Any, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        read(Given(dataset, ("ds",)), None, 0)


def test_one_that_never_ends_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "available", lambda root=Path("/"): 3_000)
    endless = WHOLE.repeat().filter(lambda x, y: True)
    with pytest.raises(TooLarge, match=r"fit into a third of the memory that is left, 2.9 kB, and may have no end"):
        read(Given(endless, ("ds",)), None, 0)


def test_what_is_none() -> None:
    assert not is_dataset([WHOLE])
    assert (Given(WHOLE).name, Given((WHOLE, WHOLE)).name) == ("tf.data", "tf.data")
