"""Reads a condition such as ``age > 30 and city in ('Oslo', 'Rome')``; nothing in it is ever evaluated."""

from __future__ import annotations

import ast
import re
from typing import Any

from colab_magics.errors import BadOption
from colab_magics.ingest.condition import Condition, Either, Every, Flag, Opposite, Test

_LONGEST = 2000  # characters
_HELP = "write comparisons such as  age > 30 and city in ('Oslo', 'Rome') , with `a name` in backticks"
# Text in quotation marks is matched first, so that a backtick in it is left alone.
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`([^`]+)`""")
_ASSIGNED = re.compile(r"(?<![=<>!])=(?!=)")
_HIDDEN = "column_in_backticks_"

_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def condition(text: str) -> Condition:
    """Read a condition. Raises `BadOption` for all that is no comparison of columns with values."""
    if len(text) > _LONGEST:
        raise BadOption(f"--where is longer than {_LONGEST} characters: {_HELP}.")
    names: list[str] = []

    def hide(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        names.append(match[1])
        return f"{_HIDDEN}{len(names) - 1}"

    try:
        tree = ast.parse(_QUOTED.sub(hide, text).strip(), mode="eval")
        return _read(tree.body, names)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, BadOption):
            raise
        hint = "== compares, and = does not; " if _ASSIGNED.search(_QUOTED.sub("", text)) else ""
        raise BadOption(f"--where cannot be read ({text}): {hint}{_HELP}.") from error


def _read(node: ast.expr, names: list[str]) -> Condition:
    match node:
        case ast.BoolOp(op=ast.And()):
            return Every(tuple(_read(value, names) for value in node.values))
        case ast.BoolOp():
            return Either(tuple(_read(value, names) for value in node.values))
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            return Opposite(_read(node.operand, names))
        case ast.BinOp(op=ast.BitAnd()):
            return Every((_read(node.left, names), _read(node.right, names)))
        case ast.BinOp(op=ast.BitOr()):
            return Either((_read(node.left, names), _read(node.right, names)))
        case ast.Name():
            return Flag(_name(node, names))
        case ast.Compare():
            sides = [node.left, *node.comparators]
            tests = [_test(*parts, names) for parts in zip(sides, node.ops, sides[1:], strict=False)]
            return tests[0] if len(tests) == 1 else Every(tuple(tests))
    raise BadOption(f"--where cannot hold {ast.unparse(node)}: {_HELP}.")


def _test(left: ast.expr, op: ast.cmpop, right: ast.expr, names: list[str]) -> Test:
    sign = _SIGNS[type(op)]
    if isinstance(left, ast.Name) and isinstance(right, ast.Name):
        if sign in _MIRRORED:
            return Test(_name(left, names), sign, None, _name(right, names))
    elif isinstance(left, ast.Name):
        value = _literal(right)
        is_list, is_none = isinstance(value, list), value is None
        if is_list == (sign in ("in", "not in")) and is_none == (sign in ("is", "is not")):
            return Test(_name(left, names), sign, value)
        if is_none and sign in ("==", "!="):
            raise BadOption(f"--where: for missing values write  {_name(left, names)} is None  or  is not None .")
    elif isinstance(right, ast.Name) and sign in _MIRRORED:
        value = _literal(left)
        if not isinstance(value, list) and value is not None:
            return Test(_name(right, names), _MIRRORED[sign], value)
    raise BadOption(f"--where cannot compare {ast.unparse(left)} {sign} {ast.unparse(right)}: {_HELP}.")


def _name(node: ast.Name, names: list[str]) -> str:
    hidden = node.id.removeprefix(_HIDDEN)
    is_hidden = hidden != node.id and hidden.isdecimal() and int(hidden) < len(names)
    return names[int(hidden)] if is_hidden else node.id


def _literal(node: ast.expr) -> Any:
    """Return a value, or a list of values."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError) as error:
        raise BadOption(f"--where cannot hold {ast.unparse(node)}: {_HELP}.") from error
    values = list(value) if isinstance(value, (list, tuple, set)) else [value]
    if not all(item is None or isinstance(item, (str, int, float, bool)) for item in values):
        raise BadOption(f"--where cannot compare with {ast.unparse(node)}: {_HELP}.")
    return values if isinstance(value, (list, tuple, set)) else value
