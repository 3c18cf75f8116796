"""The GPUs in words."""

from colab_magics.envinfo.gpu.device import Gpu, Gpus
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.words import UNKNOWN, size_of
from colab_magics.format import plural


def names(gpus: Gpus) -> str:
    """Name the GPUs for the headline: ``2 NVIDIA L4``."""
    if isinstance(gpus.devices, Missing):
        return "no NVIDIA GPU"
    names, count = {gpu.name for gpu in gpus.devices}, len(gpus.devices)
    name = names.pop()
    if names or isinstance(name, Missing):
        return plural(count, "GPU")
    return name if count == 1 else f"{count} {name}"


def fact(gpus: Gpus) -> str:
    """Say the GPUs, their driver and its CUDA in one line."""
    if isinstance(gpus.devices, Missing):
        return f"no NVIDIA GPU: {gpus.devices.reason}"
    parts = [names(gpus)]
    if not isinstance(gpus.driver, Missing):
        parts.append(f"driver {gpus.driver}")
    if not isinstance(gpus.cuda, Missing):
        parts.append(f"CUDA up to {gpus.cuda}")
    return ", ".join(parts)


def limit(gpus: Gpus) -> str:
    """Say what hides GPUs from frameworks; empty where nothing does."""
    if isinstance(gpus.devices, Missing) or isinstance(gpus.visible, Missing):
        return ""
    if gpus.visible in ("", "-1"):
        return f'Frameworks see no GPU: CUDA_VISIBLE_DEVICES is "{gpus.visible}".'
    return f'Frameworks see only some GPUs: CUDA_VISIBLE_DEVICES is "{gpus.visible}".'


def cells(gpu: Gpu) -> tuple[str, ...]:
    """Give a row of a table: index, name, memory, utilization, temperature, power."""
    return (
        str(gpu.index),
        UNKNOWN if isinstance(gpu.name, Missing) else gpu.name,
        f"{size_of(gpu.memory_used)} of {size_of(gpu.memory_total)}",
        UNKNOWN if isinstance(gpu.utilization, Missing) else f"{100 * gpu.utilization:.0f} %",
        UNKNOWN if isinstance(gpu.temperature, Missing) else f"{gpu.temperature} °C",
        UNKNOWN if isinstance(gpu.power, Missing) else f"{gpu.power:.0f} W",
    )


def gaps(gpu: Gpu) -> tuple[str, ...]:
    """Say what a GPU does not tell, and why."""
    reasons: dict[str, list[str]] = {}
    for name in ("name", "memory", "utilization", "temperature", "power"):
        reading = gpu.memory_total if name == "memory" else getattr(gpu, name)
        if isinstance(reading, Missing):
            reasons.setdefault(reading.reason, []).append(name)
    return tuple(f"GPU {gpu.index} ({', '.join(fields)}): {reason}." for reason, fields in reasons.items())
