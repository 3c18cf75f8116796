"""The control groups of this process: its own and every ancestor that can be seen, in version 1, 2 or a mix.

The files are described in cgroups(7), proc_pid_mountinfo(5) and
https://docs.kernel.org/admin-guide/cgroup-v2.html. What stays inside the probes is a NamedTuple, for a dataclass
takes half a millisecond to make, and the first report is to come at once.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from colab_magics.machine.reading import Missing, Reading, text


class Limit(NamedTuple):
    """A number that may not be exceeded (CPUs or bytes), and the kernel's file that says so."""

    value: float
    source: str


class Bound(NamedTuple):
    """The limit that binds, with the folder of the group that sets it and the version of its hierarchy."""

    limit: Limit
    folder: Path
    version: int


Reader = Callable[[Path], Reading[Limit]]


class Hierarchy(NamedTuple):
    """The groups that hold for this process in one hierarchy: ``folders`` has its own first, then the ancestors.

    Where its own cannot be seen, they begin with the nearest that can, and ``gap`` says why; else ``gap`` is empty.
    ``is_related`` says whether what is seen is known to stand above this process.
    """

    version: int
    folders: tuple[Path, ...]
    gap: str = ""
    is_related: bool = True

    def bounds(self, readers: Mapping[int, Reader]) -> Reading[tuple[Bound, ...]]:
        """Read the limit of each group, lowest first; ``readers`` read one folder of version 1 or 2."""
        readings = [(folder, readers[self.version](folder)) for folder in self.folders]
        found = [
            Bound(Limit(limit.value, limit.source + self._where(folder)), folder, self.version)
            for folder, limit in readings
            if isinstance(limit, Limit)
        ]
        if found:
            return tuple(sorted(found, key=lambda bound: bound.limit.value))
        # The own group says best why there is none.
        reason = next(reading.reason for _, reading in readings if isinstance(reading, Missing))
        return Missing(f"{self.gap}; where it can be seen, {reason}" if self.gap else reason)

    def _where(self, folder: Path) -> str:
        if folder == self.folders[0] and not self.gap:
            return ""
        return " of a parent group" if self.is_related else " of the nearest group that can be seen"


class _Mount(NamedTuple):
    version: int
    root: str
    point: str
    options: frozenset[str]


class Groups(NamedTuple):
    """Where this process stands, as read once; ``is_meminfo_own`` where LXCFS writes /proc/meminfo for it alone."""

    paths: Mapping[str, str]
    mounts: tuple[_Mount, ...]
    root: Path
    is_meminfo_own: bool = False

    def of(self, controller: str) -> Reading[Hierarchy]:
        """Find the groups of a controller: "cpu", "cpuset", "memory", or "" for what every group of version 2 tells.

        A controller belongs to one hierarchy only, so version 1 is asked first and version 2 where that has none.
        """
        for version, name in ((1, controller), (2, "")):
            if name not in self.paths or (version == 1 and not controller):
                continue
            mounts = [mount for mount in self.mounts if mount.version == version]
            found = [
                _hierarchy(self.paths[name], mount, self.root)
                for mount in mounts
                if version == 2 or controller in mount.options
            ]
            seen = [groups for groups in found if groups.folders]
            if seen:
                # Of several mounts, that which shows the own group and the most above it.
                return min(seen, key=lambda found: (bool(found.gap), -len(found.folders)))
        return Missing(f"no control group for {controller or 'version 2'} is mounted here")


def find_groups(root: Path) -> Reading[Groups]:
    """Read the process's memberships and the mounts, from the file system ``root``."""
    memberships, mounts = text(root / "proc/self/cgroup"), text(root / "proc/self/mountinfo")
    if isinstance(mounts, Missing):
        # Sandboxes such as gVisor may have the older table only, which does not tell what part is mounted.
        mounts = text(root / "proc/self/mounts")
        found = () if isinstance(mounts, Missing) else tuple(_mounts_by_table(mounts))
    else:
        found = tuple(_mounts(mounts))
    if isinstance(memberships, Missing) or isinstance(mounts, Missing):
        return Missing("this system shows no control groups")
    return Groups(dict(_memberships(memberships)), found, root, " /proc/meminfo " in mounts and "lxcfs" in mounts)


