"""Predictions as training makes them."""

import numpy as np
import pytest

from colab_magics.predictions import Predictions


def predictions(labels: list[int], predicted: list[int]) -> Predictions:
    return Predictions(
        images=np.zeros((len(labels), 2, 2), np.uint8),
        labels=np.array(labels, np.int64),
        predicted=np.array(predicted, np.int64),
        probabilities=None,
        class_names=("cat", "dog"),
    )


def test_right_and_wrong() -> None:
    found = predictions([0, 1, 1, 0], [0, 1, 0, 0])
    assert found.is_correct.tolist() == [True, True, False, True]
    assert found.accuracy == 0.75
    assert len(found) == 4
    assert repr(found) == "Predictions(4 images, 2 classes, 75.00% correct)"


def test_none_at_all() -> None:
    assert predictions([], []).accuracy == 0.0


def test_predictions_do_not_change() -> None:
    with pytest.raises(AttributeError, match="cannot assign to field"):
        predictions([0], [0]).labels = np.zeros(1, np.int64)


def test_where_a_model_is_wrong() -> None:
    found = predictions([0, 1, 1, 0, 1], [0, 1, 0, 0, 1])
    assert found.confusion.to_dict() == {"cat": {"cat": 2, "dog": 1}, "dog": {"cat": 0, "dog": 2}}
    report = found.report()
    assert report.loc["cat"].to_dict() == pytest.approx({"precision": 2 / 3, "recall": 1.0, "f1": 0.8, "images": 2})
    assert report.loc["dog"].to_dict() == pytest.approx({"precision": 1.0, "recall": 2 / 3, "f1": 0.8, "images": 3})


def test_what_cannot_be_divided_is_missing() -> None:
    report = predictions([0, 0], [0, 0]).report()
    assert report.loc["dog", ["precision", "recall", "f1"]].isna().all()
    assert predictions([], []).confusion.to_numpy().tolist() == [[0, 0], [0, 0]]
