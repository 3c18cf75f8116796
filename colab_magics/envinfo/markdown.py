"""A card as Markdown, to be pasted into a bug report."""

import re
from collections.abc import Iterable, Iterator, Sequence

from colab_magics.card import Card, Facts, Note, Part, Table
from colab_magics.format import printable


def markdown(card: Card) -> str:
    """Write a card's texts, facts, tables and notes as GitHub's Markdown; pictures are left out."""
    blocks = [f"**{_escaped(card.title)}** · {_escaped(card.state)}", _escaped(card.big)]
    blocks += ["\n".join(_lines(part)) for part in card.parts]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _lines(part: Part) -> Iterator[str]:
    match part:
        case Facts(items):
            yield from _table(("Name", "Value"), items)
        case Table(columns, rows):
            yield from _table(columns, rows)
        case Note(sentence):
            yield f"- {_escaped(sentence)}"
        case _:
            return


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (columns, ["---"] * len(columns), *rows):
        yield f"| {' | '.join(_escaped(cell) for cell in row)} |"


def _escaped(text: str) -> str:
    """Take every character its meaning in Markdown and HTML, and put the text on one line."""
    return re.sub(r"([\\`*\[\]<>|~&])", r"\\\1", " ".join(printable(text).split()))
