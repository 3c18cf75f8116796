"""The card of a cell's cost, the quiet line, and the table of the costliest."""

from dataclasses import replace

import pytest

from colab_magics.envinfo.cost import Cost
from colab_magics.envinfo.cost_card import cost_card, line, warnings, worst_card
from colab_magics.envinfo.every_cell import CellCost
from colab_magics.envinfo.reading import Missing

MB = 2**20
COST = Cost(2.0, 3.0, 0.0, 100 * MB, 512 * MB, "exact", None)


def cell(number: int, cost: Cost = COST, title: str = "fit(x)") -> CellCost:
    return CellCost(number, title, cost)


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (COST, "This cell · ✓ done\n  2.0 s · 512 MB peak\n"),
        (COST, "3.0 s, 1.5 CPUs busy\n"),
        (COST, "512 MB, 412 MB above the start (exact)"),
        (replace(COST, cpu_children=1.0), "4.0 s, 2.0 CPUs busy, 1.0 s of it in other processes"),
        (replace(COST, wall=0.004, cpu=0.003), "3 ms\n"),
        (replace(COST, memory_before=Missing("?")), "512 MB (exact)"),
        (replace(COST, peak_memory=Missing("it stayed below")), "not known: it stayed below"),
        (replace(COST, peak_memory=Missing("it stayed below")), "2.0 s · peak memory unknown"),
        (replace(COST, raised="ValueError"), "This cell · ✗ ended by ValueError"),
        (replace(COST, child_peak=300 * MB), "300 MB at its peak, started by this cell"),
        (replace(COST, throttled=0.1), "Throttled"),
    ],
)
def test_cost(cost: Cost, expected: str) -> None:
    assert expected in cost_card(cost).text()


def test_what_held_it_up_is_warned_of() -> None:
    assert list(warnings(COST)) == []
    (killed,) = warnings(replace(COST, kills=1))
    assert killed.startswith("While it ran, the system ended 1 process for lack of memory.")
    (throttled,) = warnings(replace(COST, throttled=1.5))
    assert "stood still for 1.5 s" in throttled
    assert list(warnings(replace(COST, throttled=0.1))) == []


def test_the_quiet_line() -> None:
    assert line(cell(1)) == "⏱ 2.0 s · CPU 3.0 s · peak 512 MB (+412 MB)"
    assert line(cell(1, replace(COST, raised="KeyError"))).endswith(" · ended by KeyError")
    assert "⚠ throttled 1.0 s" in line(cell(1, replace(COST, throttled=1.0)))


def test_a_cell_that_costs_nothing_says_nothing() -> None:
    small = replace(COST, wall=0.05, peak_memory=COST.memory_before)
    assert line(cell(1, small)) == ""
    assert line(cell(1, replace(small, wall=0.2))) != ""
    assert line(cell(1, replace(small, peak_memory=120 * MB))) != ""
    assert line(cell(1, replace(small, kills=1))) != ""


def test_the_costliest_cells() -> None:
    slow = cell(3, replace(COST, wall=60.0, peak_memory=101 * MB), "slow()")
    large = cell(7, replace(COST, wall=1.0, peak_memory=900 * MB), "<b>large</b>")
    many = [cell(number) for number in range(10, 20)]
    card = worst_card([slow, large, *many], most=3)
    by_rise, by_time = (part for part in card.parts)
    assert by_rise.rows[0][0] == "7"  # type: ignore[union-attr]
    assert by_time.rows[0][0] == "3"  # type: ignore[union-attr]
    assert len(by_time.rows) == 3  # type: ignore[union-attr]
    assert "<b>large" not in card.html()
    assert worst_card([]).state == "no cell was measured"
