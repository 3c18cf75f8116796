"""Ranges against a set of positions."""

from hypothesis import given
from hypothesis import strategies as st

from colab_magics.transfer.ranges import Ranges

PAIRS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


@given(PAIRS, st.integers(0, 70))
def test_they_are_a_set_of_positions(pairs: list[tuple[int, int]], size: int) -> None:
    ranges = Ranges(pairs)
    here = {position for start, end in pairs for position in range(start, end)}
    assert {position for start, end in ranges for position in range(start, end)} == here
    assert ranges.size == len(here)
    assert ranges.front == next(position for position in range(100) if position not in here)
    missing = [position for start, end in ranges.missing(size) for position in range(start, end)]
    assert missing == [position for position in range(size) if position not in here]


@given(PAIRS)
def test_they_neither_touch_nor_overlap(pairs: list[tuple[int, int]]) -> None:
    known = list(Ranges(pairs))
    assert all(start < end for start, end in known)
    assert all(known[place][1] < known[place + 1][0] for place in range(len(known) - 1))
