"""The card of a ``%ingest`` that was given no source: what can be handed in, and then what has come."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.card import Card, Facts, Note
from colab_magics.ingest import card as cards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colab_magics.ingest.item import Item, Outcome

NOBODY = (
    "Nobody can choose a file here: this runs without a page that shows panels. Name the file instead:  "
    "%ingest data.csv"
)
_RECENT = 5


def invitation(sentence: str) -> Card:
    """Show that something is waited for."""
    return Card("Ingest", state="nothing here yet", parts=(Note(sentence),))


def outcome_card(outcome: Outcome, items: Sequence[Item] = ()) -> Card:
    """Show what has come: one frame in detail, several in a table; with ``items``, what a list beside it would say."""
    lines = tuple(("Plain pandas", item.code) for item in items if item.code)
    notes = tuple(Note(item.sentence, "warn") for item in items if item.phase == "saved")
    if not outcome.done:
        return Card("Ingest", state="saved", tone="warn", big=_names(outcome.saved), parts=notes)
    if len(outcome.done) == 1:
        card = cards.loaded(outcome.done[0])
    else:
        card = cards.several(outcome.done, [], sum(ingested.seconds for ingested in outcome.done))
    return card._replace(parts=(*notes, *([Facts(lines)] if lines else []), *card.parts))


def recent_sources() -> list[dict[str, Any]]:
    """Return what was fetched last and can be fetched again: its name, and how its store was reached, if by more."""
    from colab_magics.transfer.cache import default_cache

    try:
        entries = default_cache().entries()
    except (OSError, ValueError):
        return []
    sources = (
        {"source": entry.source, "access": entry.access}
        for entry in entries
        if "…" not in entry.source and entry.access.get("endpoint") != "…"
    )
    return list(itertools.islice(sources, _RECENT))


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.name for path in paths[:3]) + (" …" if len(paths) > 3 else "")
