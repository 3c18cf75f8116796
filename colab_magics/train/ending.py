"""How the process of a training ended, from what it and its supervisor left in its folder."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from colab_magics.format import size
from colab_magics.redaction import Redactor
from colab_magics.train.child import EVENTS_FILE
from colab_magics.train.files import read_json
from colab_magics.train.supervisor import END_FILE

OUTPUT_FILE = "output.txt"

_KILLED = -9
"""What `subprocess` gives for a process that SIGKILL ended, as the kernel does where memory is short."""

_SIGNALS = {-int(number): number.name for number in signal.Signals}
"""The same for all others, crashes among them."""

_TAIL = 1 << 16
"""Bytes at the end of what it told that are looked at."""

_FULL = 0.9
"""Share of the memory in use from which its want is probable."""


def last_line(folder: Path) -> Mapping[str, Any]:
    """The last line that it told, or nothing where it did not come to write one whole."""
    lines = _last_lines(folder)
    return _read(lines[-1]) if lines else {}


def how_it_ended(folder: Path) -> str:
    """How a process ended that said nothing of it: what follows on "The process"."""
    match read_json(folder / END_FILE):
        case {"code": code, "for_memory": True} if code == _KILLED:
            return "was ended by the system because memory ran out"
        case {"code": code} if code == _KILLED:
            return f"was killed, {_want(map(_read, reversed(_last_lines(folder))))}"
        case {"code": int(code)} if code in _SIGNALS:
            return f"was ended by {_SIGNALS[code]}{_last_words(folder)}"
        case _:
            return f"broke off{_last_words(folder)}"


def _want(lines: Iterable[Mapping[str, Any]]) -> str:
    """Whether it was for want of memory, as far as its last reading of the machine tells; the newest line first."""
    match next((line for line in lines if line.get("kind") == "Measured"), {}):
        case {"used": int(used), "usable": int(usable)} if used > _FULL * usable:
            return f"probably for want of memory: {size(used)} of {size(usable)} were in use"
        case _:
            return "perhaps for want of memory"


def _last_lines(folder: Path) -> list[bytes]:
    try:
        with (folder / EVENTS_FILE).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            return file.read().splitlines(keepends=True)
    except OSError:
        return []


def _read(line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line) if line.endswith(b"\n") else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _last_words(folder: Path) -> str:
    try:
        said = (folder / OUTPUT_FILE).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return f" ({Redactor()(said[-1])[:200]})" if said else ""
