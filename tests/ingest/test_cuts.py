"""A cut tears no row, wherever line ends and quotation marks are; where that cannot be known it is said."""

import csv
import io
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reads import written

from colab_magics.ingest.engines import cuts as module
from colab_magics.ingest.engines.cuts import Stray, check_lines, cuts

CELLS = st.text(alphabet='a,"\n\r x;', max_size=6)


def as_text(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=12), st.integers(1, 9), st.integers(1, 30)
)
def test_the_rows_of_the_blocks_are_the_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], chunk: int, step: int
) -> None:
    text = as_text(rows)
    path = tmp_path_factory.mktemp("cuts") / "a.csv"
    path.write_text(text, newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", chunk)  # marks and cuts then lie at every border
        found = cuts(path, range(step, len(text), step), b",")
    bounds = sorted({0, *found, len(text.encode())})
    content = path.read_bytes()
    blocks = [content[begin:end].decode() for begin, end in pairwise(bounds)]
    assert [row for block in blocks for row in rows_of(block)] == rows_of(text)


def test_each_cut_is_the_first_after_what_was_wanted(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'a,b\n1,"x\ny"\n2,z\n')
    assert cuts(path, [1, 4, 5, 9], b",") == [4, 12]
    assert cuts(path, [9], b",", has_quotes=False) == [9]


@pytest.mark.parametrize("text", ['a,b\n5" pipe,1\n', 'a,b\n"x"y,1\n', 'a,b\n"x" ,1\n'])
def test_a_mark_within_a_value_is_found(tmp_path: Path, text: str) -> None:
    with pytest.raises(Stray):
        cuts(written(tmp_path / "a.csv", text), [1], b",")
    assert cuts(written(tmp_path / "a.csv", text), [1], b",", has_quotes=False) == [4]


def test_lines_by_themselves() -> None:
    assert check_lines(b'1,"a,b"\n"x ""y""",2\n', b",", 100) is None
    assert check_lines(b'1,"a\nb"\n', b",", 100) == 104
    with pytest.raises(Stray) as raised:
        check_lines(b'1,a"b"\n', b",", 100)
    assert raised.value.place == 103
