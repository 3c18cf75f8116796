"""Histograms of weights, against TensorBoard's own."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

pytestmark = pytest.mark.train
summary = pytest.importorskip("tensorboard.plugins.histogram.summary_v2", reason="TensorBoard is not installed")


def buckets(message: Any) -> Any:
    """The left and right edge and the count of each bucket."""
    from tensorboard.util import tensor_util

    (value,) = message.value
    return tensor_util.make_ndarray(value.tensor)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "uint8", "bool", "bfloat16"])
def test_it_is_tensorboards(dtype: str) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes", reason="Keras' own types are not installed")
    from colab_magics.train.histogram import histogram

    values = np.random.default_rng(0).normal(0, 3, (40, 50)) ** 2
    values = values.astype(ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype)
    mine, theirs = histogram("w/histogram", values), summary.histogram_pb("w/histogram", values)
    assert mine.value[0].tag == "w/histogram"
    assert mine.value[0].metadata == theirs.value[0].metadata
    np.testing.assert_array_equal(buckets(mine)[:, :2], buckets(theirs)[:, :2])
    assert buckets(mine)[:, 2].sum() == values.size
    if "float" in dtype:  # whole numbers lie on edges, and theirs may round them to the other side
        np.testing.assert_array_equal(buckets(mine), buckets(theirs))


@given(arrays.arrays(np.float32, st.integers(0, 40)))
def test_every_finite_value_is_counted_once(values: Any) -> None:
    from colab_magics.train.histogram import histogram

    found = buckets(histogram("w", values))
    assert found.shape == (30, 3)
    assert found[:, 2].sum() == np.isfinite(values).sum()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of TensorBoard's own
@pytest.mark.parametrize("values", [[1e308, -1e308, 0.0], [1.0, np.nextafter(1, 2)], [np.nan, np.inf], []])
def test_a_range_that_cannot_be_divided_has_a_histogram(values: list[float]) -> None:
    from colab_magics.train.histogram import histogram

    assert buckets(histogram("w", np.array(values))).shape == (30, 3)
