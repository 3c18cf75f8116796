"""Whether a version fits what a requirement says of it, as far as its numbers tell."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;)]+)")


def fits(version: str, clauses: str) -> bool:
    """Does ``version`` meet every clause in a text such as ``name>=2,<3``? One without clauses is met by all.

    Enough to tell why a version was passed over; which one is installed is the installer's to choose
    (https://packaging.python.org/en/latest/specifications/version-specifiers/).
    """
    return all(_meets(version, sign, bound) for sign, bound in _CLAUSE.findall(clauses.partition(";")[0]))


def _meets(version: str, sign: str, bound: str) -> bool:
    if bound.endswith(".*"):
        prefix = _numbers(bound)
        return (_numbers(version)[: len(prefix)] == prefix) is (sign != "!=")
    own, other = _padded(version), _padded(bound)
    match sign:
        case "~=":
            prefix = _numbers(bound)[:-1]
            return own >= other and own[: len(prefix)] == prefix
        case "!=":
            return own != other
        case "<=":
            return own <= other
        case ">=":
            return own >= other
        case "<":
            return own < other
        case ">":
            return own > other
    return own == other and _rest(version) == _rest(bound)


def _numbers(version: str) -> tuple[int, ...]:
    release = re.match(r"v?(?:\d+!)?(\d+(?:\.\d+)*)", version)
    return tuple(map(int, release[1].split("."))) if release else ()


def _padded(version: str) -> tuple[int, ...]:
    return (*_numbers(version), *[0] * 8)[:8]


def _rest(version: str) -> str:
    """What follows the numbers, as in ``1.0rc1``."""
    return re.sub(r"^v?[\d.!]*", "", version.partition("+")[0])
