"""The kernel's tables of memory."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.meminfo import Sizes, Usage, machine_usage

Grow = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize(
    ("meminfo", "usage"),
    [
        ("MemTotal: 9 kB\nMemFree: 2 kB\nMemAvailable: 5 kB\n", Usage(4 * 1024, 3 * 1024)),
        ("MemTotal: 9 kB\nMemFree: 2 kB\nBuffers: 1 kB\nCached: 3 kB\n", Usage(3 * 1024, 4 * 1024)),
        ("MemTotal: 9 kB\nMemFree: 2 kB\n", Usage(7 * 1024, 0)),
        ("MemTotal: 9 kB\nMemAvailable: 5 kB\n", Usage(4 * 1024, 0)),
        ("MemTotal: 4 kB\nMemFree: 2 kB\nMemAvailable: 5 kB\n", Usage(0, 3 * 1024)),
        ("MemFree: 2 kB\n", Missing("meminfo has no line MemTotal")),
        ("", Missing("meminfo has no line MemTotal")),
    ],
    ids=["usual", "before 3.14", "WSL 1", "no MemFree", "more free than there is", "no total", "empty"],
)
def test_machine(grow: Grow, meminfo: str, usage: Reading[Usage]) -> None:
    assert machine_usage(Sizes(grow({"meminfo": meminfo}) / "meminfo")) == usage


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    none = Missing("meminfo cannot be read (No such file or directory)")
    assert machine_usage(Sizes(tmp_path / "meminfo")) == Sizes(tmp_path / "meminfo")["MemTotal"] == none
