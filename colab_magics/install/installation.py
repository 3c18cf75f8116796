"""One installation from the first word to the verified end, as a stream of events."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Generator, Sequence
from dataclasses import replace

from colab_magics.distributions import variants
from colab_magics.errors import InstallFailed
from colab_magics.install import system
from colab_magics.install import way as ways
from colab_magics.install.addresses import HostsOnly, configured
from colab_magics.install.apt import install_parts
from colab_magics.install.conflicts import Conflicts
from colab_magics.install.events import Change, Ended, Event, Installed
from colab_magics.install.plan import Plan
from colab_magics.install.process import QUIET
from colab_magics.install.requested import requested
from colab_magics.install.restart import loaded, remember, to_restart
from colab_magics.install.running import Redact, run
from colab_magics.install.snapshot import Distribution, Snapshot, real, take
from colab_magics.install.verification import verify


def install_all(plan: Plan, redact: Redact) -> Generator[Event, None, None]:
    """Do what ``plan`` says and verify it; the last event is `Ended`.

    What the installers say, and every sentence of the result, passes through ``redact`` first, and of the addresses
    of indexes only the hosts are left. Raises `InstallFailed`; closing the generator, or an interrupt, ends what runs.
    """
    began = time.monotonic()
    redact = HostsOnly(redact, plan.wishes.addresses)
    changes: tuple[Change, ...] = ()
    if plan.system:
        changes = yield from install_parts(plan.system, plan.timeout, redact)
    if not plan.requirements and not plan.wishes.requirement:
        yield Ended(Installed((), changes, (), (), (), (), time.monotonic() - began, "apt-get"))
        return
    installed = yield from _python(plan, redact)
    yield Ended(
        replace(
            installed,
            changes=(*changes, *installed.changes),
            conflicts=tuple(map(redact, installed.conflicts)),
            warnings=tuple(map(redact, installed.warnings)),
            notes=tuple(map(redact, installed.notes)),
            seconds=time.monotonic() - began,
        )
    )


def _python(plan: Plan, redact: Redact) -> Generator[Event, None, Installed]:
    _look_where_we_are()
    way = ways.find()
    before = take()
    conflicts = Conflicts(way, before)
    wishes = plan.wishes
    environ = {**QUIET, **wishes.environ(way, configured(way) if wishes.adds_addresses else {})}
    installer = run(way.name, plan.command(way, before), environ, plan.timeout, redact)
    yield next(installer)  # it opens the screen, whose panel loads modules of its own
    modules = loaded()
    memory = remember(before, modules)
    said = yield from installer
    importlib.invalidate_caches()
    after = take()
    changes = _changes(before, after)
    changed = [change.name for change in changes]
    wanted, notes = _wanted(plan, after, changed, said)
    parts, part_warnings = yield from _parts([package.name for package in wanted], plan.timeout, redact)
    named, import_warnings = yield from verify(wanted, set(changed), modules)
    labels = tuple(Change(_label(change.name, before, after), change.before, change.after) for change in changes)
    return Installed(
        named=named,
        changes=(*parts, *labels),
        restart=to_restart(memory, after),
        conflicts=conflicts.new(changed),
        warnings=(*part_warnings, *import_warnings, *_unseen(after, changed)),
        notes=(*plan.notes(before), *notes, *way.notes),
        seconds=0.0,
        way=way.name,
    )


def _look_where_we_are() -> None:
    try:
        os.getcwd()  # noqa: PTH109 (it is not used)
    except FileNotFoundError:
        raise InstallFailed(
            "The working folder is gone, and no installer runs without one: choose another, as in  %cd ~  "
            "and try again."
        ) from None


def _unseen(after: Snapshot, changed: Sequence[str]) -> tuple[str, ...]:
    """Packages in a folder that came to be just now, in which this kernel does not look."""
    known = real(entry for entry in sys.path if isinstance(entry, str))
    packages = [found for name in changed if (found := after.get(name)) is not None]
    unseen = [package.label for package in packages if package.folder not in known]
    if not unseen:
        return ()
    return (f"Restart the kernel to find {', '.join(unseen[:8])}: the folder it was installed into is new.",)


def _changes(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    found = []
    for name in sorted({*before.distributions, *after.distributions}):
        old, new = before.get(name), after.get(name)
        if old is None or new is None or (old.version, old.folder, old.record) != (new.version, new.folder, new.record):
            found.append(Change(name, old.version if old else "", new.version if new else ""))
    return tuple(found)


def _label(name: str, before: Snapshot, after: Snapshot) -> str:
    known = after.get(name) or before.get(name)
    return known.label if known is not None else name


def _wanted(
    plan: Plan, after: Snapshot, changed: Sequence[str], said: Sequence[str]
) -> tuple[list[Distribution], tuple[str, ...]]:
    """The packages that were asked for, as they are on disk now. Raises `InstallFailed` if one is not."""
    wanted: dict[str, Distribution] = {}
    notes = []
    for asked in plan.requirements:
        if not asked.name:
            continue
        found = after.get(asked.name) or next(filter(None, map(after.get, variants(asked.name)[1:])), None)
        if found is not None:
            wanted[found.name] = found
        elif ";" in asked.text:
            notes.append(f"{asked.name} was left out: the condition behind the semicolon is not met here.")
        else:
            raise InstallFailed(
                f"The installer reported success, and there is no package {asked.name} now: look at what it said."
            )
    for name in (*requested(plan, said, after), *changed):
        package = after.get(name)
        if package is not None and (package.is_requested or name not in changed):
            wanted.setdefault(name, package)
    return list(wanted.values()), tuple(notes)


def _parts(
    names: Sequence[str], timeout: float, redact: Redact
) -> Generator[Event, None, tuple[tuple[Change, ...], tuple[str, ...]]]:
    """The system parts that the packages need: installed where that may be done, else a line to run."""
    parts = system.missing_for(names)
    if not parts:
        return (), ()
    if system.way() is None:
        files = ", ".join(part.file for part in parts)
        return (), (f"{files} of the system is missing: its owner can run in a terminal  {system.line(parts)}",)
    changes = yield from install_parts([part.apt for part in parts], timeout, redact)
    return changes, ()
