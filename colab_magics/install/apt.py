"""System packages by apt-get, as a stream of events."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence

from colab_magics.errors import InstallFailed
from colab_magics.install import system
from colab_magics.install.events import Change, Event, PhaseBegan
from colab_magics.install.running import Redact, run

_INSTEAD = re.compile(r"Note, selecting '([^']+)' instead of '([^']+)'")


def install_parts(
    packages: Sequence[str], timeout: float, redact: Redact
) -> Generator[Event, None, tuple[Change, ...]]:
    before = system.way()
    if before is None:
        raise InstallFailed(
            f"System packages need the rights of the machine's owner: in a terminal run  {system.line((), packages)}"
        )
    earlier = system.installed() or ()
    yield PhaseBegan("system", ", ".join(packages))
    try:
        said = yield from run("apt-get", system.install_words(before, packages), system.ENVIRON, timeout, redact)
    except InstallFailed as first:
        # In a fresh container, and after some weeks, the lists of what there is have to be fetched.
        if not any(words in str(first) for words in ("no system package", "no such package", "404")):
            raise
        yield PhaseBegan("system", "fetching the lists of packages")
        yield from run("apt-get", system.update_words(before), system.ENVIRON, timeout, redact)
        said = yield from run("apt-get", system.install_words(before, packages), system.ENVIRON, timeout, redact)
    found = system.installed()
    if found is None:
        return ()
    instead = {taken[2]: taken[1] for line in said if (taken := _INSTEAD.match(line)) is not None}
    names = [instead.get(name, name) for name in map(system.bare, packages)]
    absent = system.absent(names, found)
    if absent:
        raise InstallFailed(f"apt-get reported success, and {', '.join(absent)} is not installed: see what it said.")
    old, new = system.versions(names, earlier), system.versions(names, found)
    return tuple(Change(name, old.get(name, ""), version) for name, version in new.items() if old.get(name) != version)
