"""Requirements that an installation broke, told apart from those that were broken before it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from colab_magics.distributions import normalized
from colab_magics.install.process import QUIET
from colab_magics.install.snapshot import Snapshot
from colab_magics.install.way import Way

_UNKNOWN = "Whether the other packages still fit could not be found out: the check did not end well."
_PATIENCE = 60.0  # seconds; a check of 700 packages takes about 2

_SAID = re.compile(
    r"(?P<who>[\w.-]+) (?P<version>\S+) (?:requires (?P<missing>[\w.-]+), which is not installed"
    r"|has requirement (?P<wanted>[\w.-]+)(?P<range>.*), but you have \S+ (?P<there>\S+?)\.?$)"
)
_SAID_BY_UV = re.compile(
    r"The package `(?P<who>[\w.-]+)` requires `(?P<wanted>[\w.-]+)(?P<range>[^`]*)`, but "
    r"(?:`(?P<there>[^`]+)` is installed|it's not installed)"
)


class _NotChecked(Exception):
    """The installer did not say which requirements are broken."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One broken requirement, by names as packages are compared."""

    who: str
    wanted: str
    sentence: str


class Conflicts:
    """Made before an installation; `new` is asked after it."""

    def __init__(self, way: Way, before: Snapshot) -> None:
        self._way, self._before, self._is_unknown = way, before, False
        self._earlier: list[Conflict] | None = None
        if way.name == "uv":  # it looks only at the environment itself and takes 20 ms; pip is asked later, if need be
            try:
                self._earlier = _check(way, {})
            except _NotChecked:
                self._is_unknown = True

    def new(self, changed: Iterable[str]) -> tuple[str, ...]:
        """Say which requirements are broken now that were not before; ``changed`` are the packages that differ."""
        names = set(changed)
        if self._is_unknown and names:
            return (_UNKNOWN,)
        try:
            return self._new(names)
        except _NotChecked:
            return (_UNKNOWN,)

    def _new(self, names: set[str]) -> tuple[str, ...]:
        now = (
            [conflict for conflict in _check(self._way, {}) if {conflict.who, conflict.wanted} & names] if names else []
        )
        if not now:
            return ()
        earlier = {(old.who, old.wanted) for old in self._earlier_ones(names)}
        return tuple(conflict.sentence for conflict in now if (conflict.who, conflict.wanted) not in earlier)

    def _earlier_ones(self, changed: set[str]) -> list[Conflict]:
        """What the same check said before: the old metadata of what changed goes in front of what is there now."""
        if self._earlier is not None:
            return self._earlier
        with tempfile.TemporaryDirectory(prefix="colab-magics-install-") as folder:
            for distribution in map(self._before.get, changed):
                if distribution is not None:
                    info = Path(folder, f"{distribution.name.replace('-', '_')}-{distribution.version}.dist-info")
                    info.mkdir()
                    (info / "METADATA").write_bytes(distribution.metadata)
            known = _check(self._way, {"PYTHONPATH": _in_front(folder)})
        new_ones = {name for name in changed if self._before.get(name) is None}
        return [conflict for conflict in known if conflict.who not in new_ones]


def _in_front(folder: str) -> str:
    later = os.environ.get("PYTHONPATH")
    return f"{folder}{os.pathsep}{later}" if later else folder


def _check(way: Way, environ: Mapping[str, str]) -> list[Conflict]:
    """Ask the installer which requirements are broken; it says so with status 1, one on each line.

    Raises `_NotChecked` where it does not answer that.
    """
    words = [*way.words, "check"] if way.name == "pip" else [*way.words, "pip", "check", "--python", sys.executable]
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **QUIET, **environ},
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise _NotChecked from None
    lines = done.stdout.decode("utf-8", errors="replace").splitlines()
    if done.returncode not in (0, 1) or any(line.startswith("Traceback ") for line in lines):
        raise _NotChecked
    return [conflict for line in lines if (conflict := _read(line.strip())) is not None]


def _read(line: str) -> Conflict | None:
    said = _SAID.fullmatch(line) or _SAID.match(line)
    if said is not None:
        who, missing, wanted = normalized(said["who"]), said["missing"], said["wanted"]
        if missing:
            return Conflict(
                who, normalized(missing), f"{said['who']} {said['version']} needs {missing}, which is not installed."
            )
        sentence = (
            f"{said['who']} {said['version']} needs {wanted}{said['range']}, and {wanted} is {said['there']} now."
        )
        return Conflict(who, normalized(wanted), sentence)
    said = _SAID_BY_UV.search(line)
    if said is None:
        return None
    is_now = f"and {said['wanted']} is {said['there']} now" if said["there"] else "which is not installed"
    return Conflict(
        normalized(said["who"]),
        normalized(said["wanted"]),
        f"{said['who']} needs {said['wanted']}{said['range']}, {is_now}.",
    )
