"""What goes to and from disks and networks."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from colab_magics.envinfo.monitor.rates import Counters, Flow, Rates
from colab_magics.envinfo.reading import Missing, Reading, is_there
from colab_magics.machine.cgroup import find_groups, whole
from colab_magics.machine.livefile import LiveFile

_SECTOR = 512
"""Bytes; /proc/diskstats counts in these on every device:
https://docs.kernel.org/admin-guide/iostats.html."""

# They keep their bytes in memory or on other devices, which count the same bytes.
_SECOND_HAND = re.compile(r"(loop|ram|zram|fd|sr|dm-|md|bcache|drbd|nbd)\d")


class Traffic:
    """Reads counters from one file of the system and gives the flow between two readings.

    ``source`` says whose traffic it is.
    """

    def __init__(self, path: Path, count: Callable[[str], Reading[Counters]], source: str) -> None:
        self.source = source
        self._file, self._count, self._rates = LiveFile(path), count, Rates()

    def read(self, passed: Reading[float]) -> Reading[Flow]:
        """Bytes per second since the last reading, ``passed`` seconds ago."""
        lines = self._file.read()
        return self._rates.take(passed, lines if isinstance(lines, Missing) else self._count(lines))

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


def disks(root: Path) -> Traffic:
    """Find who tells best what is read and written: this process's own group of version 2, or else all disks."""
    groups = find_groups(root)
    hierarchy = groups if isinstance(groups, Missing) else groups.of("io")
    if not isinstance(hierarchy, Missing) and hierarchy.version == 2 and not hierarchy.gap:
        path = hierarchy.folders[0] / "io.stat"
        if is_there(path):
            second_hand = frozenset(_second_hand_numbers(LiveFile(root / "proc/diskstats")))
            return Traffic(path, lambda lines: _group_counters(lines, second_hand), "this container or session")
    return Traffic(root / "proc/diskstats", _disk_counters, "all disks of this machine")


def links(root: Path) -> Traffic:
    """Count what goes over the network, the machine's talk with itself left out."""
    hardware = root / "sys/class/net"
    is_real: dict[str, bool] = {}

    def count(lines: str) -> Reading[Counters]:
        counters = dict(_link_counters(lines))
        for name in counters.keys() - is_real.keys():
            is_real[name] = is_there(hardware / name / "device")
        # Bridges and tunnels carry what a real device carries again; a container has none but such.
        real = {name: counts for name, counts in counters.items() if is_real[name]}
        return real or counters or Missing("there is no network but the machine's own")

    return Traffic(root / "proc/net/dev", count, "of this machine or container")


def _disk_counters(lines: str) -> Reading[Counters]:
    rows = [row for row in map(str.split, lines.splitlines()) if len(row) >= 10]
    names = {row[2] for row in rows}
    counters = {}
    for row in rows:
        read, written = whole(row[5]), whole(row[9])
        if read is not None and written is not None and not _SECOND_HAND.match(row[2]) and not _is_part(row[2], names):
            counters[row[2]] = (read * _SECTOR, written * _SECTOR)
    return counters or Missing("this system counts no disk")


def _is_part(name: str, names: set[str]) -> bool:
    """Is it a partition of a disk that is counted whole? sda1 is of sda, nvme0n1p2 of nvme0n1."""
    disk = name.rstrip("0123456789")
    return disk != name and (disk in names or (disk.endswith("p") and disk[:-1] in names))


def _second_hand_numbers(diskstats: LiveFile) -> Iterator[str]:
    lines = diskstats.read()
    diskstats.close()
    if not isinstance(lines, Missing):
        for row in map(str.split, lines.splitlines()):
            if len(row) >= 3 and _SECOND_HAND.match(row[2]):
                yield f"{row[0]}:{row[1]}"


def _group_counters(lines: str, second_hand: frozenset[str]) -> Counters:
    """Read lines such as ``8:0 rbytes=90112 wbytes=0 rios=1 ...``; none means that nothing was read or written."""
    counters = {}
    for line in lines.splitlines():
        device, *words = line.split() or [""]
        pairs = dict(word.partition("=")[::2] for word in words)
        read, written = whole(pairs.get("rbytes", "")), whole(pairs.get("wbytes", ""))
        if read is not None and written is not None and device not in second_hand:
            counters[device] = (read, written)
    return counters


def _link_counters(lines: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Read /proc/net/dev: eight numbers received and eight sent, bytes first; see proc_pid_net(5)."""
    for line in lines.splitlines():
        name, colon, rest = line.rpartition(":")
        words = rest.split()
        if colon and len(words) >= 16 and name.strip() != "lo":
            received, sent = whole(words[0]), whole(words[8])
            if received is not None and sent is not None:
                yield name.strip(), (received, sent)
