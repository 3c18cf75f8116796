"""Which pictures to show: the first, the correct, the wrong, one class's, or those of a confusion matrix's cells."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from colab_magics.errors import BadOption

Kind = Literal["first", "correct", "wrong", "class", "confusion"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Sort = Literal["index", "loss", "confidence", "margin"]
SORTS: tuple[Sort, ...] = get_args(Sort)

Cell = tuple[int | None, int | None]
"""The true and the predicted class of a cell; None is any: a row, or a column."""

MOST_CELLS = 1_000


@dataclass(frozen=True, slots=True)
class View:
    """A choice among the pictures.

    ``number`` is the class of the view ``class``; ``cells`` are those of the view ``confusion``, which without any
    shows all that has a true and a predicted class.
    """

    kind: Kind
    number: int | None = None
    cells: tuple[Cell, ...] = ()

    @classmethod
    def read(cls, kind: object, number: object, cells: object, classes: int) -> View:
        """Read what a page sent. Raises `BadOption`."""
        known = range(classes)
        if kind == "class" and type(number) is int and number in known:
            return cls("class", number)
        if not isinstance(kind, str) or kind not in _WHOLE:
            raise BadOption(f"There is no view {kind!r} of the class {number!r}.")
        if kind != "confusion":
            return _WHOLE[kind]
        if not isinstance(cells, list) or len(cells) > MOST_CELLS or not all(_is_cell(cell, known) for cell in cells):
            raise BadOption("These are no cells of the confusion matrix.")
        return cls("confusion", cells=tuple((true, predicted) for true, predicted in cells))

    @property
    def needs_predictions(self) -> bool:
        return self.kind in {"correct", "wrong", "confusion"}

    def text(self, class_names: Sequence[str]) -> str:
        """Write the view as a person types it: ``first``, ``wrong``, ``class 7``, ``confusion 4 9``."""
        if self.kind == "confusion":
            cells = [f"{_word(true, class_names)} {_word(predicted, class_names)}" for true, predicted in self.cells]
            return f"confusion {', '.join(cells)}".strip()
        return self.kind if self.number is None else f"class {class_names[self.number]}"


_WHOLE: dict[str, View] = {kind: View(kind) for kind in KINDS if kind != "class"}


def parse(text: str, class_names: Sequence[str]) -> View:
    """Read what a person typed: ``first``, ``class 7``, ``confusion 4 9, 9 4``. Raises `BadOption`."""
    kind, _, rest = text.strip().partition(" ")
    if kind == "class":
        return View("class", _number(rest.strip(), class_names))
    if kind == "confusion" and rest.strip():
        return View("confusion", cells=tuple(_cells(rest, class_names)))
    if text.strip() in _WHOLE:
        return _WHOLE[text.strip()]
    close = difflib.get_close_matches(kind, KINDS, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise BadOption(
        f"There is no view {text!r}: there are first, correct, wrong, class with a name or number, and confusion "
        f"with a true and a predicted class.{hint}"
    )


def _cells(text: str, class_names: Sequence[str]) -> list[Cell]:
    words = shlex.shlex(text, posix=True, punctuation_chars=",")
    words.whitespace_split = True
    words.commenters = ""
    try:
        pairs = [pair.split("\0") for pair in "\0".join(words).split("\0,\0")]
    except ValueError as error:
        raise BadOption(f"The view confusion {text} has a quote that does not end.") from error
    if not all(len(pair) == 2 for pair in pairs):
        raise BadOption(
            f"The view confusion takes pairs of a true and a predicted class, such as  confusion 4 9, 9 4,  with * for "
            f"any class and quotes around a name of several words; {text!r} is none."
        )
    return [(_any_or_number(true, class_names), _any_or_number(predicted, class_names)) for true, predicted in pairs]


def _any_or_number(name: str, class_names: Sequence[str]) -> int | None:
    return None if name == "*" and "*" not in class_names else _number(name, class_names)


def _word(number: int | None, class_names: Sequence[str]) -> str:
    if number is None:
        return "*"
    name = class_names[number]
    return name if name.isalnum() else "'" + name.replace("'", "'\"'\"'") + "'"


def _is_class(number: object, known: range) -> bool:
    return number is None or (type(number) is int and number in known)


def _is_cell(cell: object, known: range) -> bool:
    return isinstance(cell, list) and len(cell) == 2 and all(_is_class(each, known) for each in cell)


def _number(name: str, class_names: Sequence[str]) -> int:
    if not class_names:
        raise BadOption("The view class needs labels: pass them after the images.")
    if not name:
        raise BadOption(f"The view class needs the name or number of one, such as  class {class_names[0]}.")
    if name in class_names:
        return list(class_names).index(name)
    if name.isdecimal() and int(name) < len(class_names):
        return int(name)
    close = difflib.get_close_matches(name, class_names, n=1)
    known = ", ".join(class_names[:10]) + (" ..." if len(class_names) > 10 else "")
    hint = f"did you mean {close[0]}?" if close else f"the {len(class_names)} classes are {known}."
    raise BadOption(f"There is no class {name}: {hint}")
