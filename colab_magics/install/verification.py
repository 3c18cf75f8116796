"""Whether what was installed works: imported in another process, and found where it should be."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence

from colab_magics.distributions import normalized
from colab_magics.errors import InstallFailed
from colab_magics.install.events import Event, Named, PhaseBegan, TimePassed
from colab_magics.install.imports import Tried, attempt
from colab_magics.install.names import IMPORTED_AS
from colab_magics.install.snapshot import Distribution

_HINTS = (
    ("libGL.so.1", "the system's libGL is missing: run  %install --apt libgl1  or take  opencv-python-headless"),
    ("libgthread-2.0.so.0", "a system library is missing: run  %install --apt libglib2.0-0"),
    ("libsndfile", "a system library is missing: run  %install --apt libsndfile1"),
    (
        "cannot open shared object file",
        "a library of the system is missing: look for the system package that brings it",
    ),
    ("numpy.dtype size changed", "it was built for another numpy: install both anew, with  -U"),
    ("compiled using NumPy 1.x", "it was built for numpy 1: install a newer version, with  -U"),
    ("_ARRAY_API not found", "it was built for another numpy: install both anew, with  -U"),
    ("DISPLAY", "it needs a screen, which a server has not"),
)


def verify(
    wanted: Sequence[Distribution], changed: set[str], modules: Mapping[str, str]
) -> Generator[Event, None, tuple[tuple[Named, ...], tuple[str, ...]]]:
    """Import what was asked for in another process. Raises `InstallFailed` with everything that does not work."""
    to_try = {
        module: package
        for package in wanted
        for module in main_modules(package)
        if package.name in changed or module not in modules
    }
    faults, notes, tried = [], [], set()
    if to_try:
        yield PhaseBegan("verifying", ", ".join(to_try)[:80])
        for outcome in attempt(tuple(to_try)):
            if not isinstance(outcome, Tried):
                yield PhaseBegan("verifying", f"import {outcome.module}") if not outcome.seconds else TimePassed()
                continue
            package = to_try[outcome.module]
            if outcome.fault:
                faults.append(_told(package, outcome))
            else:
                tried.add(outcome.module)
                notes += _shadow(package, outcome)
    if faults:
        raise InstallFailed(" ".join(faults))
    named = [
        Named(package.label, package.version, tuple(m for m in main_modules(package) if m in tried or m in modules))
        for package in wanted
    ]
    return tuple(named), tuple(notes)


def main_modules(package: Distribution) -> tuple[str, ...]:
    """The modules that a package is there for: those of its own name if there are any, else all public ones."""
    known = [module for module in package.modules if not module.rpartition(".")[2].startswith("_")]
    own = [
        module
        for module in known
        if package.name in (normalized(module), normalized(module.partition(".")[0]))
        or IMPORTED_AS.get(normalized(module)) == package.name
    ]
    rest = [
        module
        for module in known
        if module.partition(".")[0] not in ("tests", "test", "docs", "doc", "examples", "benchmarks", "scripts")
    ]
    return tuple(own or rest or known)[:8]


def _told(package: Distribution, outcome: Tried) -> str:
    hint = next((words for sign, words in _HINTS if sign in outcome.fault), "")
    after = f" - {hint}" if hint else ""
    return (
        f"{package.label} {package.version} is installed, but  import {outcome.module}  fails: {outcome.fault}{after}."
    )


def _shadow(package: Distribution, outcome: Tried) -> list[str]:
    """Does the import find a file of the person's instead of the package's own?"""
    folder, file = os.path.split(outcome.origin)
    origin = os.path.join(os.path.realpath(folder), file)  # noqa: PTH118 (text, as RECORD and modules have it)
    if package.project or not package.files or not outcome.origin.endswith(".py") or origin in package.files:
        return []
    return [f"import {outcome.module}  takes {os.path.relpath(outcome.origin)} and not the package: rename that file."]
