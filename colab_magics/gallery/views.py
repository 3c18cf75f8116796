"""Which pictures to show: the first, the correct, the wrong, or those of one class."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from colab_magics.errors import BadOption

Kind = Literal["first", "correct", "wrong", "class"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class View:
    """A choice among the pictures; ``number`` is the class of the view ``class``."""

    kind: Kind
    number: int | None = None

    @property
    def needs_predictions(self) -> bool:
        return self.kind in {"correct", "wrong"}

    def text(self, class_names: Sequence[str]) -> str:
        """Write the view as a person types it: ``first``, ``wrong``, ``class 7``."""
        return self.kind if self.number is None else f"class {class_names[self.number]}"


_WHOLE: dict[str, View] = {view.kind: view for view in (View("first"), View("correct"), View("wrong"))}


def parse(text: str, class_names: Sequence[str]) -> View:
    """Read ``first``, ``correct``, ``wrong`` or ``class`` with a class's name or number. Raises `BadOption`."""
    kind, _, name = text.strip().partition(" ")
    if kind == "class":
        return View("class", _number(name.strip(), class_names))
    if text.strip() in _WHOLE:
        return _WHOLE[text.strip()]
    close = difflib.get_close_matches(kind, KINDS, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise BadOption(
        f"There is no view {text!r}: there are first, correct, wrong, and class with a name or number.{hint}"
    )


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
