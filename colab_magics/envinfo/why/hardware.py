"""What the kernel knows of GPUs without any driver's library: PCI devices, loaded modules, NVIDIA's module."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.reading import Missing, Reading, is_there, text

# https://pci-ids.ucw.cz/ and the class code 03 of the PCI Code and ID Assignment Specification: display controllers.
_VENDORS = {"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel"}
_DISPLAY = "0x03"
_MODULES = ("nvidia", "nouveau", "amdgpu")
_VERSION = re.compile(r"\b\d{3,4}\.\d{1,4}(?:\.\d{1,4})?\b")
_NO_MODULE = Missing("NVIDIA's kernel module tells no version: /proc/driver/nvidia/version is not here")


class Hardware(NamedTuple):
    """Vendors of the GPUs on the PCI bus, the GPU modules that are loaded, and the version of NVIDIA's.

    A container sees those of its host. ``is_jetson`` says whether this is one of NVIDIA's boards, whose GPU is on no
    bus.
    """

    vendors: frozenset[str]
    modules: frozenset[str]
    driver: Reading[str]
    is_jetson: bool = False


def read_hardware(root: Path) -> Hardware:
    """Read ``/sys`` and ``/proc`` under ``root``."""
    version = text(root / "proc/driver/nvidia/version", 1000)
    found = None if isinstance(version, Missing) else _VERSION.search(version)
    return Hardware(
        vendors=read_vendors(root),
        modules=frozenset(name for name in _MODULES if os.path.isdir(f"{root}/sys/module/{name}")),  # noqa: PTH112 (a third of the time of Path)
        driver=found[0] if found else _NO_MODULE,
        is_jetson=is_there(root / "etc/nv_tegra_release") or is_there(root / "dev/nvhost-gpu"),
    )


def read_vendors(root: Path) -> frozenset[str]:
    """Name the vendors of all GPUs on the PCI bus; 0.3 ms on a machine of thirty devices."""
    bus = f"{root}/sys/bus/pci/devices"
    try:
        devices = os.listdir(bus)  # noqa: PTH208 (a tenth of the time of Path.iterdir)
    except OSError:  # no PCI bus: some virtual machines, some boards, other systems
        return frozenset()
    displays = (device for device in devices if _line(f"{bus}/{device}/class").startswith(_DISPLAY))
    vendors = (_VENDORS.get(_line(f"{bus}/{device}/vendor")) for device in displays)
    return frozenset(vendor for vendor in vendors if vendor)


def _line(path: str) -> str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(20).decode("ascii", "replace").strip().lower()
    except OSError:  # a device may go while it is looked at
        return ""
