"""TPU chips, found on the PCI bus: no library is loaded, and the lock that a TPU has is not taken."""

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.reading import Missing, Reading, text

_GOOGLE = "0x1ae0"
_GB = 2**30

# Device identifiers as in Google's tpu-info
# (https://github.com/AI-Hypercomputer/cloud-accelerator-diagnostics/blob/main/tpu_info/tpu_info/device.py), memory of a
# chip as in https://cloud.google.com/tpu/docs/system-architecture-tpu-vm. v2 and v3 differ in the subsystem only.
_CHIPS = {
    "0x005e": ("TPU v4", 32 * _GB),
    "0x0063": ("TPU v5e", 16 * _GB),
    "0x0062": ("TPU v5p", 95 * _GB),
    "0x006f": ("TPU v6e", 32 * _GB),
    "0x0076": ("TPU7x", 192 * _GB),
}
_OLD_CHIP = "0x0027"
_OLD_CHIPS = {"0x004e": ("TPU v2", 16 * _GB), "0x004f": ("TPU v3", 32 * _GB)}


class Tpu(NamedTuple):
    """One chip: ``memory_total`` in bytes, and whether a process holds it, for only one may."""

    name: str
    memory_total: int
    in_use: Reading[bool]


def read_tpus(root: Path) -> Reading[tuple[Tpu, ...]]:
    """Find the TPU chips of a Linux system in its file system ``root``; `Missing` where there is none."""
    found = [(folder, chip) for folder in _folders(root / "sys/bus/pci/devices") if (chip := _chip(folder))]
    if not found:
        return Missing("no TPU is on this machine's PCI bus")
    held, is_complete = _held(root / "proc")
    return tuple(
        Tpu(name, memory, _in_use(_devices(folder, index), held, is_complete=is_complete))
        for index, (folder, (name, memory)) in enumerate(found)
    )


def _folders(parent: Path) -> list[Path]:
    try:
        return sorted(parent.iterdir())
    except OSError:
        return []


def _chip(folder: Path) -> tuple[str, int] | None:
    """Tell the chip of a PCI device; None for what is none."""
    if text(folder / "vendor", 16) != _GOOGLE:  # the only file that is read of most devices
        return None
    device = text(folder / "device", 16)
    if device == _OLD_CHIP:
        return _OLD_CHIPS.get(str(text(folder / "subsystem_device", 16)))
    return _CHIPS.get(str(device))


def _devices(folder: Path, index: int) -> set[str]:
    """Name the files that a process opens to use a chip: by the driver's own word, else by the chip's place."""
    named = {f"/dev/{entry.name}" for entry in _folders(folder / "accel")}
    with contextlib.suppress(OSError):
        named.add(f"/dev/vfio/{(folder / 'iommu_group').readlink().name}")
    return named or {f"/dev/accel{index}", f"/dev/vfio/{index}"}


def _held(proc: Path) -> tuple[set[str], bool]:
    """Find the files that processes hold open, and whether all processes could be looked at."""
    held, is_complete = set(), True
    processes = [folder for folder in _folders(proc) if folder.name.isdecimal()]
    for process in processes:
        try:
            files = os.scandir(process / "fd")
        except FileNotFoundError:  # it has ended meanwhile
            continue
        except OSError:
            is_complete = False
            continue
        with files:
            for file in files:
                with contextlib.suppress(OSError):
                    held.add(str(Path(file).readlink()))
    return held, is_complete and bool(processes)


def _in_use(devices: set[str], held: set[str], *, is_complete: bool) -> Reading[bool]:
    if devices & held:
        return True
    return False if is_complete else Missing("other users' processes do not show what they hold")
