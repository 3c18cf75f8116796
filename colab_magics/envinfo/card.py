"""The card of a report, whole or one part of it, in every form."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from colab_magics.card import Card, Facts, Note, Part
from colab_magics.envinfo import parts, summary
from colab_magics.envinfo.reading import Missing

if TYPE_CHECKING:
    from colab_magics.envinfo.report import Report

PARTS = ("all", *parts.PARTS, "why-gpu", "diff")
"""What may stand after ``%envinfo``; "diff" is of two reports and has a card of its own."""


def report_card(report: "Report", part: str = "all") -> Card:
    """Show what the machine is: the headline, the facts, each limit, the GPUs, the packages; or one part."""
    if part == "why-gpu":
        from colab_magics.envinfo.why.why_card import why_card

        return why_card(report.gpus)
    return Card(
        "This machine" if part == "all" else f"This machine: {part}",
        big=summary.headline(report),
        state=f"{summary.place(report)}, {report.taken_at:%H:%M:%S %Z}",
        parts=tuple(_all(report) if part == "all" else parts.PARTS[part](report)),
    )


def _all(report: "Report") -> Iterator[Part]:
    if not isinstance(report.previous, Missing):
        yield Note(report.previous.sentence(report.taken_at), "wrong")
    yield Facts(summary.facts(report))
    yield from (Note(sentence, "warn") for sentence in (*summary.limits(report), *report.verdicts))
    yield from parts.gpu_table(report)
    yield from _packages(report)


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
    yield from parts.restarts(report)
    if absent:
        yield Note(f"Not installed: {', '.join(absent)}.")
