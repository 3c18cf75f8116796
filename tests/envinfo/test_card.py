"""The card of the report, whole and by part."""

from dataclasses import replace
from datetime import timedelta

import pytest

from colab_magics.envinfo.card import PARTS, report_card
from colab_magics.envinfo.monitor.died import Died
from colab_magics.envinfo.report import Report


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
        cpu=limited.cpu._replace(model=hostile),
        platform=limited.platform._replace(name=hostile, system=hostile),
        gpus=limited.gpus._replace(driver=hostile, visible=hostile),
    )
    html = report_card(report).html()
    assert "<img" not in html
    assert html.count("&lt;img") == 5


def test_the_static_form_is_small(limited: Report) -> None:
    assert len(report_card(limited).html()) < 25_000


@pytest.mark.parametrize("part", [part for part in PARTS if part != "diff"])
def test_every_part_has_a_card(limited: Report, unknown: Report, part: str) -> None:
    for report in (limited, unknown):
        card = report_card(report, part)
        assert card.text()
        assert len(card.html()) < 25_000


def test_a_kernel_that_died_comes_first(limited: Report) -> None:
    died = Died(limited.taken_at - timedelta(seconds=90), 4 * 2**30, 4 * 2**30, 3 * 2**30, 0)
    text = report_card(replace(limited, previous=died)).text()
    assert text.splitlines()[2].startswith("  ✗ The last kernel ended without a goodbye")


def test_verdicts_stand_on_the_card(limited: Report) -> None:
    report = replace(limited, verdicts=("TensorFlow is a CPU-only build.",))
    assert "⚠ TensorFlow is a CPU-only build." in report_card(report).text()
