"""The report in words: the one line, the facts, what limits them, and what is missing and why."""

from typing import TYPE_CHECKING

from colab_magics.envinfo.probes.cgroup import Limit
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.format import plural, size

if TYPE_CHECKING:
    from colab_magics.envinfo.probes.cpu import Cpu
    from colab_magics.envinfo.probes.disk import Disk
    from colab_magics.envinfo.probes.gpu import Gpu, Gpus
    from colab_magics.envinfo.probes.memory import Memory
    from colab_magics.envinfo.report import Report

_UNKNOWN = "unknown"


def headline(report: "Report") -> str:
    """Say in one line what a person can use here: ``2 CPUs · 24.0 GB RAM · no NVIDIA GPU``."""
    return f"{_cpus(report.cpu.usable)} · {_size(report.memory.usable)} RAM · {_gpu_names(report.gpus)}"


def place(report: "Report") -> str:
    """Say where this runs: ``JupyterLab in Docker``."""
    container = report.platform.container
    return report.platform.name if isinstance(container, Missing) else f"{report.platform.name} in {container}"


def facts(report: "Report") -> tuple[tuple[str, str], ...]:
    """Name each fact and say it."""
    python, platform = report.python, report.platform
    return (
        ("CPU", _cpu(report.cpu)),
        ("RAM", _memory(report.memory)),
        ("Disk", _disk(report.disk)),
        ("GPU", _gpu(report.gpus)),
        ("Python", f"{python.version}, {python.implementation}, {python.environment}"),
        ("System", f"{platform.system}, {platform.kernel}, {platform.machine}"),
    )


def limits(report: "Report") -> tuple[str, ...]:
    """Say which rules let this process use less than the machine has."""
    sentences = (_cpu_limit(report.cpu), _memory_limit(report.memory), _gpu_limit(report.gpus))
    return tuple(sentence for sentence in sentences if sentence)


def gpu_cells(gpu: "Gpu") -> tuple[str, ...]:
    """Give a row of a table: index, name, memory, utilization, temperature, power."""
    return (
        str(gpu.index),
        _UNKNOWN if isinstance(gpu.name, Missing) else gpu.name,
        f"{_size(gpu.memory_used)} of {_size(gpu.memory_total)}",
        _UNKNOWN if isinstance(gpu.utilization, Missing) else f"{100 * gpu.utilization:.0f} %",
        _UNKNOWN if isinstance(gpu.temperature, Missing) else f"{gpu.temperature} °C",
        _UNKNOWN if isinstance(gpu.power, Missing) else f"{gpu.power:.0f} W",
    )


def gpu_gaps(gpu: "Gpu") -> tuple[str, ...]:
    """Say what a GPU does not tell, and why."""
    reasons: dict[str, list[str]] = {}
    for name in ("name", "memory", "utilization", "temperature", "power"):
        reading = gpu.memory_total if name == "memory" else getattr(gpu, name)
        if isinstance(reading, Missing):
            reasons.setdefault(reading.reason, []).append(name)
    return tuple(f"GPU {gpu.index} ({', '.join(names)}): {reason}." for reason, names in reasons.items())


def _cpus(number: float) -> str:
    return f"{round(number, 2):g} {'CPU' if number == 1 else 'CPUs'}"


def _size(reading: Reading[int]) -> str:
    return _UNKNOWN if isinstance(reading, Missing) else size(reading)


def _cpu(cpu: "Cpu") -> str:
    usable = f"{round(cpu.usable, 2):g} of {cpu.count} usable"
    return usable if isinstance(cpu.model, Missing) else f"{usable}, {cpu.model}"


def _cpu_limit(cpu: "Cpu") -> str:
    if cpu.usable == cpu.count:
        return ""
    if isinstance(cpu.quota, Limit) and cpu.quota.value == cpu.usable:
        return f"{_cpus(cpu.usable)} of {cpu.count} can be used at a time: {cpu.quota.source} sets a quota."
    return f"{_cpus(cpu.usable)} of {cpu.count} can be used: this process may not run on the others."


def _memory(memory: "Memory") -> str:
    if isinstance(memory.used, Missing):
        used = f"{_size(memory.usable)}; how much is in use is not known, {memory.used.reason}"
    else:
        used = f"{size(memory.used)} used of {_size(memory.usable)}"
    return used if isinstance(memory.process, Missing) else f"{used}, {size(memory.process)} by this process"


def _memory_limit(memory: "Memory") -> str:
    if isinstance(memory.limit, Missing):
        return ""
    can_use = f"{_size(memory.usable)} of {_size(memory.total)} RAM can be used"
    return f"{can_use}: {memory.limit.source} sets a limit, and a process that goes over it is ended."


def _disk(disk: "Disk") -> str:
    return disk.free.reason if isinstance(disk.free, Missing) else f"{size(disk.free)} free of {_size(disk.total)}"


def _gpu_names(gpus: "Gpus") -> str:
    if isinstance(gpus.devices, Missing):
        return "no NVIDIA GPU"
    names, count = {gpu.name for gpu in gpus.devices}, len(gpus.devices)
    name = names.pop()
    if names or isinstance(name, Missing):
        return plural(count, "GPU")
    return name if count == 1 else f"{count} {name}"


def _gpu(gpus: "Gpus") -> str:
    if isinstance(gpus.devices, Missing):
        return f"no NVIDIA GPU: {gpus.devices.reason}"
    parts = [_gpu_names(gpus)]
    if not isinstance(gpus.driver, Missing):
        parts.append(f"driver {gpus.driver}")
    if not isinstance(gpus.cuda, Missing):
        parts.append(f"CUDA up to {gpus.cuda}")
    return ", ".join(parts)


def _gpu_limit(gpus: "Gpus") -> str:
    if isinstance(gpus.devices, Missing) or isinstance(gpus.visible, Missing):
        return ""
    if gpus.visible in ("", "-1"):
        return f'Frameworks see no GPU: CUDA_VISIBLE_DEVICES is "{gpus.visible}".'
    return f'Frameworks see only some GPUs: CUDA_VISIBLE_DEVICES is "{gpus.visible}".'
