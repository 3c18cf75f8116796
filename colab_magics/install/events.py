"""What an installation tells while it runs, and what it leaves when it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Phase = Literal["finding", "downloading", "building", "installing", "system", "waiting", "verifying"]

WORDS: dict[Phase, str] = {
    "finding": "finding out what is needed",
    "downloading": "downloading",
    "building": "building from source",
    "installing": "installing",
    "system": "installing system packages",
    "waiting": "waiting for another installation of system packages",
    "verifying": "verifying",
}


@dataclass(frozen=True, slots=True)
class Started:
    """A program was started; ``way`` is its name for the person: pip, uv or apt-get."""

    way: str


@dataclass(frozen=True, slots=True)
class PhaseBegan:
    """Something else is going on now; ``detail`` says with what."""

    phase: Phase
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BytesArrived:
    """A file is on its way: ``done`` of ``total`` bytes."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class LineSaid:
    """The program said a line, which is free of secrets and control characters."""

    text: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing was said for a moment."""


@dataclass(frozen=True, slots=True)
class Change:
    """A package or system package whose version changed; ``before`` or ``after`` is empty where it is not there.

    Both are the same where another content came under the same version.
    """

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Named:
    """A package that was asked for: its version on disk now, and the modules whose import was seen to work."""

    name: str
    version: str
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation did.

    ``named``: the packages that were asked for. ``changes``: all that changed, those too that came along.
    ``restart``: the modules that this kernel loaded earlier and that are others on disk now. ``conflicts``:
    sentences about requirements that were met before and are not now. ``warnings`` and ``notes``: sentences about what
    should be done and about what may be known. ``seconds`` in all; ``way``: pip, uv, apt-get.
    """

    named: tuple[Named, ...]
    changes: tuple[Change, ...]
    restart: tuple[str, ...]
    conflicts: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float
    way: str

    def __repr__(self) -> str:
        changes = ", ".join(f"{change.name} {change.before or '-'} > {change.after or '-'}" for change in self.changes)
        restart = f"; restart for {', '.join(self.restart)}" if self.restart else ""
        return f"Installed({changes or 'nothing changed'}{restart})"


@dataclass(frozen=True, slots=True)
class Ended:
    """All is done and verified."""

    installed: Installed


Event: TypeAlias = Started | PhaseBegan | BytesArrived | LineSaid | TimePassed | Ended
