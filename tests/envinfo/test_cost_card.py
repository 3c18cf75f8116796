"""The card of a cell's cost, the quiet line, and the table of the costliest."""

from dataclasses import replace

import pytest

from colab_magics.card import Table
from colab_magics.envinfo.costs.cost import Cost
from colab_magics.envinfo.costs.cost_card import cost_card, line, warnings, worst_card
from colab_magics.envinfo.costs.every_cell import CellCost
from colab_magics.envinfo.costs.framework_peak import FrameworkPeak
from colab_magics.envinfo.costs.gpu_peak import GpuPeak
from colab_magics.envinfo.costs.headroom import Headroom
from colab_magics.envinfo.costs.input_output import InputOutput
from colab_magics.envinfo.reading import Missing

MB = 2**20
GB = 2**30
GONE = Missing("the GPU has fallen off the bus")
H100 = GpuPeak("NVIDIA <H100>", GB, 4 * GB, 80 * GB, 0.34)
FULL = Headroom(3900 * MB, 4096 * MB, "memory.max", "sampled, 20 times a second")
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
        (replace(COST, throttled=0.1), "Throttled    0.1 s, all CPUs together"),
        (replace(COST, headroom=FULL), "95 % of 4.0 GB (memory.max; sampled, 20 times a second)"),
        (replace(COST, input_output=InputOutput(5 * GB, 0, 2 * GB, 0)), "Read         5.0 GB; 2.0 GB from a disk"),
        (replace(COST, input_output=InputOutput(0, 5 * GB, 0, GONE)), "Written      5.0 GB"),
        (replace(COST, input_output=InputOutput(0, GONE, 0, GB)), "Written      unknown; 1.0 GB to a disk"),
        (replace(COST, gpus=(H100,)), "4.0 GB of 80.0 GB, 3.0 GB above the start, 34 % busy (NVIDIA <H100>; sampled"),
        (
            replace(COST, gpus=(GpuPeak("L4", GONE, GONE, GONE, GONE),)),
            "not known: the GPU has fallen off the bus (L4)",
        ),
        (replace(COST, frameworks=(FrameworkPeak("PyTorch", GB),)), "PyTorch tensors  1.0 GB at most, its own count"),
        (replace(COST, frameworks=(FrameworkPeak("PyTorch", GONE),)), "not known: the GPU has fallen off the bus"),
    ],
)
def test_cost(cost: Cost, expected: str) -> None:
    assert expected in cost_card(cost).text()


def test_what_is_not_there_is_left_out() -> None:
    names = [row.split("  ")[1] for row in cost_card(COST).text().splitlines()[2:]]
    assert names == ["Wall time", "CPU time", "Peak memory"]
    small = replace(COST, throttled=0.0, input_output=InputOutput(9000, 9000, 0, 0), gpus=GONE)
    assert cost_card(small).text() == cost_card(COST).text()


def test_markup_stays_text() -> None:
    html = cost_card(replace(COST, gpus=(H100,), raised="<i>E")).html()
    assert "<H100>" not in html
    assert "<i>" not in html
    assert "NVIDIA &lt;H100&gt;" in html


def test_how_near_it_came_is_warned_of() -> None:
    (near,) = warnings(replace(COST, headroom=FULL))
    assert near.startswith("It came within 196 MB of being ended for lack of memory: 95 % of 4.0 GB")
    (address,) = warnings(replace(COST, headroom=replace(FULL, is_fatal=False, limit="ulimit -v")))
    assert "of a MemoryError" in address
    assert list(warnings(replace(COST, headroom=replace(FULL, used=3200 * MB)))) == []
    (gpu,) = warnings(replace(COST, gpus=(replace(H100, memory_peak=79 * GB),)))
    assert gpu == "NVIDIA <H100> was nearly full: 79.0 GB of 80.0 GB."
    assert list(warnings(replace(COST, gpus=(replace(H100, memory_total=0),)))) == []


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


def test_the_line_has_one_number_for_gpus_and_short_warnings() -> None:
    busy = replace(COST, gpus=(H100, replace(H100, memory_peak=GONE)), frameworks=(FrameworkPeak("PyTorch", 6 * GB),))
    assert line(cell(1, busy)) == "⏱ 2.0 s · CPU 3.0 s · peak 512 MB (+412 MB) · GPU 6.0 GB"
    assert line(cell(1, replace(COST, peak_memory=GONE))) == "⏱ 2.0 s · CPU 3.0 s"
    assert line(cell(1, replace(COST, peak_memory=COST.memory_before))) == "⏱ 2.0 s · CPU 3.0 s · peak 100 MB"
    assert line(cell(1, replace(COST, headroom=FULL))).endswith(" · ⚠ within 196 MB of the memory limit")
    assert line(cell(1, replace(COST, kills=2))).endswith(" · ⚠ 2 processes ended for lack of memory")


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


def test_cells_that_cost_next_to_nothing_are_in_no_table() -> None:
    small = cell(1, replace(COST, wall=0.01, peak_memory=COST.memory_before))
    text = worst_card([small, small]).text()
    assert "of 2 cells" in text
    assert text.endswith("None took 0.1 s or 1.0 MB of memory.")
    unknown = cell(2, replace(COST, peak_memory=GONE))
    (longest,) = worst_card([small, unknown]).parts
    assert isinstance(longest, Table)
    assert longest.rows == (("2", "2.0 s", "3.0 s", "unknown", "unknown", "fit(x)"),)


def test_a_cell_that_was_ended_is_marked() -> None:
    (table, _) = worst_card([cell(1, replace(COST, raised="KeyError")), cell(2)]).parts
    assert isinstance(table, Table)
    assert table.columns[-1] == "Ended by"
    assert [row[-1] for row in table.rows] == ["KeyError", ""]
