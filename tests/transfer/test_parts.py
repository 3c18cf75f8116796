"""Parts of a file, shared out among connections."""

from hypothesis import given
from hypothesis import strategies as st

from colab_magics.transfer.parts import Part, Parts, part_size
from colab_magics.transfer.ranges import Ranges

MEGA = 1 << 20


def test_parts_come_from_the_front() -> None:
    parts = Parts([(0, 25), (40, 45)], 10)
    assert [parts.take() for _ in range(5)] == [Part(0, 10), Part(10, 20), Part(20, 25), Part(40, 45), None]
    assert parts.are_taken


def test_a_part_grows_into_what_is_free() -> None:
    parts = Parts([(0, 30)], 10)
    first, second = parts.take(), parts.take()
    assert (first, second) == (Part(0, 10), Part(10, 20))
    assert parts.room(first, 15) == 10
    assert parts.room(second, 15) == 15
    assert second.end == 30
    assert parts.take() is None


def test_a_part_without_an_end_takes_all() -> None:
    parts = Parts([(5, None)], 10)
    assert parts.take() == Part(5, None)
    assert parts.room(Part(5, None), 1000) == 1000
    assert parts.are_taken


def test_what_a_connection_did_not_bring_is_given_to_the_next() -> None:
    parts = Parts([(0, 30)], 10)
    first, second = parts.take(), parts.take()
    first.position = 7
    parts.give_back(first)
    second.position = 20
    parts.give_back(second)
    assert [parts.take(), parts.take()] == [Part(7, 10), Part(20, 30)]


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=5), st.data())
def test_whatever_fails_all_bytes_are_brought_once(taken: list[tuple[int, int]], data: st.DataObject) -> None:
    here = Ranges(taken)
    parts, brought = Parts(list(here.missing(100)), 8), []
    while (part := parts.take()) is not None:
        count = parts.room(part, data.draw(st.integers(1, 20)))
        brought += range(part.position, part.position + count)
        part.position += count
        parts.give_back(part)
    assert sorted(brought) == [position for start, end in here.missing(100) for position in range(start, end)]


def test_the_size_follows_what_is_missing() -> None:
    assert part_size([(0, 10)], 16) == MEGA
    assert part_size([(0, 192 * MEGA)], 16) == 4 * MEGA
    assert part_size([(0, 10_000 * MEGA)], 16) == 8 * MEGA
    assert part_size([(0, None)], 1) == MEGA
