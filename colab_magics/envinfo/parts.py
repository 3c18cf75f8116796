"""The parts of the report, one at a time: everything that is known of a subject, each value or its reason."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from colab_magics.card import Facts, Note, Part, Table
from colab_magics.envinfo import limits
from colab_magics.envinfo.gpu import sentences
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.envinfo.words import UNKNOWN, size_of
from colab_magics.format import duration, number, plural, size

if TYPE_CHECKING:
    from colab_magics.envinfo.probes.disk import Space
    from colab_magics.envinfo.probes.packages import Package
    from colab_magics.envinfo.report import Report

_LITTLE_SHARED_MEMORY = 2**30


def gpu(report: "Report") -> Iterator[Part]:
    """The GPUs and TPUs, who told of them, who did not, and where two sources disagree."""
    gpus = report.gpus
    yield Facts((("GPU", sentences.fact(gpus)), *_asked(report)))
    yield from gpu_table(report)
    if not isinstance(gpus.devices, Missing):
        yield from (Note(sentence) for device in gpus.devices for sentence in sentences.details(device))
    yield from (Note(sentence, "warn") for sentence in (sentences.limit(gpus), *gpus.disagreements) if sentence)
    yield from (Note(f"{source} does not tell: {reason}.") for source, reason in gpus.refusals)
    if isinstance(report.tpus, Missing):
        yield Note(f"TPU: {report.tpus.reason}.")
    else:
        yield Facts(
            tuple((f"TPU {index}", f"{tpu.name}, {size_of(tpu.memory_total)}") for index, tpu in enumerate(report.tpus))
        )


def gpu_table(report: "Report") -> Iterator[Part]:
    """One row for each GPU, and what it does not tell."""
    devices = report.gpus.devices
    if not isinstance(devices, Missing):
        columns = sentences.COLUMNS
        yield Table(columns, tuple(sentences.cells(gpu) for gpu in devices), frozenset(columns) - {"Name"})
        untold = (*sentences.driver_gaps(report.gpus), *sentences.gaps(*devices))
        yield from (Note(sentence) for sentence in untold)


def limits_of(report: "Report") -> Iterator[Part]:
    """Every rule that could bind CPU and memory, and which one does."""
    yield Facts(limits.rules(report.cpu, report.memory, report.pressure))
    binding = (limits.cpu_limit(report.cpu), limits.memory_limit(report.memory))
    troubles = limits.troubles(report.cpu, report.memory, report.pressure)
    yield from (Note(sentence, "warn") for sentence in (*binding, *troubles) if sentence)


def packages(report: "Report") -> Iterator[Part]:
    """Each package on disk and in this kernel."""
    columns = ("Package", "On disk", "In this kernel", "From")
    yield Table(columns, tuple(_package_row(package) for package in report.packages))
    yield from restarts(report)


def restarts(report: "Report") -> Iterator[Part]:
    """The packages whose installation does not fit what runs, or itself."""
    changed = [package.name for package in report.packages if package.needs_restart]
    if changed:
        yield Note(f"Restart the kernel: {', '.join(changed)} changed on disk after the import.", "warn")
    for package in report.packages:
        if package.records > 1:
            again = f"install it again:  %install --force-reinstall {package.name}"
            yield Note(f"{package.name} is installed {package.records} times in one place: {again}", "warn")


def platform(report: "Report") -> Iterator[Part]:
    """Where this runs, how that is known, since when, and what is stated about its end."""
    place, session = report.platform, report.session
    container = place.container.reason if isinstance(place.container, Missing) else place.container
    yield Facts(
        (
            ("Place", place.name),
            ("Container", container),
            *((("Also", ", ".join(place.also)),) if place.also else ()),
            ("Known by", ", ".join(place.evidence) or "no sign of a service was seen"),
            ("System", f"{place.system}, {place.kernel}, {place.machine}"),
            ("Kernel started", _age(session.kernel_started, report.taken_at)),
            ("Machine started", _age(session.machine_started, report.taken_at)),
        )
    )
    for stated in session.stated:
        source = f"{stated.source}, read on {stated.read_on}" if stated.read_on else stated.source
        yield Note(f"{stated.sentence} (stated by {source})")


def disk(report: "Report") -> Iterator[Part]:
    """Each place for files."""
    columns = ("Place", "Free", "Size", "More files", "")
    yield Table(columns, tuple(_space_row(space) for space in report.disk.spaces), frozenset(columns[1:4]))
    for space in report.disk.spaces:
        if (
            space.name == "shared memory"
            and not isinstance(space.total, Missing)
            and space.total < _LITTLE_SHARED_MEMORY
        ):
            remedy = (
                "workers of a PyTorch DataLoader may crash. Start the container with --shm-size, or use no workers."
            )
            yield Note(f"Shared memory has only {size(space.total)}: {remedy}", "warn")


PARTS: dict[str, Callable[["Report"], Iterator[Part]]] = {
    "gpu": gpu,
    "limits": limits_of,
    "packages": packages,
    "platform": platform,
    "disk": disk,
}
"""What ``%envinfo NAME`` shows of a report."""


def _asked(report: "Report") -> tuple[tuple[str, str], ...]:
    visible, source = report.gpus.visible, report.gpus.source
    return (
        *(() if isinstance(source, Missing) else (("Told by", source),)),
        ("CUDA_VISIBLE_DEVICES", "not set" if isinstance(visible, Missing) else f'"{visible}"'),
    )


def _package_row(package: "Package") -> tuple[str, ...]:
    version = package.version.reason if isinstance(package.version, Missing) else package.version
    loaded = package.loaded.reason if isinstance(package.loaded, Missing) else package.loaded
    source = "" if isinstance(package.distribution, Missing) else package.distribution
    return package.name, version, f"{loaded}: restart needed" if package.needs_restart else loaded, source


def _space_row(space: "Space") -> tuple[str, ...]:
    if isinstance(space.total, Missing):
        return space.name, UNKNOWN, UNKNOWN, UNKNOWN, space.total.reason
    remarks = ["" if space.is_writable else "read-only", "the same disk as above" if space.is_shared else ""]
    files = space.files_free
    return (
        space.name,
        size_of(space.free),
        size_of(space.total),
        "no limit" if isinstance(files, Missing) else number(files),
        ", ".join(filter(None, remarks)),
    )


def _age(moment: Reading[datetime], now: datetime) -> str:
    if isinstance(moment, Missing):
        return f"{UNKNOWN}, {moment.reason}"
    days, seconds = divmod(max(0.0, (now - moment).total_seconds()), 86_400)
    age = f"{plural(int(days), 'day')} {int(seconds // 3600)} h" if days else duration(seconds)
    return f"{moment:%Y-%m-%d %H:%M}, {age} ago"
