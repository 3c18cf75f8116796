"""NVIDIA GPUs, asked of the driver's own library (NVML): no framework is imported, no memory of a GPU is touched."""

import ctypes
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from colab_magics.envinfo.gpu.device import Found, Gpu
from colab_magics.envinfo.reading import Missing, Reading

# What NVML's answers mean for the person, by the name of the error class in nvidia-ml-py.
_MEANINGS = {
    "NVMLError_LibraryNotFound": "no NVIDIA driver is installed (libnvidia-ml is missing)",
    "NVMLError_DriverNotLoaded": "the NVIDIA driver is installed but not loaded",
    "NVMLError_NoPermission": "this user may not ask the NVIDIA driver",
    "NVMLError_NotSupported": "this GPU does not tell",
    "NVMLError_FunctionNotFound": "this driver is too old to tell",
    "NVMLError_GpuIsLost": "the GPU has fallen off the bus: restart the machine",
    "NVMLError_LibRmVersionMismatch": "the NVIDIA driver was updated since the machine started: restart it",
    "NVMLError_Unknown": "the NVIDIA driver gave an unknown error: a container may have lost its GPU, restart it",
}


def read_nvml() -> Reading[Found]:
    """Ask NVML for every GPU; what does not answer is `Missing` with the reason."""
    nvml = _nvml()
    if isinstance(nvml, Missing):
        return nvml
    started = _ask(nvml.nvmlInit)
    if isinstance(started, Missing):
        return started
    try:
        devices = _devices(nvml)
        if isinstance(devices, Missing):
            return devices
        return Found(devices, _ask(nvml.nvmlSystemGetDriverVersion), _cuda(nvml))
    finally:
        _ask(nvml.nvmlShutdown)


def _nvml() -> Reading[Any]:
    """Import nvidia-ml-py only where the driver's library is: it is 300 kB of Python."""
    if sys.platform == "darwin":
        return Missing("NVIDIA has no driver for macOS")
    if sys.platform != "win32" and not _can_load("libnvidia-ml.so.1"):
        return Missing(_MEANINGS["NVMLError_LibraryNotFound"])
    try:
        return import_module("pynvml")
    except ImportError as error:
        return Missing(f"there is an NVIDIA driver, but nvidia-ml-py cannot be imported ({error})")


def _can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _ask(function: Callable[..., Any], *arguments: object) -> Reading[Any]:
    """Call NVML; its error becomes the reason."""
    nvml = import_module("pynvml")
    try:
        return function(*arguments)
    except nvml.NVMLError as error:
        return Missing(_MEANINGS.get(type(error).__name__) or f"the NVIDIA driver answered: {error}")


def _devices(nvml: Any) -> Reading[tuple[Gpu, ...]]:
    count = _ask(nvml.nvmlDeviceGetCount)
    if isinstance(count, Missing):
        return count
    if count == 0:
        return Missing("the NVIDIA driver is there and sees no GPU")
    return tuple(_device(nvml, index) for index in range(count))


def _device(nvml: Any, index: int) -> Gpu:
    handle = _ask(nvml.nvmlDeviceGetHandleByIndex, index)
    if isinstance(handle, Missing):
        return Gpu(index, handle)
    memory = _memory(nvml, handle)
    power = _ask(nvml.nvmlDeviceGetPowerUsage, handle)
    use = _ask(nvml.nvmlDeviceGetUtilizationRates, handle)
    return Gpu(
        index,
        name=_ask(nvml.nvmlDeviceGetName, handle),
        memory_total=memory if isinstance(memory, Missing) else memory.total,
        memory_used=memory if isinstance(memory, Missing) else memory.used,
        utilization=use if isinstance(use, Missing) else use.gpu / 100,
        temperature=_ask(nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU),
        power=power if isinstance(power, Missing) else power / 1000,
    )


def _memory(nvml: Any, handle: Any) -> Reading[Any]:
    """Ask for the memory: version 2 first, for version 1 counts what the driver keeps for itself as used."""
    memory = _ask(nvml.nvmlDeviceGetMemoryInfo, handle, nvml.nvmlMemory_v2)
    return _ask(nvml.nvmlDeviceGetMemoryInfo, handle) if isinstance(memory, Missing) else memory


def _cuda(nvml: Any) -> Reading[str]:
    version = _ask(nvml.nvmlSystemGetCudaDriverVersion)
    return version if isinstance(version, Missing) else f"{version // 1000}.{version % 1000 // 10}"
