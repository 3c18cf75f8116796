"""The GPUs in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from colab_magics.envinfo.gpu.gpus import UNTOLD
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.envinfo.words import UNKNOWN, size_of
from colab_magics.format import number, plural, size

if TYPE_CHECKING:
    from colab_magics.envinfo.gpu.device import Gpu, MigSlice
    from colab_magics.envinfo.gpu.gpus import Gpus

COLUMNS = ("GPU", "Name", "Memory", "Use", "Temperature", "Power")
"""The heads of the table whose rows `cells` gives."""


def names(gpus: Gpus) -> str:
    """Name the GPUs for the headline: ``2 NVIDIA L4``."""
    if isinstance(gpus.devices, Missing):
        return "no GPU"
    names, count = {gpu.name for gpu in gpus.devices}, len(gpus.devices)
    name = names.pop()
    if names or isinstance(name, Missing):
        return plural(count, "GPU")
    return name if count == 1 else f"{count} {name}"


def fact(gpus: Gpus) -> str:
    """Say the GPUs, how many of them frameworks see, their driver and its CUDA in one line."""
    if isinstance(gpus.devices, Missing):
        return f"no GPU: {gpus.devices.reason}"
    parts = [names(gpus)]
    if not isinstance(gpus.visible_count, Missing) and gpus.visible_count < len(gpus.devices):
        parts.append(f"{gpus.visible_count} visible because {_rule(gpus)}")
    if not isinstance(gpus.driver, Missing):
        parts.append(f"driver {gpus.driver}")
    if not isinstance(gpus.cuda, Missing):
        parts.append(f"CUDA up to {gpus.cuda}")
    return ", ".join(parts)


def limit(gpus: Gpus) -> str:
    """Say what hides GPUs from frameworks; empty where nothing does."""
    if isinstance(gpus.devices, Missing) or isinstance(gpus.visible, Missing):
        return ""
    count, total = gpus.visible_count, len(gpus.devices)
    if count == total:
        return ""
    if count == 0 or gpus.visible in ("", "-1"):
        return f"Frameworks see no GPU: {_rule(gpus)}."
    some = "only some GPUs" if isinstance(count, Missing) else f"{count} of {total} GPUs"
    return f"Frameworks see {some}: {_rule(gpus)}."


def cells(gpu: Gpu) -> tuple[str, ...]:
    """Give a row of a table: index, name, memory, utilization, temperature, power."""
    shared = ", shared with the CPU" if gpu.is_memory_shared else ""
    return (
        str(gpu.index),
        UNKNOWN if isinstance(gpu.name, Missing) else gpu.name,
        f"{size_of(gpu.memory_used)} of {size_of(gpu.memory_total)}{shared}",
        UNKNOWN if isinstance(gpu.utilization, Missing) else f"{100 * gpu.utilization:.0f} %",
        UNKNOWN if isinstance(gpu.temperature, Missing) else f"{gpu.temperature} °C",
        _of(gpu.power, gpu.power_limit, "W"),
    )


def details(gpu: Gpu) -> tuple[str, ...]:
    """Say what a row of the table has no room for: clock, MIG instances, whose memory it is, whether it is hidden."""
    return tuple(f"GPU {gpu.index} {words}." for words in _details(gpu))


def gaps(*devices: Gpu) -> tuple[str, ...]:
    """Say what GPUs do not tell, and why; each reason once, and nothing of what their kind never has."""
    places: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for gpu in devices:
        reasons: dict[str, list[str]] = {}
        for name, reading in _readings(gpu):
            if isinstance(reading, Missing) and not reading.reason.endswith("no MIG"):
                reasons.setdefault(reading.reason, []).append(name)
        for reason, names in reasons.items():
            places.setdefault((reason, tuple(names)), []).append(gpu.index)
    return tuple(
        f"{'GPU' if len(indexes) == 1 else 'GPUs'} {', '.join(map(str, indexes))} ({', '.join(names)}): {reason}."
        for (reason, names), indexes in places.items()
    )


def driver_gaps(gpus: Gpus) -> tuple[str, ...]:
    """Say why the version of NVIDIA's driver or its CUDA is not known; other makers have no CUDA."""
    if isinstance(gpus.devices, Missing) or not any(gpu.vendor == "NVIDIA" for gpu in gpus.devices):
        return ()
    driver, cuda = gpus.driver, gpus.cuda
    if isinstance(driver, Missing) and driver == cuda:
        return (f"Driver and its CUDA: {driver.reason}.",)
    told = {"Driver": driver, "CUDA of the driver": cuda}
    return tuple(f"{name}: {reading.reason}." for name, reading in told.items() if isinstance(reading, Missing))


