"""NVIDIA's own library (NVML), asked so that each of its errors becomes a reason and none becomes an exception."""

from importlib import import_module
from pathlib import Path
from typing import Any

from colab_magics.machine.reading import Missing, Reading, is_there

NOT_TOLD = Missing("this GPU does not tell")
NOT_THERE = Missing("the driver knows no such device")
NO_LIBRARY = Missing("no NVIDIA driver is installed (libnvidia-ml is missing)")
NO_LIBRARY_IN_CONTAINER = Missing(
    "this machine's NVIDIA driver is loaded, but its library (libnvidia-ml) is not here: "
    "a container must be started with its GPUs (docker run --gpus all)"
)

# What NVML's answers mean for the person, by the name of the error class in nvidia-ml-py.
# https://docs.nvidia.com/deploy/nvml-api/group__nvmlDeviceEnumvs.html
_MEANINGS = {
    "NVMLError_LibraryNotFound": NO_LIBRARY,
    "NVMLError_NotSupported": NOT_TOLD,
    "NVMLError_NotFound": NOT_THERE,
    "NVMLError_InvalidArgument": NOT_THERE,
    "NVMLError_DriverNotLoaded": Missing("the NVIDIA driver is installed but not loaded"),
    "NVMLError_NoPermission": Missing("this user may not ask the NVIDIA driver"),
    "NVMLError_FunctionNotFound": Missing("this driver is too old to tell"),
    "NVMLError_GpuIsLost": Missing("the GPU has fallen off the bus: restart the machine"),
    "NVMLError_GpuNotFound": Missing("the GPU has fallen off the bus: restart the machine"),
    "NVMLError_ResetRequired": Missing("the GPU must be reset: restart the machine"),
    "NVMLError_LibRmVersionMismatch": Missing("the NVIDIA driver was updated since the machine started: restart it"),
    "NVMLError_Unknown": Missing(
        "the NVIDIA driver gave an unknown error: a container may have lost its GPU, restart it"
    ),
    "NVMLError_Uninitialized": Missing("the NVIDIA driver was unloaded or this process was forked: ask again"),
    "NVMLError_InsufficientPower": Missing("the GPU gets too little power: its power cable may be loose"),
    "NVMLError_IrqIssue": Missing("the NVIDIA driver gets no interrupts from the GPU: restart the machine"),
    "NVMLError_OperatingSystem": Missing("the system blocked the question (a cgroup or a security rule)"),
    "NVMLError_Timeout": Missing("the NVIDIA driver took too long for this"),
    "NVMLError_InUse": Missing("the GPU is in use in a way that keeps it from telling"),
    "NVMLError_ArgumentVersionMismatch": Missing("this driver does not understand the question of nvidia-ml-py"),
    "NVMLError_Deprecated": Missing("this driver no longer tells"),
    "NVMLError_NotReady": Missing("the GPU is not ready yet: ask again"),
}
_TOO_OLD = Missing("nvidia-ml-py is too old to ask for this: upgrade it")


class Library:
    """The module of nvidia-ml-py; `ask` calls its functions by name."""

    def __init__(self, module: Any) -> None:
        self._module = module
        failures = ("NVMLError", "NVMLLibraryMismatchError")
        self._failures = tuple(getattr(module, name) for name in failures if hasattr(module, name))

    def ask(self, name: str, *arguments: object) -> Reading[Any]:
        """Call ``name``; text comes back as str, whatever its bytes were."""
        function = getattr(self._module, name, None)
        if function is None:
            return _TOO_OLD
        # Under its decorators a function gives the driver's bytes, which need not be UTF-8.
        while hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        try:
            answer = function(*arguments)
        except self._failures as error:
            return _meaning(error)
        except (TypeError, ValueError, AttributeError, OSError) as error:
            return Missing(f"nvidia-ml-py failed ({type(error).__name__})")
        return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer

    def constant(self, name: str) -> Any:
        """Return a constant of NVML, or 0 where this nvidia-ml-py does not know it."""
        return getattr(self._module, name, 0)


def opened(root: Path = Path("/")) -> Reading[Library]:
    """Start NVML, which opens the driver's device but makes no context on a GPU; the caller asks ``nvmlShutdown``.

    Only where a driver may be: nvidia-ml-py, which is imported here, is 300 kB of Python.
    """
    try:
        nvml = Library(import_module("pynvml"))
    except ImportError as error:
        return Missing(f"there is an NVIDIA driver, but nvidia-ml-py cannot be imported ({type(error).__name__})")
    started: Reading[None] = nvml.ask("nvmlInit")
    if started == NO_LIBRARY and is_there(root / "proc/driver/nvidia/version"):
        return NO_LIBRARY_IN_CONTAINER
    return started if isinstance(started, Missing) else nvml


def _meaning(error: BaseException) -> Missing:
    name = type(error).__name__
    if name in _MEANINGS:
        return _MEANINGS[name]
    if name == "NVMLLibraryMismatchError":
        return _MEANINGS["NVMLError_FunctionNotFound"]
    return Missing(f"the NVIDIA driver answered with error {getattr(error, 'value', name)}")
