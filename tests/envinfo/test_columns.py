"""Rows and tracks: what the page is sent each second."""

import json
from dataclasses import replace
from typing import Any

from envinfo.monitors import GB, GPU, SAMPLE, SOURCES

from colab_magics.envinfo.monitor.columns import reasons, row, tracks
from colab_magics.envinfo.monitor.rates import FIRST
from colab_magics.envinfo.reading import Missing


def lines(sample: Any) -> dict[str, dict[str, Any]]:
    return {f"{track['name']} {line['word']}": line for track in tracks(sample, SOURCES) for line in track["lines"]}


def test_each_line_names_the_column_of_its_number() -> None:
    sample = replace(SAMPLE, gpus=(GPU, replace(GPU, utilization=Missing("MIG"))))
    numbers = row(sample)
    found = {name: numbers[line["column"]] for name, line in lines(sample).items()}
    assert found == {
        "CPU busy": 0.5,
        "RAM used": 4 * GB,
        "RAM in this kernel": GB,
        "GPU 0 used": 20 * GB,
        "GPU 0 busy": 0.45,
        "GPU 1 used": 20 * GB,
        "GPU 1 busy": None,
        "Disk read": 0,
        "Disk written": 2048,
        "Disk free here": 30 * GB,
        "Network received": 100,
        "Network sent": None,
    }
    assert numbers[0] == SAMPLE.tick


def test_the_axes_end_at_the_limits() -> None:
    sample = replace(SAMPLE, gpus=(GPU,))
    limits = {name: line["limit"] for name, line in lines(sample).items() if line["limit"]}
    assert limits == {
        "CPU busy": 2.0,
        "RAM used": 8 * GB,
        "GPU 0 used": 80 * GB,
        "GPU 0 busy": 1,
    }
    assert lines(replace(SAMPLE, usable=Missing("x")))["RAM used"]["limit"] == 0


def test_every_gap_has_its_reason_by_column() -> None:
    sample = replace(SAMPLE, cpu=FIRST, gpus=(replace(GPU, memory_used=Missing("the GPU was lost")),))
    told = reasons(sample)
    column = lines(sample)["GPU 0 used"]["column"]
    assert told == {
        "8": "the cable is <b>loose</b>",
        str(column): "the GPU was lost",
    }  # what comes in a second is no news


def test_a_gpu_that_comes_late_moves_no_column() -> None:
    with_gpu = replace(SAMPLE, gpus=(GPU,))
    assert row(with_gpu)[: len(row(SAMPLE))] == row(SAMPLE)
    before, after = lines(SAMPLE), lines(with_gpu)
    assert {name: line["column"] for name, line in after.items() if name in before} == {
        name: line["column"] for name, line in before.items()
    }


def test_a_row_is_short() -> None:
    sample = replace(SAMPLE, tick=1234567.891234, cpu=0.123456789, disk_read=123456.789, gpus=(GPU,))
    text = json.dumps(row(sample))
    assert "1234567.89, 0.123," in text
    assert len(text) < 150
    assert json.loads(text) == row(sample)
