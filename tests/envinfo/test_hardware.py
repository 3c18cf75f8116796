"""GPUs that the kernel knows of."""

from pathlib import Path

import pytest
from envinfo.machines import Machine

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.hardware import read_hardware, read_vendors


def test_a_machine_with_a_gpu(tmp_path: Path) -> None:
    found = read_hardware(Machine(tmp_path).with_gpu().root)
    assert found.vendors == {"NVIDIA"}
    assert found.modules == {"nvidia"}
    assert found.driver == "550.54.14"
    assert not found.is_jetson


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.256.02  Thu May  2 14:37:44 UTC 2024", "470.256.02"),
        ("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  590.48.01  Release Build", "590.48.01"),
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  610.9  Mon", "610.9"),
    ],
)
def test_the_version_of_the_module(line: str, version: str, tmp_path: Path) -> None:
    assert read_hardware(Machine(tmp_path).write("proc/driver/nvidia/version", line).root).driver == version


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff\xfe\0", b"9" * 100_000])
def test_a_version_that_is_none(content: bytes, tmp_path: Path) -> None:
    found = read_hardware(Machine(tmp_path).write("proc/driver/nvidia/version", content).root)
    assert isinstance(found.driver, Missing)


def test_an_empty_machine(tmp_path: Path) -> None:
    found = read_hardware(tmp_path)
    assert (found.vendors, found.modules) == (frozenset(), frozenset())
    assert isinstance(found.driver, Missing)


def test_only_displays_count(tmp_path: Path) -> None:
    machine = Machine(tmp_path).pci("NVIDIA", "0x040300").pci("Intel", "0x020000").pci("AMD", "0x030000")
    assert read_vendors(machine.root) == {"AMD"}


def test_a_broken_bus(tmp_path: Path) -> None:
    bus = tmp_path / "sys/bus/pci/devices"
    (bus / "0000:00:01.0").mkdir(parents=True)
    (bus / "0000:00:02.0").mkdir()
    (bus / "0000:00:02.0/class").mkdir()
    Machine(tmp_path).write("sys/bus/pci/devices/0000:00:03.0/class", "0x030000\n")
    Machine(tmp_path).write("sys/bus/pci/devices/0000:00:04.0/class", b"\xff" * 9000)
    assert read_vendors(tmp_path) == frozenset()
