"""The plain values that a Python file assigns to names, read without running a line of it."""

import ast
import warnings
from pathlib import Path
from typing import Any

from colab_magics.envinfo.reading import Missing, Reading

_MOST = 64 * 1024
"""Bytes: the files that tell of a build have 1 to 10 kB."""


def read_literals(path: Path) -> Reading[dict[str, Any]]:
    """Give each name at the top of a file its value, where that is a literal or an OrderedDict of literals.

    What a hostile file can do is to be refused: nothing in it is called or imported.
    """
    try:
        with path.open("rb") as file:
            source = file.read(_MOST + 1)
    except (OSError, ValueError) as error:
        return Missing(f"{path.name} cannot be read ({getattr(error, 'strerror', None) or type(error).__name__})")
    if len(source) > _MOST:
        return Missing(f"{path.name} is larger than such a file can be")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in a file that is not ours
            return dict(_assigned(ast.parse(source)))
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        return Missing(f"{path.name} is damaged ({type(error).__name__})")


def _assigned(tree: ast.Module) -> list[tuple[str, Any]]:
    found = []
    for line in tree.body:
        if isinstance(line, ast.Assign):
            targets: list[ast.expr] = line.targets
        elif isinstance(line, ast.AnnAssign) and line.value is not None:
            targets = [line.target]
        else:
            continue
        value = _value(line.value) if line.value is not None else ()
        found += [(target.id, value[0]) for target in targets if isinstance(target, ast.Name) and value]
    return found


def _value(node: ast.expr) -> tuple[Any] | tuple[()]:
    """Evaluate a literal; the empty tuple stands for anything else."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in ("OrderedDict", "dict") or len(node.args) != 1 or node.keywords:
            return ()
        inner = _value(node.args[0])
        return (dict(inner[0]),) if inner else ()
    try:
        return (ast.literal_eval(node),)
    except ValueError:
        return ()
