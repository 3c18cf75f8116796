"""Which GPUs share the memory of their machine."""

import platform
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from colab_magics.machine.reading import Missing
from colab_magics.machine.unified import machine_memory

Grow = Callable[[Mapping[str, str]], Path]
TABLE = {"proc/meminfo": "MemTotal: 1000 kB\nMemAvailable: 400 kB\n"}


@pytest.fixture(autouse=True)
def intel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


@pytest.mark.parametrize("name", ["NVIDIA GB10", "Orin (nvgpu)", "NVIDIA Thor", "NVIDIA Tegra X1", "NVIDIA DGX Spark"])
def test_a_name_that_says_so(grow: Grow, name: str) -> None:
    assert machine_memory(name, grow(TABLE)) == (1_024_000, 614_400)


@pytest.mark.parametrize("name", ["GRID T4-16Q", "NVIDIA A40-8C", "NVIDIA GeForce RTX 5090", Missing("lost")])
def test_a_gpu_with_memory_of_its_own(grow: Grow, name: str) -> None:
    assert machine_memory(name, grow(TABLE))[0] == Missing("this GPU does not tell")


def test_a_board_and_a_processor_with_both(grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    board = grow({**TABLE, "etc/nv_tegra_release": "# R36"})
    assert machine_memory("NVIDIA something", board)[0] == 1_024_000
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert machine_memory("NVIDIA of tomorrow", grow(TABLE))[0] == 1_024_000
    assert machine_memory("GRID T4-16Q", board)[0] == Missing("this GPU does not tell")


def test_a_machine_that_does_not_tell_its_own(tmp_path: Path) -> None:
    assert machine_memory("NVIDIA GB10", tmp_path)[0] == Missing("this GPU does not tell")
