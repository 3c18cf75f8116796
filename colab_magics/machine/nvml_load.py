"""What the NVIDIA driver tells from moment to moment of a GPU: its memory, and whether it computes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colab_magics.machine.nvml_library import NOT_TOLD, Library, opened
from colab_magics.machine.plausible import MEMORY, SHARE, plausible
from colab_magics.machine.reading import Missing, Reading
from colab_magics.machine.unified import machine_memory

HIDDEN_BY_MIG = Missing("a GPU in MIG mode does not tell")
_NO_MIG = Missing("this GPU has no MIG")
_NO_MEMORY = Missing("the driver says that this GPU has 0 bytes of memory, which cannot be")


@dataclass(frozen=True, slots=True)
class Load:
    """What changes from moment to moment: bytes, and utilization from 0 to 1."""

    memory_used: Reading[int]
    memory_total: Reading[int]
    utilization: Reading[float]


def first_gpu(environ: Mapping[str, str]) -> Reading[Callable[[], Load]]:
    """Open the GPU that CUDA counts first, and give what reads its load.

    Only for a process that computes on it: nothing guards against a driver that hangs or crashes. NVML stays open.
    """
    nvml = opened()
    if isinstance(nvml, Missing):
        return nvml
    entry = environ.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0].strip()
    by, which = ("Index", int(entry)) if entry.isdecimal() else ("UUID", entry.encode())
    handle = nvml.ask(f"nvmlDeviceGetHandleBy{by}", which)
    return handle if isinstance(handle, Missing) else lambda: read_load(nvml, handle)


def read_load(nvml: Library, handle: Reading[Any], root: Path = Path("/")) -> Load:
    """Read one GPU; what cannot be told is `Missing` with the reason."""
    if isinstance(handle, Missing):
        return Load(handle, handle, handle)
    total, used, _ = read_memory(nvml, handle, root)
    return Load(used, total, read_utilization(nvml, handle))


def handles(nvml: Library) -> Reading[tuple[Reading[Any], ...]]:
    """Ask the open NVML for its handle of each GPU, in the order of the driver."""
    count = nvml.ask("nvmlDeviceGetCount")
    if isinstance(count, Missing):
        return count
    if count == 0:
        return Missing("the NVIDIA driver is there and sees no GPU")
    return tuple(nvml.ask("nvmlDeviceGetHandleByIndex", index) for index in range(count))


def read_memory(nvml: Library, handle: Any, root: Path) -> tuple[Reading[int], Reading[int], bool]:
    """Ask for a GPU's memory in bytes: total, used, and whether it is the machine's RAM.

    Version 2 first, for version 1 counts what the driver keeps for itself as used. A GPU that shares the RAM of its
    machine (GB10, Jetson) does not tell it; what is used there is the RAM in use. Others have no such excuse.
    """
    version = nvml.constant("nvmlMemory_v2")
    memory = nvml.ask("nvmlDeviceGetMemoryInfo", handle, version) if version else NOT_TOLD
    if isinstance(memory, Missing):
        memory = nvml.ask("nvmlDeviceGetMemoryInfo", handle)
    if memory == NOT_TOLD:
        if read_mig(nvml, handle) == "enabled":
            return HIDDEN_BY_MIG, HIDDEN_BY_MIG, False
        total, used = machine_memory(nvml.ask("nvmlDeviceGetName", handle), root)
        return total, used, not isinstance(total, Missing)
    if isinstance(memory, Missing):
        return memory, memory, False
    if not memory.total:
        return _NO_MEMORY, _NO_MEMORY, False
    return plausible(memory.total, MEMORY), plausible(memory.used, MEMORY), False


def read_utilization(nvml: Library, handle: Any) -> Reading[float]:
    """Ask for the part of the last moments in which a kernel ran on the GPU, from 0 to 1."""
    use = nvml.ask("nvmlDeviceGetUtilizationRates", handle)
    share: Reading[int] = use if isinstance(use, Missing) else plausible(use.gpu, SHARE)
    return share if isinstance(share, Missing) else share / 100


def read_mig(nvml: Library, handle: Any) -> Reading[str]:
    """Ask whether the GPU is cut into parts (MIG): "enabled" or "disabled"."""
    modes = nvml.ask("nvmlDeviceGetMigMode", handle)
    if isinstance(modes, Missing):
        return _NO_MIG if modes == NOT_TOLD else modes
    return "enabled" if modes[0] == 1 else "disabled"
