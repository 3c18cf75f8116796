"""The card of a report, whole or one part of it, in every form."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from colab_magics.card import Card, Facts, Note, Part, Table
from colab_magics.envinfo import parts, summary
from colab_magics.envinfo.reading import Missing
from colab_magics.redaction import Redactor

if TYPE_CHECKING:
    from colab_magics.envinfo.report import Report

PARTS = ("all", *parts.PARTS, "why-gpu", "diff")
"""What may stand after ``%envinfo``; "diff" is of two reports and has a card of its own."""


def report_card(report: "Report", part: str = "all", *, people: bool = True) -> Card:
    """Show what the machine is: the headline, the facts, each limit, the GPUs, the packages; or one part.

    No secret is on it, wherever it came from; without ``people`` neither are the names of user and host.
    """
    return without_secrets(_card(report, part), Redactor(report.asked, people=not people))


def without_secrets(card: Card, redact: Callable[[str], str] | None = None) -> Card:
    """Take the secrets out of the texts, facts, tables and notes of a card."""
    redact = Redactor() if redact is None else redact
    texts = "\n".join((*card[:3], *(text for part in card.parts for text in _texts(part))))
    if redact(texts) == texts:  # all at once, which is quicker, and mostly enough
        return card
    parts = tuple(_changed(part, redact) for part in card.parts)
    return card._replace(title=redact(card.title), big=redact(card.big), state=redact(card.state), parts=parts)


def _texts(part: Part) -> Iterator[str]:
    match part:
        case Facts(items):
            yield from (text for item in items for text in item)
        case Table(columns, rows, _, caption):
            yield from (*columns, *(cell for row in rows for cell in row), caption)
        case Note(sentence):
            yield sentence


def _changed(part: Part, change: Callable[[str], str]) -> Part:
    match part:
        case Facts(items):
            return Facts(tuple((change(name), change(value)) for name, value in items))
        case Table(columns, rows, numeric, caption):
            return Table(columns, tuple(tuple(map(change, row)) for row in rows), numeric, change(caption))
        case Note(sentence, tone):
            return Note(change(sentence), tone)
    return part


def _card(report: "Report", part: str) -> Card:
    if part == "why-gpu":
        from colab_magics.envinfo.why.why_card import why_card

        return why_card(report.gpus)
    return Card(
        "This machine" if part == "all" else f"This machine: {'GPU' if part == 'gpu' else part}",
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
