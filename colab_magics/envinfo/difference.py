"""What differs between two saved reports: first what lasts, for that is what makes a program behave otherwise."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from colab_magics.card import Card, Note, Part, Table
from colab_magics.format import plural, printable

# Readings of the moment: they differ between any two reports, and say nothing of the machines.
_MOMENTARY = {
    "taken_at", "used", "process", "free", "files_free", "memory_used", "utilization", "temperature", "power", "clock",
    "own_memory", "others", "others_memory", "session", "pressure", "throttling", "cache", "available", "loaded",
    "needs_restart", "previous", "in_use", "ended", "verdicts",
}  # fmt: skip
# A reason of `gpu.guard.Rest`, which says how long a driver is left alone yet.
_COUNTDOWN = re.compile(r"; it can be asked again in \d+ s")
_LONGEST = 80
_DEEPEST = 20  # keys above each other: a report has 5


class Change(NamedTuple):
    """One fact by its path (``packages.numpy.version``), as text in the first report and in the second."""

    fact: str
    before: str
    after: str


class Difference(NamedTuple):
    """The changes from one report to another; ``momentary`` counts the readings of the moment that differ, too."""

    first: str
    second: str
    changes: tuple[Change, ...]
    momentary: int

    def to_json(self) -> str:
        """Write the changes as JSON, without names of users and hosts, and without secrets."""
        from colab_magics.redaction import Redactor

        changes = [change._asdict() for change in self.changes]
        return json.dumps(Redactor(people=True).all({**self._asdict(), "changes": changes}), indent=2)

    def to_markdown(self) -> str:
        """Write the changes as a table in Markdown, likewise."""
        from colab_magics.envinfo.card import without_secrets
        from colab_magics.envinfo.markdown import markdown
        from colab_magics.redaction import Redactor

        return markdown(without_secrets(difference_card(self), Redactor(people=True)))

    def __repr__(self) -> str:
        return f"Difference({plural(len(self.changes), 'change')} from {self.first} to {self.second})"


def compare(first: Mapping[str, Any], second: Mapping[str, Any], names: tuple[str, str]) -> Difference:
    """Compare two dictionaries of `Report.to_dict`; ``names`` say which is which. Every value becomes text."""
    before, after = dict(_facts(first)), dict(_facts(second))
    differing = [path for path in dict.fromkeys((*before, *after)) if before.get(path) != after.get(path)]
    lasting = [path for path in differing if not _MOMENTARY & {*path}]
    changes = (Change(".".join(path), before.get(path, "not there"), after.get(path, "not there")) for path in lasting)
    return Difference(*names, tuple(changes), len(differing) - len(lasting))


def difference_card(difference: Difference) -> Card:
    """Show the changes as a table."""
    count = len(difference.changes)
    parts: list[Part] = []
    if count:
        rows = tuple((change.fact, change.before, change.after) for change in difference.changes)
        parts.append(Table(("Fact", difference.first, difference.second), rows))
    if difference.momentary:
        readings = plural(difference.momentary, "reading")
        parts.append(Note(f"{readings} of the moment, such as the memory in use, {_differ(difference.momentary)} too."))
    big = plural(count, "difference") if count else "No difference"
    return Card("Two reports", big=big, state=f"{difference.first} and {difference.second}", parts=tuple(parts))


def _differ(count: int) -> str:
    return "differs" if count == 1 else "differ"


def _facts(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every fact with its path; a missing one with its reason, and packages by name and not by place."""
    if len(path) > _DEEPEST:
        yield path, "nested too deep to be compared"
    elif isinstance(value, Mapping):
        reasons = value.get("missing")
        reasons = reasons if isinstance(reasons, Mapping) else {}
        for key, item in value.items():
            if key in ("missing", "schema"):
                continue
            if item is None:
                yield (*path, str(key)), f"none: {_short(reasons.get(key, 'no reason given'))}"
            else:
                yield from _facts(item, (*path, str(key)))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            name = item.get("name") if isinstance(item, Mapping) and path[-1:] == ("packages",) else None
            yield from _facts(item, (*path, str(name if name is not None else place)))
    else:
        yield path, _short(value)


def _short(value: object) -> str:
    text = _COUNTDOWN.sub("", " ".join(printable(str(value)).split()))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
