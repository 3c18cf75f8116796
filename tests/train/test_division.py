"""Samples set aside to test with."""

import numpy as np
import pytest

from colab_magics.errors import BadOption
from colab_magics.train.division import divided, unlearnt


def test_a_fifth_of_each_class_by_a_seed() -> None:
    labels = np.repeat([0, 1, 2], [50, 10, 1])
    train, test, told = divided(labels, 3)
    assert sorted([*train, *test]) == list(range(61))
    assert np.bincount(labels[test], minlength=3).tolist() == [10, 2, 0]
    assert told == "No test data was given: 12 samples, 20% of each class, set aside for it by the seed 3."
    again, other = divided(labels, 3), divided(labels, 4)
    assert (train.tolist(), test.tolist()) == (again[0].tolist(), again[1].tolist())
    assert test.tolist() != other[1].tolist()


def test_nothing_can_be_set_aside() -> None:
    with pytest.raises(BadOption, match="Every class has a single sample"):
        divided(np.arange(3), 0)


def test_classes_that_are_only_learnt_or_only_tested() -> None:
    assert unlearnt(np.array([0, 1, 1]), np.array([0, 2]), ["a", "b", "c"]) == (
        "1 class without a training sample: c.",
        "1 class without a test sample: b.",
    )
    assert unlearnt(np.array([0, 1]), np.array([1, 0]), ["a", "b"]) == ()
