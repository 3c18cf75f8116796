"""Which loaded modules an installation has left behind: exactly those that differ from what is on disk now."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import ModuleType

from colab_magics.install.snapshot import Distribution, Snapshot

Loaded = Mapping[str, str]
"""Names of loaded modules with the real paths of their files."""


def loaded() -> Loaded:
    """The modules that this process has loaded from files; no attribute of theirs is computed by asking."""
    folders: dict[str, str] = {}
    found = {}
    for name, module in list(sys.modules.items()):
        path = _file(module)
        if path:
            folder, file = os.path.split(path)
            if folder not in folders:
                folders[folder] = os.path.realpath(folder)
            found[name] = os.path.join(folders[folder], file)  # noqa: PTH118 (text, as RECORD and modules have it)
    return found


def _file(module: object) -> str:
    if not isinstance(module, ModuleType):
        return ""
    names = object.__getattribute__(module, "__dict__")  # a lazy module would load itself for less
    path = names.get("__file__")
    return path if isinstance(path, str) and os.path.isabs(path) else ""  # noqa: PTH117 (of thousands of modules: a Path costs too much)


Memory = Sequence[tuple[Snapshot, Loaded]]
"""Loaded modules with the packages that were on disk when they were first seen to be loaded."""

_memory: list[tuple[Snapshot, dict[str, tuple[str, object]]]] = []


def remember(now: Snapshot, modules: Loaded) -> Memory:
    """What this kernel has loaded, of which packages: those of ``now`` for a module that was not known before.

    So each %install can tell what is stale, also where an earlier one made it so, or where this one puts back what is
    loaded. A module that was loaded anew counts as another one.
    """
    fresh = {name: (path, _spec(name)) for name, path in modules.items()}
    kept = []
    for snapshot, known in _memory:
        still = {name: mark for name, mark in known.items() if _is_same(fresh.get(name), mark)}
        if still:
            kept.append((snapshot, still))
        fresh = {name: mark for name, mark in fresh.items() if name not in still}
    if fresh:
        kept.append((_shared(now, [snapshot for snapshot, _ in kept]), fresh))
    _memory[:] = kept
    return [(snapshot, {name: path for name, (path, _) in known.items()}) for snapshot, known in kept]


def _spec(name: str) -> object:
    module = sys.modules.get(name)
    return object.__getattribute__(module, "__dict__").get("__spec__") if isinstance(module, ModuleType) else None


def _is_same(one: tuple[str, object] | None, other: tuple[str, object]) -> bool:
    """Both are of the same import: each makes a spec of its own, which compares by what it says."""
    return one is not None and one[0] == other[0] and one[1] is other[1]


def _shared(snapshot: Snapshot, earlier: Sequence[Snapshot]) -> Snapshot:
    """The same, where what did not change is held once."""
    known = {name: [other.get(name) for other in earlier] for name in snapshot.distributions}
    distributions = {
        name: next((same for same in known[name] if same == one), None) or one
        for name, one in snapshot.distributions.items()
    }
    return replace(snapshot, distributions=distributions)


def to_restart(memory: Memory, after: Snapshot) -> tuple[str, ...]:
    """The outermost names among the loaded modules that are not what a new kernel would load."""
    stale = {name for before, modules in memory for name in _stale(before, after, modules)}
    return tuple(sorted(name for name in stale if not _ancestors(name) & stale))


def _ancestors(name: str) -> set[str]:
    return {name[:at] for at, character in enumerate(name) if character == "."}


def _stale(before: Snapshot, after: Snapshot, modules: Loaded) -> set[str]:
    """Of modules that were loaded from ``before`` the outermost names that are not the same in ``after``.

    Those of a package that has another version, came from elsewhere or is gone; under the same version, and where
    another package wrote over the files, only if the content of a loaded file differs.
    """
    by_path: dict[str, list[str]] = {}
    for name, path in modules.items():
        by_path.setdefault(path, []).append(name)
    stale: set[str] = set()
    for name, old in before.distributions.items():
        new = after.get(name)
        if new is None or _differs(old, new):
            owned = _owned(old, by_path, before)
            is_same = new is not None and _place(old) == _place(new)
            changed = {path for path in owned if not is_same or _content(old, path) != _content(new, path)}
            stale |= _roots(changed, owned, by_path)
    return stale | _overwritten(before, after, by_path)


def _differs(old: Distribution, new: Distribution) -> bool:
    return _place(old) != _place(new) or old.record != new.record


def _place(distribution: Distribution) -> tuple[str, str, str]:
    return (distribution.version, distribution.folder, distribution.project)


def _content(distribution: Distribution | None, path: str) -> str:
    return distribution.files.get(path, "") if distribution is not None else ""


def _owned(old: Distribution, by_path: Mapping[str, list[str]], before: Snapshot) -> set[str]:
    """The loaded files that belong to a package."""
    if old.project:
        inner = tuple(folder + os.sep for folder in before.folders if folder.startswith(old.project + os.sep))
        others = tuple(folder for folder in inner if folder.rstrip(os.sep).endswith("-packages"))
        return {
            path for path in by_path if path.startswith(old.project + os.sep) and not path.startswith(others or "\0")
        }
    if old.record:
        return old.files.keys() & by_path.keys()
    tops = set(old.top_level)
    return {
        path
        for path, names in by_path.items()
        if path.startswith(old.folder + os.sep) and any(name.partition(".")[0] in tops for name in names)
    }


def _roots(changed: Iterable[str], owned: Iterable[str], by_path: Mapping[str, list[str]]) -> set[str]:
    """The outermost package of each changed module that belongs to the same ones."""
    names = {name for path in owned for name in by_path[path]}

    def root(name: str) -> str:
        parent = name.rpartition(".")[0]
        return root(parent) if parent in names else name

    return {root(name) for path in changed for name in by_path[path] if name != "__main__"}


def _overwritten(before: Snapshot, after: Snapshot, by_path: Mapping[str, list[str]]) -> set[str]:
    """What a package wrote over that had brought no such file before: two packages may hold the same module."""
    written: dict[str, str] = {}
    for name, new in after.distributions.items():
        old = before.get(name)
        if old is None or _differs(old, new):
            earlier = old.files if old is not None and old.folder == new.folder else {}
            written |= {path: new.files[path] for path in new.files.keys() & by_path.keys() if path not in earlier}
    if not written:
        return set()
    promised = dict(_promises(before, written))
    changed = {path for path, content in written.items() if promised.get(path) != content}
    return _roots(changed, written, by_path)


def _promises(snapshot: Snapshot, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    for distribution in snapshot.distributions.values():
        for path in paths:
            if path in distribution.files:
                yield path, distribution.files[path]
