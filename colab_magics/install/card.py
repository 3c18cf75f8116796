"""What an installation says on its card: what is here now, what has to be done next, or why not."""

from __future__ import annotations

from collections.abc import Sequence

from colab_magics.card import Card, Note, Part, Table, Tone
from colab_magics.format import duration, plural
from colab_magics.install.events import Change, Installed, Named
from colab_magics.install.versions import Version, Versions

_ROWS = 25
_LOG_ROWS = 12
_LONGEST = 200
_LONGEST_NOTE = 300
_MOST_NOTES = 6
_NONE = "–"  # noqa: RUF001 (a dash as long as a digit is wide)
_NAME, _VERSION = 60, 24  # characters of a cell: the static form stays under 25 kB whatever comes


def waiting(title: str) -> Card:
    """Before the end: the static form of an installation that was not finished when the notebook was saved."""
    return Card(title=_short(title), state="installing", parts=(Note("Not finished when this notebook was saved."),))


def done(title: str, installed: Installed) -> Card:
    """An installation that was verified."""
    new, other = _counts(installed.changes)
    words = [plural(new, "new package")] * bool(new) + [f"{other} changed"] * bool(other)
    rows = _rows(installed)
    return Card(
        title=_short(title),
        state=f"done with {installed.way} in {duration(installed.seconds)}",
        tone="ok",
        big=", ".join(words) or "Nothing had to be changed",
        parts=(
            *_restart(installed.restart),
            *_notes(installed.conflicts, "wrong"),
            *_notes(installed.warnings, "warn"),
            *_notes(installed.notes, ""),
            *(
                [Table(("Package", "Before", "Now", "Verified"), rows[:_ROWS], caption=_more(len(rows)))]
                if rows
                else []
            ),
        ),
    )


def failed(title: str, sentence: str, log: Sequence[str] = ()) -> Card:
    """An installation that did not succeed, why, and the last that the installer said."""
    rows = tuple((line[:_LONGEST],) for line in log[-_LOG_ROWS:])
    return Card(
        title=_short(title),
        state="failed",
        tone="wrong",
        parts=(Note(sentence[: 6 * _LONGEST_NOTE], "wrong"), *([Table(("The last lines",), rows)] if rows else [])),
    )


def stopped(title: str) -> Card:
    """An installation that the person interrupted."""
    sentence = "The installer was ended. A package may be half there: run the cell again before it is used."
    return Card(title=_short(title), state="stopped", tone="warn", parts=(Note(sentence),))


def versions(found: Versions) -> Card:
    """The versions of packages, without any installation."""
    stale = [package.name for package in found.packages if package.needs_restart and package.installed]
    absent = [package.name for package in found.packages if not package.installed]
    shown = found.packages[:_ROWS]
    return Card(
        title="%install --check",
        state=f"{len(absent)} of {plural(len(found.packages), 'package')} not installed" if absent else "all installed",
        tone="warn" if absent or stale else "ok",
        parts=(
            *_restart(stale),
            Table(
                ("Package", "Installed", "Loaded", ""), tuple(map(_version, shown)), caption=_more(len(found.packages))
            ),
        ),
    )


def _version(package: Version) -> tuple[str, ...]:
    remark = "restart needed" if package.needs_restart and package.installed else ""
    words = ", ".join(filter(None, (remark, package.remark)))
    installed, loaded = package.installed[:_VERSION] or "not installed", package.loaded[:_VERSION] or _NONE
    return (package.name[:_NAME], installed, loaded, words[:_NAME])


def _counts(changes: Sequence[Change]) -> tuple[int, int]:
    new = sum(1 for change in changes if not change.before)
    return new, len(changes) - new


def _restart(modules: Sequence[str]) -> list[Part]:
    if not modules:
        return []
    names = ", ".join(module[:_NAME] for module in modules[:20]) + (
        f" and {len(modules) - 20} more" if len(modules) > 20 else ""
    )
    verb = "was" if len(modules) == 1 else "were"
    return [Note(f"Restart the kernel to use what is installed now: {names} {verb} loaded before it changed.", "warn")]


def _notes(sentences: Sequence[str], tone: Tone) -> list[Part]:
    notes: list[Part] = [Note(sentence[:_LONGEST_NOTE], tone) for sentence in sentences[:_MOST_NOTES]]
    hidden = len(sentences) - len(notes)
    return [*notes, Note(f"and {hidden} more of this kind", tone)] if hidden > 0 else notes


def _rows(installed: Installed) -> tuple[tuple[str, ...], ...]:
    """What was asked for first, then what came along."""
    named = {package.name: package for package in installed.named}
    changes = {change.name: change for change in installed.changes}
    asked = [_row(changes.get(name) or Change(name, item.version, item.version), item) for name, item in named.items()]
    return (*asked, *(_row(change, None) for name, change in changes.items() if name not in named))


def _row(change: Change, named: Named | None) -> tuple[str, ...]:
    verified = ", ".join(f"import {module}" for module in named.imports[:3]) if named is not None else ""
    same = change.before and change.before == change.after
    is_new_content = same and named is None
    return (
        change.name[:_NAME],
        change.before[:_VERSION] or _NONE,
        f"{change.after[:_VERSION] or 'removed'}{' (other content)' if is_new_content else ''}",
        verified[:_NAME],
    )


def _more(count: int) -> str:
    return f"The first {_ROWS} of {count}" if count > _ROWS else ""


def _short(title: str) -> str:
    return title if len(title) <= 80 else f"{title[:79]}…"
