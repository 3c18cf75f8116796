"""Some of the rows: the first, those that meet a condition, random ones; with the types that all rows would give."""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from colab_magics.ingest.grammar import condition
from colab_magics.ingest.reading import Amount
from colab_magics.ingest.rows import Types, batches, first_rows, sample

FRAME = pd.DataFrame({"a": np.arange(1000), "b": np.arange(1000) % 7})


def test_the_first_rows_read_no_piece_more() -> None:
    def pieces() -> Iterator[pd.DataFrame]:
        yield from batches(FRAME[:300], 100)
        raise AssertionError("a piece too many was read")

    pd.testing.assert_frame_equal(first_rows(pieces(), None, 250), FRAME[:250])
    expected = FRAME[FRAME["b"] == 3][:20].reset_index(drop=True)
    pd.testing.assert_frame_equal(first_rows(pieces(), condition("b == 3"), 20), expected)


def test_no_row_meets_it() -> None:
    frame = first_rows(batches(FRAME, 100), condition("b > 9"), 5)
    assert list(frame.columns) == ["a", "b"]
    assert len(frame) == 0


@pytest.mark.parametrize("amount", [Amount(10), Amount(999), Amount(5000), Amount(share=0.1), Amount(share=1.0)])
@pytest.mark.parametrize("rows", [7, 100, 5000])
def test_a_sample_has_exactly_as_many_rows_in_their_order(amount: Amount, rows: int) -> None:
    frame, total = sample(batches(FRAME, rows), None, amount, seed=1)
    assert total == 1000
    assert len(frame) == min(amount.rows or round(1000 * (amount.share or 0)), 1000)
    assert frame["a"].is_monotonic_increasing
    assert frame["a"].is_unique
    assert frame.index.equals(pd.RangeIndex(len(frame)))
    assert frame.dtypes.equals(FRAME.dtypes)


def test_the_seed_makes_it_again_whatever_the_pieces() -> None:
    first, _ = sample(batches(FRAME, 13), None, Amount(50), seed=7)
    again, _ = sample(batches(FRAME, 400), None, Amount(50), seed=7)
    other, _ = sample(batches(FRAME, 400), None, Amount(50), seed=8)
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_each_row_has_the_same_chance() -> None:
    counts = np.zeros(100)
    for seed in range(2000):
        frame, _ = sample(batches(FRAME[:100], 30), None, Amount(20), seed=seed)
        counts[frame["a"]] += 1
    # 2,000 draws of probability 0.2: mean 400, standard deviation 17.9
    assert abs(counts.mean() - 400) < 1e-9
    assert np.abs(counts - 400).max() < 5 * math.sqrt(2000 * 0.2 * 0.8)


def test_only_rows_that_meet_the_condition_are_drawn() -> None:
    frame, total = sample(batches(FRAME, 100), condition("b == 3"), Amount(share=0.5), seed=1)
    assert total == (FRAME["b"] == 3).sum()
    assert len(frame) == round(total / 2)
    assert set(frame["b"]) == {3}


@pytest.mark.parametrize(
    "columns",
    [
        ([1, 2], [1.5, 2.5]),
        ([1, 2], [None, None]),
        ([True, False], [None, None]),
        ([None, None], ["x", "y"]),
        ([None, None], [None, None]),
        ([1, 2], [3, 4]),
    ],
)
def test_types_are_those_of_a_whole_reading(columns: tuple[list[object], list[object]]) -> None:
    import io

    def read(*parts: list[object]) -> pd.DataFrame:
        return pd.read_csv(
            io.StringIO("a,k\n" + "".join(f"{'' if x is None else x},0\n" for part in parts for x in part))
        )

    types = Types()
    for part in columns:
        types.add(read(part))
    first = read(columns[0])
    assert types.apply(first)["a"].dtype == read(*columns)["a"].dtype


def test_nothing_at_all() -> None:
    with pytest.raises(ValueError, match="there is nothing in it"):
        sample(iter(()), None, Amount(3), seed=1)


@pytest.mark.parametrize(
    "index", [pd.Index([30, 10, 20, 40]), pd.Index(["x", "y", "x", "z"]), pd.RangeIndex(4, name="n")]
)
def test_rows_with_names_keep_them(index: pd.Index) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3, 4]}, index=index)
    whole = condition("a > 1")
    pd.testing.assert_frame_equal(first_rows(batches(frame, 3), whole, 9), frame[1:], check_index_type=False)
    pd.testing.assert_frame_equal(first_rows(batches(frame, 3), None, 2), frame[:2], check_index_type=False)
    pd.testing.assert_frame_equal(sample(batches(frame, 1), whole, Amount(9), 1)[0], frame[1:], check_index_type=False)
