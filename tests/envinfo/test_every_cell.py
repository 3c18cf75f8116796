"""The ledger of cells, and the first line that names each."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from colab_magics.envinfo.costs.every_cell import EveryCell, title
from colab_magics.envinfo.costs.instruments import find_instruments
from colab_magics.envinfo.gpu.live import LiveGpus
from colab_magics.envinfo.reading import Missing
from colab_magics.machine.nvml_load import Load


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


@pytest.mark.parametrize("source", ["%envinfo --every-cell on", "r = %envinfo", "# why\n%envinfo gpu"])
def test_our_own_cells_are_left_out(ledger: EveryCell, source: str) -> None:
    ledger.started(source)
    assert ledger.ended(1) is None
    assert ledger.cells == ()


def test_a_cell_that_tells_its_own_cost_is_in_the_table(ledger: EveryCell) -> None:
    ledger.started("%%envinfo\n\nfit()  # long\nmore()")
    assert ledger.ended(1) is None
    assert [(cell.number, cell.title) for cell in ledger.cells] == [(1, "fit()  # long")]


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


def test_cells_that_name_us_among_other_work_count(ledger: EveryCell) -> None:
    for source in ("%envinfo\nfit()", "%%time\n%envinfo", "envinfo()", "%environment"):
        ledger.started(source)
        assert ledger.ended(1) is not None, source


def test_cells_of_two_threads_are_kept_apart(ledger: EveryCell) -> None:
    started, ended = threading.Event(), threading.Event()

    def subshell() -> None:
        ledger.started("beside()")
        started.set()
        ended.wait(10)
        ledger.ended(2)

    thread = threading.Thread(target=subshell)
    ledger.started("main()")
    thread.start()
    started.wait(10)
    cell = ledger.ended(1)
    ended.set()
    thread.join()
    assert cell is not None
    assert [kept.title for kept in ledger.cells] == ["main()", "beside()"]


def test_no_thread_lives_between_cells_and_none_after_a_closing_inside_one() -> None:
    load = Load(3 * 2**30, 80 * 2**30, 0.5)
    found = find_instruments()
    before = threading.active_count()
    gpus = LiveGpus(("H100",), lambda: (load,), lambda: None, patience=5, on_hang=lambda: None)
    kept = EveryCell(instruments=replace(found, gpus=gpus))
    between = threading.active_count()
    assert between == before + 1  # it keeps the GPUs open, and sleeps
    kept.started("fit()")
    assert threading.active_count() == between + 1
    cell = kept.ended(1)
    assert threading.active_count() == between
    assert cell is not None
    assert not isinstance(cell.cost.gpus, Missing)
    assert cell.cost.gpus[0].memory_peak == 3 * 2**30
    kept.started("%envinfo --every-cell off, in the midst of it\nfit()")
    kept.close()
    assert threading.active_count() == between
    assert kept.ended(2) is None
    gpus.close()
    found.close()
    assert threading.active_count() == before


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
