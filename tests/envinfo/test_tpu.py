"""TPU chips in trees of files, and whether a real process holds one."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from colab_magics.envinfo.gpu.tpu import Tpu, read_tpus
from colab_magics.envinfo.reading import Missing

Grow = Callable[[Mapping[str, str]], Path]

GB = 2**30
PCI = "sys/bus/pci/devices"
NONE = Missing("no TPU is on this machine's PCI bus")
OTHERS = Missing("other users' processes do not show what they hold")


def chip(address: str, device: str, subsystem: str = "0x0000", vendor: str = "0x1ae0") -> dict[str, str]:
    folder = f"{PCI}/0000:{address}"
    return {
        f"{folder}/vendor": f"{vendor}\n",
        f"{folder}/device": f"{device}\n",
        f"{folder}/subsystem_device": f"{subsystem}\n",
    }


def process(root: Path, pid: int, *files: str) -> None:
    folder = root / f"proc/{pid}/fd"
    folder.mkdir(parents=True)
    for number, name in enumerate(files):
        (folder / str(number)).symlink_to(name)


@pytest.mark.parametrize(
    ("device", "subsystem", "name", "memory"),
    [
        ("0x0027", "0x004e", "TPU v2", 16),
        ("0x0027", "0x004f", "TPU v3", 32),
        ("0x005e", "0x0000", "TPU v4", 32),
        ("0x0063", "0x0000", "TPU v5e", 16),
        ("0x0062", "0x0000", "TPU v5p", 95),
        ("0x006f", "0x0000", "TPU v6e", 32),
        ("0x0076", "0x0000", "TPU7x", 192),
    ],
)
def test_every_generation(device: str, subsystem: str, name: str, memory: int, grow: Grow) -> None:
    root = grow(chip("00:05.0", device, subsystem) | chip("00:04.0", device, subsystem))
    process(root, 1, "/dev/null", "socket:[77]")
    assert read_tpus(root) == (Tpu(name, memory * GB, in_use=False), Tpu(name, memory * GB, in_use=False))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"sys/readme": ""},
        chip("00:04.0", "0x0063", vendor="0x8086"),
        chip("00:04.0", "0x001f"),
        chip("00:04.0", "0x0027", subsystem="0x1234"),
        {f"{PCI}/0000:00:04.0/vendor": "0x1ae0\n"},
        {f"{PCI}/0000:00:04.0/vendor": ""},
        {PCI: "a file where a folder should be"},
    ],
    ids=[
        "nothing",
        "no bus",
        "another maker",
        "another device",
        "another board",
        "no device file",
        "empty",
        "no folder",
    ],
)
def test_what_is_no_tpu(files: Mapping[str, str], grow: Grow, tmp_path: Path) -> None:
    assert read_tpus(grow(files) if files else tmp_path / "nowhere") == NONE


def test_other_devices_beside_a_tpu(grow: Grow) -> None:
    root = grow(chip("00:01.0", "0x10de", vendor="0x8086") | chip("00:04.0", "0x0063"))
    process(root, 1)
    assert read_tpus(root) == (Tpu("TPU v5e", 16 * GB, in_use=False),)


def test_each_chip_by_its_own_file(grow: Grow) -> None:
    root = grow(chip("00:04.0", "0x005e") | chip("00:05.0", "0x005e") | chip("00:06.0", "0x005e"))
    (root / f"{PCI}/0000:00:04.0/accel/accel1").mkdir(parents=True)
    (root / f"{PCI}/0000:00:05.0/accel/accel0").mkdir(parents=True)
    (root / f"{PCI}/0000:00:06.0/iommu_group").symlink_to("../../../kernel/iommu_groups/12")
    process(root, 7, "/dev/accel1")
    process(root, 8, "/dev/vfio/12", "/dev/vfio/vfio")
    tpus = read_tpus(root)
    assert not isinstance(tpus, Missing)
    assert [tpu.in_use for tpu in tpus] == [True, False, True]


@pytest.mark.parametrize("name", ["/dev/accel1", "/dev/vfio/1"])
def test_each_chip_by_its_place_where_the_driver_does_not_say(name: str, grow: Grow) -> None:
    root = grow(chip("00:04.0", "0x0063") | chip("00:05.0", "0x0063"))
    process(root, 7, name)
    tpus = read_tpus(root)
    assert not isinstance(tpus, Missing)
    assert [tpu.in_use for tpu in tpus] == [False, True]


@pytest.mark.parametrize("name", ["/dev/accel10", "/dev/vfio/vfio", "/dev/vfio/0 (deleted)", "/home/dev/accel0"])
def test_a_file_that_is_not_the_chips(name: str, grow: Grow) -> None:
    root = grow(chip("00:04.0", "0x0063"))
    process(root, 7, name)
    assert read_tpus(root) == (Tpu("TPU v5e", 16 * GB, in_use=False),)


def test_processes_that_cannot_be_looked_at(grow: Grow) -> None:
    root = grow(chip("00:04.0", "0x0063") | chip("00:05.0", "0x0063") | {"proc/9/fd": "no folder", "proc/self": ""})
    process(root, 7, "/dev/vfio/1")
    tpus = read_tpus(root)
    assert not isinstance(tpus, Missing)
    assert [tpu.in_use for tpu in tpus] == [OTHERS, True]


def test_no_processes_are_shown(grow: Grow) -> None:
    assert read_tpus(grow(chip("00:04.0", "0x0063"))) == (Tpu("TPU v5e", 16 * GB, in_use=OTHERS),)


def test_a_real_process_that_holds_a_file(grow: Grow, tmp_path: Path) -> None:
    if not Path("/proc/self/fd").exists() or os.geteuid() != 0:
        pytest.skip("a Linux /proc is needed, and root to see all of it and to make a device file")
    number = next(number for number in range(9000, 9999) if not Path(f"/dev/accel{number}").exists())
    device = Path(f"/dev/accel{number}")
    try:
        device.touch()
    except OSError:
        pytest.skip("no file can be made in /dev")
    try:
        root = grow(chip("00:04.0", "0x005e"))
        (root / f"{PCI}/0000:00:04.0/accel/{device.name}").mkdir(parents=True)
        (root / "proc").symlink_to("/proc")
        code = f"open({str(device)!r}); print(flush=True); input()"
        code = "f = " + code
        with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            assert holder.stdin is not None
            holder.stdout.readline()
            (held,) = told(read_tpus(root))
            holder.stdin.close()
            holder.wait()
        (free,) = told(read_tpus(root))
        assert held.in_use is True
        assert free.in_use in (False, OTHERS)
    finally:
        device.unlink()


def told(tpus: tuple[Tpu, ...] | Missing) -> tuple[Tpu, ...]:
    assert not isinstance(tpus, Missing)
    return tpus