def bound(controller: str, root: Path, readers: Mapping[int, Reader]) -> Reading[Bound]:
    """Find the limit that binds this process: the lowest of its own group and all ancestors, for each of them holds.

    ``controller`` is "cpu" or "memory", ``root`` the file system, ``readers`` reads one folder of version 1 or 2.
    """
    found = bounds(hierarchy(find_groups(root), controller), readers)
    return found if isinstance(found, Missing) else found[0]


def hierarchy(groups: Reading[Groups], controller: str) -> Reading[Hierarchy]:
    """Find the groups of a controller, where this system shows groups."""
    return groups if isinstance(groups, Missing) else groups.of(controller)


def bounds(groups: Reading[Hierarchy], readers: Mapping[int, Reader]) -> Reading[tuple[Bound, ...]]:
    """Find every limit of one kind that holds for this process, lowest first."""
    return groups if isinstance(groups, Missing) else groups.bounds(readers)


def setting(folder: Path, name: str) -> Reading[str]:
    """Read one file of a group; that there is none is a fact of its own: no controller, or the top of a hierarchy."""
    line = text(folder / name)
    if isinstance(line, Missing) and not os.path.lexists(folder / name):
        return Missing(f"this control group has no {name}")
    return line


def whole(word: str) -> int | None:
    """Read a whole number, not below zero, of at most 64 bits."""
    return int(word) if len(word) <= 20 and word.isascii() and word.isdecimal() else None


def entry(lines: str, name: str, mark: str = " ") -> int | None:
    """Find the whole number in a line such as ``inactive_file 4096`` or ``VmRSS: 12 kB``; ``mark`` ends the name."""
    _, found, rest = f"\n{lines}".partition(f"\n{name}{mark}")
    words = rest.partition("\n")[0].split(maxsplit=1) if found else []
    value = whole(words[0]) if words else None
    return value if value is None or words[1:] != ["kB"] else 1024 * value


def _memberships(lines: str) -> Iterator[tuple[str, str]]:
    """Yield each controller with the path of the process's group; version 2 has the empty name."""
    for line in lines.splitlines():
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        if path.startswith("/"):
            for name in names.split(","):
                yield name, path


def _mounts(lines: str) -> Iterator[_Mount]:
    for line in lines.splitlines():
        before, _, after = line.partition(" - ")
        if after.startswith("cgroup"):
            where, what = before.split(), after.split()
            if len(where) >= 5 and what[0] in _VERSIONS:
                yield _mount(what[0], where[3], where[4], what[-1])


def _mounts_by_table(lines: str) -> Iterator[_Mount]:
    for line in lines.splitlines():
        words = line.split()
        if len(words) >= 4 and words[2] in _VERSIONS:
            yield _mount(words[2], "/", words[1], words[3])


_VERSIONS = {"cgroup": 1, "cgroup2": 2}


def _mount(kind: str, root: str, point: str, options: str) -> _Mount:
    return _Mount(_VERSIONS[kind], _unescaped(root), _unescaped(point), frozenset(options.split(",")))


def _hierarchy(path: str, mount: _Mount, root: Path) -> Hierarchy:
    """Find the group and its ancestors that exist below the mount point, and the mount point itself."""
    top = root / mount.point.lstrip("/")
    own = PurePosixPath(path)
    # A path outside what is mounted belongs to another namespace: the mount point is then the nearest that we see.
    is_inside = own.is_relative_to(mount.root) and ".." not in own.parts
    inside = own.relative_to(mount.root) if is_inside else PurePosixPath()
    levels = (inside, *inside.parents)
    # os.path.isdir, for Path.isdir raises where the path is too long or may not be entered.
    folders = tuple(top / level for level in levels if os.path.isdir(top / level))  # noqa: PTH112 (a third of the time of Path)
    if is_inside and folders and folders[0] == top / inside:
        return Hierarchy(mount.version, folders)
    if is_inside and path.endswith(" (deleted)"):
        return Hierarchy(mount.version, folders, "the control group of this process was removed")
    return Hierarchy(mount.version, folders, "the control group of this process cannot be seen here", is_related=False)


def _unescaped(field: str) -> str:
    """Undo the kernel's way of writing the four characters that would end a field."""
    if "\\" in field:
        for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
            field = field.replace(code, character)
    return field
