"""Names of columns as a person types them, found among the labels that a frame has."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable
from typing import Any

from colab_magics.errors import BadOption
from colab_magics.format import plural, printable

_MOST_LISTED = 20
_LONGEST_NAME = 60


def find(name: str, labels: Iterable[Hashable]) -> Any:
    """Return the label that reads as ``name``. Raises `BadOption` that says what there is."""
    known = list(labels)
    matches = [label for label in known if str(label) == name]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise BadOption(f"There are {len(matches)} columns named {name}: none of them can be chosen by its name.")
    close = difflib.get_close_matches(name, [str(label) for label in known], n=1)
    hint = f"Did you mean {listed(close)}?" if close else f"There are {listed(known)}."
    raise BadOption(f"There is no column {name}. {hint}")


def listed(names: Iterable[object]) -> str:
    """List names for a sentence, without what would act instead of being read, and not without end."""
    known = [printable(str(name)).replace("\n", " ").replace("\t", " ") for name in names]
    shown = [name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…" for name in known[:_MOST_LISTED]]
    more = len(known) - len(shown)
    return ", ".join(shown) + (f" and {plural(more, 'other')}" if more > 0 else "") if known else "none"
