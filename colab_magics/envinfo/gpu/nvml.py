"""NVIDIA GPUs, asked of the driver's own library (NVML): no framework is imported, no memory of a GPU is touched."""

import dataclasses
import os
from pathlib import Path
from typing import Any

from colab_magics.envinfo.gpu.device import Found, Gpu, MigSlice, Processes
from colab_magics.envinfo.gpu.holders import Asker, asker, read_processes
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.nvml_library import NOT_THERE, NOT_TOLD, Library, opened
from colab_magics.machine.nvml_load import HIDDEN_BY_MIG, handles, read_memory, read_mig, read_utilization
from colab_magics.machine.plausible import CLOCK, POWER, TEMPERATURE, plausible

_NO_CUDA = Missing("the driver tells no CUDA: its libcuda may be missing")


def read_nvml(*, pid: int | None = None, root: Path = Path("/")) -> Reading[Found]:
    """Ask NVML in this process for every GPU; what does not answer is `Missing` with the reason.

    ``pid`` is the process whose share of the memory is its own (this one). It blocks for as long as the driver does,
    and a crash of the driver's library ends the process: `guard.ask` is the safe way to call it.
    """
    nvml = opened(root)
    if isinstance(nvml, Missing):
        return nvml
    try:
        return _found(nvml, asker(os.getpid() if pid is None else pid, root), root)
    finally:
        nvml.ask("nvmlShutdown")


def _found(nvml: Library, who: Asker, root: Path) -> Reading[Found]:
    devices = handles(nvml)
    if isinstance(devices, Missing):
        return devices
    gpus = tuple(_gpu(nvml, index, handle, who, root) for index, handle in enumerate(devices))
    return Found(gpus, nvml.ask("nvmlSystemGetDriverVersion"), _cuda(nvml))


def _gpu(nvml: Library, index: int, handle: Reading[Any], who: Asker, root: Path) -> Gpu:
    if isinstance(handle, Missing):
        return _silent(index, handle)
    mig = read_mig(nvml, handle)
    total, used, is_shared = read_memory(nvml, handle, root)
    utilization = read_utilization(nvml, handle)
    return Gpu(
        index,
        name=nvml.ask("nvmlDeviceGetName", handle),
        memory_total=total,
        memory_used=used,
        is_memory_shared=is_shared,
        utilization=HIDDEN_BY_MIG if mig == "enabled" and utilization == NOT_TOLD else utilization,
        temperature=plausible(
            nvml.ask("nvmlDeviceGetTemperature", handle, nvml.constant("NVML_TEMPERATURE_GPU")), TEMPERATURE
        ),
        power=_watts(nvml.ask("nvmlDeviceGetPowerUsage", handle)),
        power_limit=_power_limit(nvml, handle),
        clock=_clock(nvml, "nvmlDeviceGetClockInfo", handle),
        clock_limit=_clock(nvml, "nvmlDeviceGetMaxClockInfo", handle),
        mig=mig,
        slices=_slices(nvml, handle, root) if mig == "enabled" else (),
        processes=read_processes(nvml, handle, who),
        uuid=nvml.ask("nvmlDeviceGetUUID", handle),
    )


def _silent(index: int, reason: Missing) -> Gpu:
    """Make a GPU that is there and tells nothing, so that it takes no other along."""
    told = ("index", "vendor", "is_memory_shared", "slices", "processes", "is_visible")
    facts: dict[str, Any] = {item.name: reason for item in dataclasses.fields(Gpu) if item.name not in told}
    return Gpu(index, processes=Processes(reason, reason, reason), **facts)


def _slices(nvml: Library, handle: Any, root: Path) -> tuple[MigSlice, ...]:
    count = nvml.ask("nvmlDeviceGetMaxMigDeviceCount", handle)
    if isinstance(count, Missing):
        return (MigSlice(count, count, count, count),)
    places = (nvml.ask("nvmlDeviceGetMigDeviceHandleByIndex", handle, index) for index in range(count))
    return tuple(_slice(nvml, place, root) for place in places if place != NOT_THERE)


def _slice(nvml: Library, handle: Reading[Any], root: Path) -> MigSlice:
    if isinstance(handle, Missing):
        return MigSlice(handle, handle, handle, handle)
    total, used, is_shared = read_memory(nvml, handle, root)
    if is_shared:
        total = used = NOT_TOLD
    return MigSlice(nvml.ask("nvmlDeviceGetName", handle), total, used, nvml.ask("nvmlDeviceGetUUID", handle))


def _power_limit(nvml: Library, handle: Any) -> Reading[float]:
    """Ask for the limit that is enforced, which is the least of all; older drivers know only the one that was set."""
    enforced = _watts(nvml.ask("nvmlDeviceGetEnforcedPowerLimit", handle))
    if not isinstance(enforced, Missing):
        return enforced
    return _watts(nvml.ask("nvmlDeviceGetPowerManagementLimit", handle))


def _watts(milliwatts: Reading[int]) -> Reading[float]:
    return milliwatts if isinstance(milliwatts, Missing) else plausible(milliwatts / 1000, POWER)


def _clock(nvml: Library, name: str, handle: Any) -> Reading[int]:
    megahertz: Reading[int] = nvml.ask(name, handle, nvml.constant("NVML_CLOCK_GRAPHICS"))
    return plausible(megahertz, CLOCK)


def _cuda(nvml: Library) -> Reading[str]:
    version = nvml.ask("nvmlSystemGetCudaDriverVersion")
    if not isinstance(version, Missing) and not 1000 <= version < 100_000:
        return _NO_CUDA
    return version if isinstance(version, Missing) else f"{version // 1000}.{version % 1000 // 10}"
