"""Apple's GPUs, asked of macOS (IOKit) without rights of an administrator; untested on hardware."""

import plistlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colab_magics.envinfo.gpu.device import Found, Gpu
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.format import printable

_NO_SENSOR = Missing("macOS tells it to administrators only")
_NO_MIG = Missing("Apple's GPUs have no MIG")
_NOT_APPLE = Missing("macOS tells the memory of Apple's own GPUs only")


@dataclass(frozen=True, slots=True)
class Mac:
    """What macOS says of the whole machine: the chip's name, the RAM in bytes, and whether the chip is Apple's own."""

    chip: Reading[str]
    memory: Reading[int]
    is_apple: bool


def read_apple() -> Reading[Found]:
    """Ask macOS for its GPUs; `Missing` at once on another system, and where macOS does not answer."""
    if sys.platform == "darwin":
        return _ask()
    return Missing("Apple's GPUs are in Macs only")


def _ask() -> Reading[Found]:
    from colab_magics.envinfo.gpu.iokit import accelerators, sysctl_number, sysctl_text

    try:
        is_apple = sysctl_number("hw.optional.arm64") == 1
        mac = Mac(sysctl_text("machdep.cpu.brand_string"), sysctl_number("hw.memsize"), is_apple)
        return found(accelerators(), mac)
    except (OSError, AttributeError) as error:  # a library or a function of it that this macOS does not have
        return Missing(f"macOS does not tell its GPUs ({type(error).__name__})")


def found(accelerators: Reading[tuple[Mapping[str, bytes], ...]], mac: Mac) -> Reading[Found]:
    """Make the GPUs of what IOKit told: for each accelerator its properties, each as a property list."""
    if isinstance(accelerators, Missing):
        return accelerators
    if not accelerators:
        return Missing("macOS knows of no GPU: a virtual machine has none")
    cuda = Missing("Apple's GPUs run Metal, not CUDA")
    driver = Missing("the driver of Apple's GPUs is part of macOS")
    return Found(tuple(_gpu(index, facts, mac) for index, facts in enumerate(accelerators)), driver, cuda)


def _gpu(index: int, properties: Mapping[str, bytes], mac: Mac) -> Gpu:
    facts = {name: _value(data) for name, data in properties.items()}
    measured = facts.get("PerformanceStatistics")
    measured = measured if isinstance(measured, Mapping) else {}
    use, memory = _count(measured, "Device Utilization %"), _count(measured, "In use system memory")
    return Gpu(
        index,
        name=_name(facts, mac),
        vendor="Apple" if mac.is_apple else "Mac",
        memory_total=mac.memory if mac.is_apple else _NOT_APPLE,
        memory_used=memory if mac.is_apple else _NOT_APPLE,
        is_memory_shared=mac.is_apple,
        utilization=use if isinstance(use, Missing) else min(use, 100) / 100,
        temperature=_NO_SENSOR,
        power=_NO_SENSOR,
        power_limit=_NO_SENSOR,
        clock=_NO_SENSOR,
        clock_limit=_NO_SENSOR,
        mig=_NO_MIG,
    )


def _name(facts: Mapping[str, Any], mac: Mac) -> Reading[str]:
    """Name the GPU after its own model, else after the chip that it is part of, with the number of its cores."""
    model = facts.get("model")
    if isinstance(model, bytes):  # Intel's Macs write it as C does
        model = model.split(b"\0")[0].decode("utf-8", errors="replace")
    name = printable(model)[:120] if isinstance(model, str) and model else mac.chip
    cores = _count(facts, "gpu-core-count")
    return name if isinstance(name, Missing) or isinstance(cores, Missing) else f"{name} ({cores} GPU cores)"


def _count(facts: Mapping[str, Any], name: str) -> Reading[int]:
    """Take a whole number, not below zero."""
    value = facts.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return Missing(f'this macOS does not tell "{name}"')


def _value(data: bytes) -> Any:
    """Read a property list; None where it is none."""
    try:
        return plistlib.loads(data, fmt=plistlib.FMT_BINARY)
    except (ValueError, TypeError, OverflowError, IndexError, RecursionError, plistlib.InvalidFileException):
        return None
