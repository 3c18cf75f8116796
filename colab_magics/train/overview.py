"""What all runs together say on their card, and in the rows of their panel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from colab_magics.card import Card, Facts, Note, Picture, Table
from colab_magics.format import duration, percent, plural, readable
from colab_magics.train import curve, overlay
from colab_magics.transfer import paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colab_magics.card import Part
    from colab_magics.train.config import Config
    from colab_magics.train.kept import Runs
    from colab_magics.train.table import Entry

COLUMNS = ("name", "state", "data", "model", "accuracy", "epochs", "time", "date")
NUMERIC = frozenset({"accuracy", "epochs", "time"})

_ROWS = 10
"""Rows of a table in the static form, which is to stay small."""

_FIELDS = 6
_DIGEST, _WORDS = 8, 40
"""Signs of a hash that tell it from another one, and of any other field, at most."""


def card(runs: Runs) -> Card:
    """All runs: the newest in a table, their curves, their differences."""
    top = head(runs)
    if not len(runs):
        return top
    shown = runs.entries[:_ROWS]
    table = Table(COLUMNS, tuple(tuple(cells(entry)) for entry in shown), NUMERIC)
    left = len(runs) - len(shown)
    more = [Note(f"{plural(left, 'older run')} more: colab_magics.runs().frame has all.")] if left else []
    return top._replace(parts=(table, *more, *_curves(shown), *_differing(runs), *top.parts))


def head(runs: Runs) -> Card:
    """Where they are, what can be done with them, and which cannot be read."""
    where = Facts((("Kept in", readable(paths.shown(runs.root))),))
    if not len(runs):
        note = Note("There are no runs here yet:  %train_mnist  makes the first.")
        return Card(title="Runs", state="none", parts=(where, note))
    example = next((entry.name for entry in runs.entries if entry.status == "finished"), runs.names[0])
    faults = [Note(_fault(entry), "warn") for entry in runs.entries if entry.reason]
    return Card(
        title="Runs",
        state=plural(len(runs), "run"),
        parts=(
            where,
            *faults[:_ROWS],
            Note(f'One of them again:  run = colab_magics.runs()["{readable(example)}"];  all as a DataFrame:  .frame'),
        ),
    )


def cells(entry: Entry) -> list[str]:
    """The row of one run, by `COLUMNS`."""
    run = entry.run
    began = f"{entry.began:%Y-%m-%d %H:%M}"
    if run is None:
        return [readable(entry.name), entry.status, "", "", "", "", "", began]
    asked, done = run.config.epochs, entry.epochs_done or 0
    return [
        readable(entry.name),
        entry.status,
        run.config.dataset,
        run.config.model,
        "" if math.isnan(entry.accuracy) else percent(entry.accuracy),
        str(done) if done == asked else f"{done} of {asked}",
        "" if math.isnan(run.seconds) else duration(run.seconds),
        began,
    ]


def keys(entry: Entry) -> list[Any]:
    """What the cells are sorted by; None comes last."""
    run, (name, status, data, model, *_) = entry.run, cells(entry)
    seconds = math.nan if run is None else run.seconds
    numbers = [None if math.isnan(value) else value for value in (entry.accuracy, seconds)]
    return [name, status, data, model, numbers[0], entry.epochs_done, numbers[1], entry.began.timestamp()]


def told(config: Config, fields: Sequence[str]) -> dict[str, str]:
    """Some fields of a config, in words."""
    known = config.known()
    return {name: _words(name, known[name]) for name in fields}


def _words(name: str, value: object) -> str:
    if isinstance(value, tuple):
        value = ", ".join(map(str, value)) or None
    if isinstance(value, float):
        value = f"{value:.6g}"  # as it was typed: backends keep 32 bits of it
    most = _DIGEST if name.endswith("sha256") else _WORDS
    text = "none" if value is None else str(value)
    return text if len(text) <= most else text[:most] if most == _DIGEST else f"{text[: most - 1]}…"


def _fault(entry: Entry) -> str:
    return f"{readable(entry.name)}: {entry.reason}"


def _curves(entries: Sequence[Entry]) -> list[Picture]:
    histories = {
        readable(entry.name): entry.run.history for entry in entries if entry.run and len(entry.run.history) > 1
    }
    some = dict(list(histories.items())[: overlay.MOST])
    content = overlay.png(some)
    return [Picture(content, f"Curves of {plural(len(some), 'run')}", curve.WIDTH)] if content else []


def _differing(runs: Runs) -> list[Part]:
    names = list(runs.differences.columns)[:_FIELDS]
    configs = [(entry.name, entry.run.config) for entry in runs.entries[:_ROWS] if entry.run is not None]
    rows = tuple((readable(run), *told(config, names).values()) for run, config in configs)
    return [Table(("name", *names), rows, caption="In what they differ")] if names else []
