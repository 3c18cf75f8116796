"""The name of the CPU, on Linux, Windows and macOS."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from colab_magics.envinfo.probes.processor import from_sysctl, read_processor
from colab_magics.envinfo.reading import Missing, Reading

Grow = Callable[[Mapping[str, str]], Path]
NEOVERSE = "processor\t: 0\nBogoMIPS\t: 50.00\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: {part}\n"


@pytest.mark.parametrize(
    ("cpuinfo", "model"),
    [
        ("processor\t: 0\nmodel name\t: AMD  EPYC 7763\n\nprocessor\t: 1\n", "AMD EPYC 7763"),
        (NEOVERSE.format(part="0xd0c"), "Arm Neoverse N1"),
        (NEOVERSE.format(part="0xfff"), "Arm"),
        ("CPU implementer\t: 0x61\nCPU part\t: 0x022\n", "Apple"),
        ("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", "POWER9, altivec supported"),
        ("processor\t: 0\nisa\t: rv64imafdc\nuarch\t: sifive,u74-mc\n", "sifive,u74-mc"),
        ("processor\t: 0\nHardware\t: BCM2835\n", "BCM2835"),
        ("processor\t: 0\nBogoMIPS\t: 50.00\n", Missing("this kind of CPU has no name in /proc/cpuinfo")),
        ("", Missing("this kind of CPU has no name in /proc/cpuinfo")),
        ("model name\t:\n:\n::", Missing("this kind of CPU has no name in /proc/cpuinfo")),
    ],
)
def test_linux(grow: Grow, cpuinfo: str, model: Reading[str]) -> None:
    assert read_processor(grow({"proc/cpuinfo": cpuinfo}), {}) == model


def test_a_board_of_a_maker_that_is_not_known(grow: Grow) -> None:
    files = {"proc/cpuinfo": "CPU implementer\t: 0x99\n", "proc/device-tree/model": "Example Board Rev 1.0\0"}
    assert read_processor(grow(files), {}) == "Example Board Rev 1.0"


def test_windows(tmp_path: Path) -> None:
    environ = {"PROCESSOR_IDENTIFIER": "Intel64 Family 6 Model 158 Stepping 10,  GenuineIntel"}
    assert read_processor(tmp_path, environ) == "Intel64 Family 6 Model 158 Stepping 10, GenuineIntel"


_SYSCTL = """
#include <string.h>
int sysctlbyname(const char *name, void *to, unsigned long *length, void *from, unsigned long size) {
    const char *brand = %s;
    if (strcmp(name, "machdep.cpu.brand_string") || !brand || *length <= strlen(brand)) return -1;
    strcpy(to, brand);
    *length = strlen(brand) + 1;
    return 0;
}
"""


@pytest.mark.parametrize(
    ("brand", "model"),
    [
        ('"Apple  M2 Pro"', "Apple M2 Pro"),
        ('""', Missing("macOS does not tell the CPU's name")),
        ("0", Missing("macOS does not tell the CPU's name")),
    ],
)
def test_macos_by_a_library_with_its_function(tmp_path: Path, brand: str, model: Reading[str]) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    source, library = tmp_path / "sysctl.c", tmp_path / "libsysctl.so"
    source.write_text(_SYSCTL % brand)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True, timeout=60)
    assert read_processor(tmp_path, {}, str(library)) == model


def test_a_system_that_has_no_such_function(tmp_path: Path) -> None:
    assert from_sysctl(str(tmp_path / "none.so")) == Missing("this system does not tell the CPU's name")
