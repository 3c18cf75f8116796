"""The ledger of cells, and the first line that names each."""

from collections.abc import Iterator

import pytest

from colab_magics.envinfo.every_cell import EveryCell, title


@pytest.fixture
def ledger() -> Iterator[EveryCell]:
    kept = EveryCell(lambda text: text.replace("hunter2", "…"), kept=3)
    yield kept
    kept.close()


def test_a_cell_is_kept_with_its_number_title_and_fault(ledger: EveryCell) -> None:
    ledger.started("\n  login('hunter2')\nmore()")
    spike = b"x" * 50_000_000
    cell = ledger.ended(7, "ValueError")
    assert cell is not None
    assert (cell.number, cell.title, cell.cost.raised) == (7, "login('…')", "ValueError")
    assert isinstance(cell.cost.rise, int)
    assert cell.cost.rise > 40_000_000
    assert not cell.is_trivial
    assert ledger.cells == (cell,)
    assert len(spike) == 50_000_000


def test_an_empty_cell_is_trivial_and_kept(ledger: EveryCell) -> None:
    ledger.started("1 + 1")
    cell = ledger.ended(1)
    assert cell is not None
    assert cell.is_trivial
    assert len(ledger.cells) == 1


@pytest.mark.parametrize(
    "source", ["%envinfo --every-cell on", "r = %envinfo", "%%envinfo\nfit()", "# why\n%envinfo gpu"]
)
def test_our_own_cells_are_left_out(ledger: EveryCell, source: str) -> None:
    ledger.started(source)
    assert ledger.ended(1) is None
    assert ledger.cells == ()


def test_a_cell_inside_a_cell(ledger: EveryCell) -> None:
    ledger.started("outer()")
    ledger.started("inner()")
    inner, outer = ledger.ended(1), ledger.ended(2)
    assert inner is not None
    assert outer is not None
    assert (inner.title, outer.title) == ("inner()", "outer()")
    assert outer.cost.wall >= inner.cost.wall


def test_an_end_without_a_start(ledger: EveryCell) -> None:
    assert ledger.ended(1) is None


def test_only_the_latest_are_kept(ledger: EveryCell) -> None:
    for number in range(5):
        ledger.started("pass")
        ledger.ended(number)
    assert [cell.number for cell in ledger.cells] == [2, 3, 4]


@pytest.mark.parametrize(
    ("source", "expected"),
    [("", ""), ("\n\n  x = 1\ny", "x = 1"), ("a" * 99, "a" * 59 + "…"), ("\x1b[31mred", "red"), ("\tx", "x")],
)
def test_titles(source: str, expected: str) -> None:
    assert title(source) == expected
