"""The monitor's static form."""

from dataclasses import replace

import pytest
from envinfo.monitors import GPU, SAMPLE, SOURCES

from colab_magics.envinfo.monitor.overview import SENTENCES, overview
from colab_magics.envinfo.reading import Missing


def test_the_newest_and_the_highest() -> None:
    samples = (
        replace(SAMPLE, cpu=Missing("a rate takes two readings")),
        replace(SAMPLE, cpu=1.75, used=7 * 2**30, gpus=(GPU,)),
        replace(SAMPLE, cpu=0.25, gpus=(replace(GPU, utilization=0.9),)),
    )
    text = overview(samples, SOURCES, "running").text()
    assert text.splitlines()[:2] == ["Monitor · running", "  4.0 GB of 8.0 GB RAM · 0.25 of 2 CPUs busy"]
    rows = {line[2:20].strip(): line[20:].split() for line in text.splitlines()}
    assert rows["CPUs busy"] == ["0.25", "1.75"]
    assert rows["RAM used"] == ["4.0", "GB", "7.0", "GB"]
    assert rows["GPU 0 busy"] == ["90.00", "%", "90.00", "%"]
    assert rows["Network sent"] == ["unknown", "unknown"]


@pytest.mark.parametrize("phase", SENTENCES)
def test_every_phase_is_told(phase: str) -> None:
    card = overview((SAMPLE,), SOURCES, phase)
    assert SENTENCES[phase] in card.text()
    assert len(card.html()) < 25_000


def test_nearly_full_is_a_warning_in_words() -> None:
    full = overview((replace(SAMPLE, used=int(7.3 * 2**30)),), SOURCES, "running")
    assert (full.tone, full.state) == ("warn", "RAM nearly full")
    gpu = overview((replace(SAMPLE, gpus=(GPU, replace(GPU, memory_used=79 * 2**30))),), SOURCES, "running")
    assert (gpu.tone, gpu.state) == ("warn", "GPU 1 nearly full")
    unknown = overview((replace(SAMPLE, usable=Missing("x")),), SOURCES, "running")
    assert unknown.tone == ""


def test_names_are_text() -> None:
    html = overview((SAMPLE,), replace(SOURCES, disk="<script>"), "running").html()
    assert "<script>" not in html
