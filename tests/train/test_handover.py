"""A dataset on its way to another process."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from colab_magics.errors import OutputDenied
from colab_magics.train.given import Given
from colab_magics.train.handover import leave, taken
from colab_magics.train.own_data import read


def test_it_arrives_whole_and_leaves_nothing_behind(tmp_path: Path) -> None:
    dataset = read(Given((np.eye(20), ["<b>", "\u2028"] * 10)), None, 0)
    leave(dataset, tmp_path)
    found = taken(tmp_path)
    for field in fields(dataset):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(dataset, field.name))
    assert list(tmp_path.iterdir()) == []
    assert taken(tmp_path) is None


def test_it_cannot_be_written(tmp_path: Path) -> None:
    dataset = read(Given((np.eye(20), [0, 1] * 10)), None, 0)
    with pytest.raises(OutputDenied, match=r"handed to a process of its own, .* kB in .*: train in this kernel"):
        leave(dataset, tmp_path / "nowhere")
