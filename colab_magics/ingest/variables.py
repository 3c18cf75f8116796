"""The name of the variable that a file becomes."""

import builtins
import keyword
import re
from collections.abc import Collection, Mapping
from typing import Any

from colab_magics.errors import BadOption


def variable_for(
    file: str, typed: object = "", namespace: Mapping[str, Any] | None = None, taken: Collection[str] = ()
) -> str:
    """Return what the person typed, or a name made of the file's; with a number where another file has ``taken`` it.

    A name that is made up never hides a built-in, and replaces nothing but a frame. Raises `BadOption` for what
    was typed and cannot be a name.
    """
    if not isinstance(typed, str):
        raise BadOption("The name of the variable must be text.")
    name = typed.strip()
    if name:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise BadOption(f"{name} cannot be the name of a variable: use letters, digits and _ .")
    else:
        name = _made_of(file)
        held = (namespace or {}).get(name)
        if hasattr(builtins, name) or (held is not None and type(held).__name__ != "DataFrame"):
            name += "_df"
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _made_of(file: str) -> str:
    stem = re.split(r"[/\\]", file.partition("?")[0].rstrip("/\\"))[-1].lstrip(".").partition(".")[0]
    name = re.sub(r"\W+", "_", stem).strip("_")[:40] or "df"
    if not name.isidentifier() or keyword.iskeyword(name):
        name = f"df_{name}"
    return name if name.isidentifier() else "df"