def _readings(gpu: Gpu) -> Iterator[tuple[str, Reading[object]]]:
    yield "name", gpu.name
    if isinstance(gpu.memory_total, Missing):
        yield "memory", gpu.memory_total
    else:
        yield "memory in use", gpu.memory_used
    yield "utilization", gpu.utilization
    yield "temperature", gpu.temperature
    yield "power", gpu.power
    if gpu.power_limit != gpu.power:
        yield "power limit", gpu.power_limit
    yield "clock", gpu.clock
    if gpu.clock_limit != gpu.clock:
        yield "highest clock", gpu.clock_limit
    yield "MIG", gpu.mig
    yield (
        "memory of its instances",
        next((part.memory_total for part in gpu.slices if isinstance(part.memory_total, Missing)), ""),
    )
    if gpu.processes.own_memory == UNTOLD:  # any other reason is told as a detail
        yield "memory by process", UNTOLD
    if gpu.is_visible != UNTOLD:  # it is asked of all sources' GPUs together
        yield "whether it is visible", gpu.is_visible


def _details(gpu: Gpu) -> Iterator[str]:
    if gpu.is_visible is False:
        yield "is hidden from frameworks"
    if not isinstance(gpu.clock, Missing):
        yield f"runs at {_of(gpu.clock, gpu.clock_limit, 'MHz')}"
    if gpu.mig == "enabled":
        yield _slices(gpu.slices)
    own = gpu.processes.own_memory
    if isinstance(own, Missing) and own not in (UNTOLD, gpu.name):
        yield f"memory by process is not known: {own.reason}"
    elif holders := _holders(gpu):
        yield f"memory: {holders}"


def _slices(slices: tuple[MigSlice, ...]) -> str:
    if not slices:
        return "is in MIG mode and has no instance: frameworks see nothing of it"
    told = (
        f"{'unknown' if isinstance(part.name, Missing) else part.name} "
        f"({size_of(part.memory_used)} of {size_of(part.memory_total)})"
        for part in slices
    )
    return f"is in MIG mode with {plural(len(slices), 'instance')}: {', '.join(told)}"


def _holders(gpu: Gpu) -> str:
    """Say whose memory it is: ``3.1 GB by this process, 12.0 GB by 2 others``."""
    own, others, memory = gpu.processes.own_memory, gpu.processes.others, gpu.processes.others_memory
    parts = []
    if not isinstance(own, Missing) and own:
        parts.append(f"{size(own)} by this process")
    if not isinstance(others, Missing) and others:
        amount = "an untold part" if isinstance(memory, Missing) else size(memory)
        parts.append(f"{amount} by {number(others)} {'other' if others == 1 else 'others'}")
    return ", ".join(parts)


def _of(value: Reading[float], most: Reading[float], unit: str) -> str:
    if isinstance(value, Missing):
        return UNKNOWN
    of = "" if isinstance(most, Missing) else f" of {most:,.0f} {unit}"
    return f"{value:,.0f} {unit}{of}"


def _rule(gpus: Gpus) -> str:
    return f'{gpus.hidden_by} is "{gpus.visible}"'
