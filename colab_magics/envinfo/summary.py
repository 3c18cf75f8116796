"""The report in words: the one line, the facts, what limits them, and what is missing and why."""

from typing import TYPE_CHECKING

from colab_magics.envinfo import limits as limit_words
from colab_magics.envinfo.gpu import sentences as gpu_words
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.words import cpus, size_of
from colab_magics.format import size

if TYPE_CHECKING:
    from colab_magics.envinfo.probes.disk import Disk
    from colab_magics.envinfo.report import Report


def headline(report: "Report") -> str:
    """Say in one line what a person can use here: ``2 CPUs · 24.0 GB RAM · no GPU``."""
    return f"{cpus(report.cpu.usable)} · {size_of(report.memory.usable)} RAM · {gpu_words.names(report.gpus)}"


def place(report: "Report") -> str:
    """Say where this runs: ``JupyterLab in Docker``."""
    container = report.platform.container
    return report.platform.name if isinstance(container, Missing) else f"{report.platform.name} in {container}"


def facts(report: "Report") -> tuple[tuple[str, str], ...]:
    """Name each fact and say it."""
    python, platform = report.python, report.platform
    return (
        ("CPU", limit_words.cpu_fact(report.cpu)),
        ("RAM", limit_words.memory_fact(report.memory)),
        ("Disk", _disk(report.disk)),
        ("GPU", gpu_words.fact(report.gpus)),
        ("Python", f"{python.version}, {python.implementation}, {python.environment}"),
        ("System", f"{platform.system}, {platform.kernel}, {platform.machine}"),
    )


def limits(report: "Report") -> tuple[str, ...]:
    """Say which rules let this process use less than the machine has, and what they did to it."""
    binding = (
        limit_words.cpu_limit(report.cpu),
        limit_words.memory_limit(report.memory),
        gpu_words.limit(report.gpus),
    )
    troubles = limit_words.troubles(report.cpu, report.memory, report.pressure)
    return tuple(sentence for sentence in (*binding, *troubles) if sentence)


def _disk(disk: "Disk") -> str:
    return disk.free.reason if isinstance(disk.free, Missing) else f"{size(disk.free)} free of {size_of(disk.total)}"
