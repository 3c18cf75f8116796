"""How much memory is left for a frame: of the machine, and of the container that this process is in."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

_MEMINFO = Path("/proc/meminfo")
_GROUPS = Path("/sys/fs/cgroup")
_ENDLESS = 1 << 62  # version 1 writes "no limit" as the highest number of whole pages


def available(groups: Path = _GROUPS, membership: Path = Path("/proc/self/cgroup")) -> int | None:
    """Say how many bytes can still be taken before the machine or a limit of its container is met; None if unknown."""
    known = [number for number in (_of_machine(), *_of_groups(groups, membership)) if number is not None]
    return max(min(known), 0) if known else None


def _of_machine() -> int | None:
    """Ask the kernel where it tells, for psutil takes longer to load than a small file to read."""
    try:
        lines = _MEMINFO.read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, IndexError, StopIteration):
        pass
    import psutil

    try:
        return int(psutil.virtual_memory().available)
    except (OSError, RuntimeError):
        return None


def _of_groups(groups: Path, membership: Path) -> list[int]:
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return []
    left = []
    for line in lines:
        _, names, path = [*line.split(":", 2), "", ""][:3]
        if names in ("", "memory"):
            root = groups / "memory" if names else groups
            own = PurePosixPath(path.lstrip("/"))
            left += [_left(root / level, names) for level in (own, *own.parents) if ".." not in level.parts]
    return [number for number in left if number is not None]


def _left(group: Path, version: str) -> int | None:
    """Say what is left of the limit of one group: what counts is what the kernel cannot simply drop."""
    limit_name, usage_name, cache_name = (
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        if version
        else ("memory.max", "memory.current", "inactive_file")
    )
    try:
        limit = int((group / limit_name).read_text())
        usage = int((group / usage_name).read_text())
        stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        return None if limit >= _ENDLESS else limit - usage + int(stat.get(cache_name, 0))
    except (OSError, ValueError):
        return None
