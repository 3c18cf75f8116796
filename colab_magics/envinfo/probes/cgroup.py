"""The control groups of this process: its own and every ancestor that can be seen, in version 1, 2 or a mix."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from colab_magics.envinfo.reading import Missing, Reading, text


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that may not be exceeded (CPUs or bytes), and the kernel's file that says so."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Bound:
    """The limit that binds, with the folder of the group that sets it and the version of its hierarchy."""

    limit: Limit
    folder: Path
    version: int


Reader = Callable[[Path], Reading[Limit]]


@dataclass(frozen=True, slots=True)
class _Mount:
    kind: str
    root: str
    point: str
    options: frozenset[str]


def bound(controller: str, root: Path, readers: Mapping[int, Reader]) -> Reading[Bound]:
    """Find the limit that binds this process: the lowest of its own group and all ancestors, for each of them holds.

    ``controller`` is "cpu" or "memory", ``root`` the file system, ``readers`` reads one folder of version 1 or 2.
    """
    found = _groups(controller, root)
    if isinstance(found, Missing):
        return found
    version, folders = found
    readings = [(folder, readers[version](folder)) for folder in folders]
    limits = [(folder, limit) for folder, limit in readings if isinstance(limit, Limit)]
    if not limits:
        # The own group says best why there is none: the root of a hierarchy has no such files.
        return next(reading for _, reading in readings if isinstance(reading, Missing))
    folder, limit = min(limits, key=lambda pair: pair[1].value)
    where = "" if folder == folders[0] else " of a parent group"
    return Bound(Limit(limit.value, limit.source + where), folder, version)


def _groups(controller: str, root: Path) -> Reading[tuple[int, tuple[Path, ...]]]:
    """Find the version of the controller's hierarchy, and the folders: the own group first, then its ancestors.

    A controller belongs to one hierarchy only, so version 1 is asked first and version 2 where that has none. The
    files are described in cgroups(7) and proc_pid_mountinfo(5).
    """
    memberships, mounts = text(root / "proc/self/cgroup"), text(root / "proc/self/mountinfo")
    if isinstance(memberships, Missing) or isinstance(mounts, Missing):
        return Missing("this system shows no control groups")
    paths, mounted = dict(_memberships(memberships)), list(_mounts(mounts))
    for version, kind, name in ((1, "cgroup", controller), (2, "cgroup2", "")):
        for mount in mounted:
            if name in paths and mount.kind == kind and (version == 2 or controller in mount.options):
                folders = tuple(_folders(paths[name], mount, root))
                if folders:
                    return version, folders
    return Missing(f"no control group for {controller} is mounted here")


def _memberships(lines: str) -> Iterator[tuple[str, str]]:
    """Yield each controller with the path of the process's group; version 2 has the empty name."""
    for line in lines.splitlines():
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        for name in names.split(","):
            yield name, path


def _mounts(lines: str) -> Iterator[_Mount]:
    for line in lines.splitlines():
        before, _, after = line.partition(" - ")
        where, what = before.split(), after.split()
        if len(where) >= 5 and what and what[0] in ("cgroup", "cgroup2"):
            yield _Mount(what[0], _unescaped(where[3]), _unescaped(where[4]), frozenset(what[-1].split(",")))


def _folders(path: str, mount: _Mount, root: Path) -> Iterator[Path]:
    """Yield the group and its ancestors that exist below the mount point, and the mount point itself."""
    top = root / mount.point.lstrip("/")
    own = PurePosixPath(path)
    # A path outside what is mounted belongs to another namespace: the mount point is then the nearest that we see.
    is_inside = own.is_relative_to(mount.root) and ".." not in own.parts
    inside = own.relative_to(mount.root) if is_inside else PurePosixPath()
    for level in (inside, *inside.parents):
        if (top / level).is_dir():
            yield top / level


def _unescaped(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)
