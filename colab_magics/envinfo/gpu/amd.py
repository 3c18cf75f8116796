"""AMD GPUs, from what the driver amdgpu shows as files; untested on hardware."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from colab_magics.envinfo.reading import Missing, Reading, number, text
from colab_magics.format import printable

if TYPE_CHECKING:
    from colab_magics.envinfo.gpu.device import Found, Gpu

T = TypeVar("T")

_AMD = "0x1002"
_LEAST = 2**30  # bytes: a graphics card has more memory than this; an integrated GPU keeps less for itself

_NO_MIG = Missing("AMD's GPUs have no MIG")


def read_amd(root: Path) -> Reading[Found]:
    """Read the AMD GPUs of a Linux system from its file system ``root``; `Missing` where there is none.

    The files are those of https://docs.kernel.org/gpu/amdgpu/thermal.html and .../driver-misc.html. An integrated GPU
    has a small piece of RAM of its own and takes the rest as it needs it: both are counted, as shared.
    """
    cards = _cards(root / "sys/class/drm")
    if not cards:
        return Missing("no AMD GPU is in this machine")
    from colab_magics.envinfo.gpu.device import Found

    driver = text(root / "sys/module/amdgpu/version", 64)
    if isinstance(driver, Missing):
        driver = Missing("the amdgpu driver is part of the Linux kernel and has no version of its own")
    cuda = Missing("AMD's GPUs run ROCm, not CUDA")
    return Found(tuple(_gpu(index, card) for index, card in enumerate(cards)), driver, cuda)


def _cards(drm: Path) -> list[Path]:
    """Find the folders of AMD's devices, in the order of the cards; ``card0-DP-1`` is a connector."""
    try:
        names = [folder.name for folder in drm.iterdir()]
    except OSError:
        return []
    numbers = sorted(int(name[4:]) for name in names if name.startswith("card") and name[4:].isdecimal())
    folders = [drm / f"card{card}" / "device" for card in numbers]
    return [folder for folder in folders if text(folder / "vendor", 16) == _AMD]


def _gpu(index: int, folder: Path) -> Gpu:
    from colab_magics.envinfo.gpu.device import Gpu

    total, used, is_shared = _memory(folder)
    sensors = _sensors(folder)
    power = _scaled(sensors, 1e-6, "power1_average", "power1_input")
    return Gpu(
        index,
        name=_name(folder),
        vendor="AMD",
        memory_total=total,
        memory_used=used,
        is_memory_shared=is_shared,
        utilization=_told(number(folder / "gpu_busy_percent"), lambda percent: min(percent, 100) / 100),
        temperature=_told(_scaled(sensors, 1e-3, "temp1_input"), round),
        power=power,
        power_limit=_scaled(sensors, 1e-6, "power1_cap"),
        clock=_told(_scaled(sensors, 1e-6, "freq1_input"), round),
        clock_limit=_clock_limit(folder),
        mig=_NO_MIG,
        uuid=text(folder / "unique_id", 64),
    )


def _name(folder: Path) -> Reading[str]:
    """Read the name that the maker of the card has written; most consumer cards have none, only a number."""
    name = text(folder / "product_name", 128)
    if isinstance(name, str) and name:
        return printable(name)
    device = text(folder / "device", 16)
    return device if isinstance(device, Missing) else f"AMD GPU (device {printable(device)})"


def _memory(folder: Path) -> tuple[Reading[int], Reading[int], bool]:
    """Read the total and the used memory in bytes, and whether it is the machine's."""
    total, used = number(folder / "mem_info_vram_total"), number(folder / "mem_info_vram_used")
    more, more_used = number(folder / "mem_info_gtt_total"), number(folder / "mem_info_gtt_used")
    if isinstance(total, Missing) or isinstance(more, Missing) or not _is_integrated(folder, total, more):
        return total, used, False
    if isinstance(used, Missing) or isinstance(more_used, Missing):
        return total + more, used if isinstance(used, Missing) else more_used, True
    return total + more, used + more_used, True


def _is_integrated(folder: Path, total: int, more: int) -> bool:
    """Guess whether the GPU is part of the processor.

    Only such a GPU tells the voltage of the northbridge (in1_input), and most keep little RAM for themselves.
    """
    return os.access(_sensors(folder) / "in1_input", os.F_OK) or total <= _LEAST < more


def _sensors(folder: Path) -> Path:
    """Find the folder of the sensors: hwmon and a number that changes."""
    try:
        return min(folder.joinpath("hwmon").iterdir(), default=folder / "hwmon")
    except OSError:
        return folder / "hwmon"


def _told(reading: Reading[float], convert: Callable[[float], T]) -> Reading[T]:
    return reading if isinstance(reading, Missing) else convert(reading)


def _scaled(folder: Path, factor: float, *names: str) -> Reading[float]:
    """Read the first of the sensors that is there, in our unit."""
    paths = [folder / name for name in names]
    value = number(next((path for path in paths if os.access(path, os.F_OK)), paths[0]))
    return value if isinstance(value, Missing) else value * factor


def _clock_limit(folder: Path) -> Reading[int]:
    """Read the fastest of the levels of the clock: lines such as ``1: 1800Mhz *``."""
    levels = text(folder / "pp_dpm_sclk", 4096)
    if isinstance(levels, Missing):
        return levels
    words = [line.partition(":")[2].split() for line in levels.splitlines()]
    clocks = [word[0].lower().removesuffix("mhz") for word in words if word]
    return max((int(clock) for clock in clocks if clock.isdecimal()), default=Missing("pp_dpm_sclk holds no clock"))
