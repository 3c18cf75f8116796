"""The cards of the report and of a cell's cost."""

from dataclasses import replace

import pytest

from colab_magics.envinfo.card import cost_card, report_card
from colab_magics.envinfo.cost import Cost
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.report import Report

COST = Cost(2.0, 3.0, 0.0, 100 * 2**20, 512 * 2**20, "exact", None)


def test_the_report_in_a_terminal(limited: Report) -> None:
    text = report_card(limited).text()
    assert text.splitlines()[:2] == [
        "This machine · JupyterLab in Docker, 09:12:33 UTC",
        "  0.5 CPUs · 4.0 GB RAM · 2 GPUs",
    ]
    assert "⚠ 0.5 CPUs of 8 can be used" in text
    assert "  tensorflow  2.21.0 (tensorflow-cpu)\n  keras       unknown version\n" in text
    assert "GPU 0 (utilization, power): this GPU does not tell." in text
    assert text.endswith("Not installed: torch.")


def test_a_machine_that_tells_nothing_has_a_card(unknown: Report) -> None:
    assert "1 CPU · unknown RAM" in report_card(unknown).text()


def test_markup_stays_text(limited: Report) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    report = replace(
        limited,
        cpu=replace(limited.cpu, model=hostile),
        platform=replace(limited.platform, name=hostile, system=hostile),
        gpus=replace(limited.gpus, driver=hostile, visible=hostile),
    )
    html = report_card(report).html()
    assert "<img" not in html
    assert html.count("&lt;img") == 5


def test_the_static_form_is_small(limited: Report) -> None:
    assert len(report_card(limited).html()) < 25_000


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (COST, "This cell · ✓ done\n  2.0 s · 512 MB peak\n"),
        (COST, "CPU time     3.0 s, 1.5 CPUs busy\n"),
        (COST, "Peak memory  512 MB, 412 MB above the start (exact)"),
        (replace(COST, cpu_children=1.0), "CPU time     4.0 s, 2.0 CPUs busy, 1.0 s of it in other processes"),
        (replace(COST, wall=0.004, cpu=0.003), "CPU time     3 ms\n"),
        (replace(COST, memory_before=Missing("?")), "Peak memory  512 MB (exact)"),
        (replace(COST, peak_memory=Missing("it stayed below")), "Peak memory  not known: it stayed below"),
        (replace(COST, peak_memory=Missing("it stayed below")), "2.0 s · peak memory unknown"),
        (replace(COST, raised="ValueError"), "This cell · ✗ ended by ValueError"),
    ],
)
def test_cost(cost: Cost, expected: str) -> None:
    assert expected in cost_card(cost).text()
