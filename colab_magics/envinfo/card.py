"""The cards: what `%envinfo` and `%%envinfo` show, in every form."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from colab_magics.card import Card, Facts, Note, Part, Table
from colab_magics.envinfo import summary
from colab_magics.envinfo.gpu import sentences as gpu_words
from colab_magics.envinfo.reading import Missing
from colab_magics.format import duration, size

if TYPE_CHECKING:
    from colab_magics.envinfo.cost import Cost
    from colab_magics.envinfo.report import Report

_GPU_COLUMNS = ("GPU", "Name", "Memory", "Use", "Temperature", "Power")


def report_card(report: "Report") -> Card:
    """Show what the machine is: the headline, the facts, each limit, the GPUs, the packages."""
    limits = (Note(sentence, "warn") for sentence in summary.limits(report))
    return Card(
        "This machine",
        big=summary.headline(report),
        state=f"{summary.place(report)}, {report.taken_at:%H:%M:%S %Z}",
        parts=(Facts(summary.facts(report)), *limits, *_gpus(report), *_packages(report)),
    )


def cost_card(cost: "Cost") -> Card:
    """Show what a cell cost, and whether it ended by itself."""
    return Card(
        "This cell",
        big=f"{duration(cost.wall)} · {_peak(cost)}",
        state="done" if cost.raised is None else f"ended by {cost.raised}",
        tone="ok" if cost.raised is None else "wrong",
        parts=(Facts((("Wall time", duration(cost.wall)), ("CPU time", _cpu(cost)), ("Peak memory", _memory(cost)))),),
    )


def _gpus(report: "Report") -> Iterator[Part]:
    devices = report.gpus.devices
    if not isinstance(devices, Missing):
        yield Table(_GPU_COLUMNS, tuple(gpu_words.cells(gpu) for gpu in devices), frozenset(_GPU_COLUMNS) - {"Name"})
        yield from (Note(sentence) for gpu in devices for sentence in gpu_words.gaps(gpu))


def _packages(report: "Report") -> Iterator[Part]:
    versions, absent = [], []
    for package in report.packages:
        if isinstance(package.distribution, Missing):
            absent.append(package.name)
        else:
            version = "unknown version" if isinstance(package.version, Missing) else package.version
            source = "" if package.distribution == package.name else f" ({package.distribution})"
            versions.append((package.name, f"{version}{source}"))
    yield Facts(tuple(versions))
    if absent:
        yield Note(f"Not installed: {', '.join(absent)}.")


def _peak(cost: "Cost") -> str:
    return "peak memory unknown" if isinstance(cost.peak_memory, Missing) else f"{size(cost.peak_memory)} peak"


def _cpu(cost: "Cost") -> str:
    cpu = cost.cpu + cost.cpu_children
    busy = f", {cpu / cost.wall:.1f} CPUs busy" if cpu >= 0.1 else ""
    children = f", {duration(cost.cpu_children)} of it in other processes" if cost.cpu_children else ""
    return f"{duration(cpu)}{busy}{children}"


def _memory(cost: "Cost") -> str:
    if isinstance(cost.peak_memory, Missing):
        return f"not known: {cost.peak_memory.reason}"
    if isinstance(cost.memory_before, Missing):
        return f"{size(cost.peak_memory)} ({cost.peak_source})"
    rise = size(max(cost.peak_memory - cost.memory_before, 0))
    return f"{size(cost.peak_memory)}, {rise} above the start ({cost.peak_source})"
