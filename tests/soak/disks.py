"""Full disks and caches that may only be read: is the file that was there before still there, and whole?

    PYTHONPATH=tests python tests/soak/disks.py [FULL] [READ_ONLY]

A file of the cache is fetched anew, and the disk has no room for it: known before, noticed amid, after a program has
filled it, by a limit of the process, or for the manifest alone. Then there is room again, and the same fetch succeeds.
Disks are small file systems in memory, for which this must be root on Linux; elsewhere only the process's limit is tried.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from servers import FileServer, file_server
from tally import end, numbers

from colab_magics import ingest
from colab_magics.errors import DownloadFailed
from colab_magics.ingest.request import Request
from colab_magics.ingest.supply import fetch
from colab_magics.transfer.cache import Cache, Entry, key_of
from colab_magics.transfer.copies import Courier
from colab_magics.transfer.events import Downloaded, Progress
from colab_magics.transfer.web import WebFile

INSIDE = "SOAK_HAS_MOUNTS"
MEGA = 1 << 20
KINDS = ("known before", "noticed amid", "filled meanwhile", "limit of the process", "no room for the manifest")


class Disk:
    """A folder, which is a file system of its own where that is possible."""

    def __init__(self, folder: Path, *, is_mounted: bool) -> None:
        self.folder, self.is_mounted = folder, is_mounted
        if is_mounted:
            self._mount("-t", "tmpfs", "-o", "size=16m", "tmpfs")

    def set(self, option: str) -> None:
        self._mount("-o", f"remount,{option}")

    def fill(self, left: int = 0) -> None:
        """Leave so many bytes free."""
        with (self.folder / "filler").open("ab", buffering=0) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(4096))
            file.truncate(file.tell() - left)

    def free(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)

    def _mount(self, *words: str) -> None:
        subprocess.run(["mount", *words, str(self.folder)], check=True)


class Filling(Cache):
    """A cache whose ``disk``, if it is named, is full when a file is taken in."""

    disk: Disk | None = None

    def add(self, key: str, name: str, got: Downloaded, access: Mapping[str, Any] | None = None) -> Entry:
        if self.disk is not None:
            self.disk.fill()
        return super().add(key, name, got, access)


def once_full(kind: str, disk: Disk, number: int, files: FileServer, dice: random.Random) -> str:
    """Fetch a second version onto a full disk; say what became of the first."""
    old, new = table(dice, MEGA), table(dice, 4 * MEGA)
    name, cache = f"/{number}.csv", Filling(disk.folder / "cache")
    url = files.add(name, old, etag='"1"')
    key = key_of("web", url)

    def fill(progress: Progress) -> None:
        if MEGA < progress.done < len(new):
            disk.fill()

    def bring(listen: Callable[[Progress], None] = lambda _: None) -> bytes:
        with tempfile.TemporaryDirectory() as folder, contextlib.closing(WebFile(url)) as remote:
            return Courier(Path(folder), cache, on_progress=listen).bring(remote, key, "a.csv").path.read_bytes()

    if bring() != old:
        return "WRONG"
    files.add(
        name,
        new,
        etag="" if kind == "noticed amid" else '"2"',
        rate=6e6,
        fault="chunked" if kind == "noticed amid" else "",
    )
    cache.disk = disk if kind == "no room for the manifest" else None
    with limited(kind, disk), contextlib.suppress(DownloadFailed):
        bring(fill if kind == "filled meanwhile" else lambda _: None)
        return "all came before it was full" if kind == "filled meanwhile" else "NOT FULL"
    entry = cache.find(key)
    if entry is None or entry.path.read_bytes() != old:
        return "OLD FILE LOST"
    disk.free()
    cache.disk = None
    return kind if bring() == new else "WRONG"


@contextlib.contextmanager
def limited(kind: str, disk: Disk) -> Iterator[None]:
    """Take the room away that is there."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    if kind == "limit of the process":
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MEGA, before[1]))
    if kind in ("known before", "noticed amid"):
        disk.fill(left=3 * MEGA)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def once_read_only(disk: Disk, number: int, files: FileServer, dice: random.Random) -> str:
    """Ask for a file, of which the cache has this or an older version, when nothing can be written there."""
    old, new = table(dice, 10_000), table(dice, 20_000)
    os.environ["COLAB_MAGICS_CACHE"] = str(disk.folder)
    url = files.add(f"/{number}.csv", old, etag='"1"')
    ingest(url)
    now = dice.choice((old, new))
    files.add(f"/{number}.csv", now, etag='"1"' if now is old else '"2"')
    disk.set("ro")
    try:
        with tempfile.TemporaryDirectory() as folder:
            (got,) = fetch(Request(url), Path(folder))
            is_right = got.path.read_bytes() == now and any("cache cannot be used" in note for note in got.notes)
            is_right = is_right and len(ingest(url)) == now.count(b"\n") - 1
    finally:
        disk.set("rw")
    cache = Cache(disk.folder / "files")
    entry = cache.find(key_of("web", url))
    if entry is None or entry.path.read_bytes() != old:
        return "OLD FILE LOST"
    cache.clear()
    return "read-only" if is_right else "WRONG"


def table(dice: random.Random, size: int) -> bytes:
    return b"a,b\n" + b"".join(b"%d,%s\n" % (row, dice.randbytes(400).hex().encode()) for row in range(size // 806))


def with_mounts() -> bool:
    """Begin anew where this process may mount what no other sees; return whether it is so."""
    if INSIDE in os.environ:
        return True
    can_mount = os.geteuid() == 0 and shutil.which("unshare") is not None
    if can_mount and subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0:
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])
    return False


def main() -> None:
    full, read_only = numbers(50, 50)
    is_root = with_mounts()
    kinds = KINDS if is_root else ("limit of the process",)
    dice, counts = random.Random(1), Counter[str]()
    with tempfile.TemporaryDirectory() as place, file_server() as files:
        disk = Disk(Path(place), is_mounted=is_root)
        for number in range(full):
            counts[once_full(kinds[number % len(kinds)], disk, number, files, dice)] += 1
            disk.free()
            Cache(disk.folder / "cache").clear()
        for number in range(full, full + read_only if is_root else full):
            counts[once_read_only(disk, number, files, dice)] += 1
        if is_root:
            subprocess.run(["umount", place], check=True)
    why = "" if is_root else " (only root on Linux can mount: no small disks, none that may only be read)"
    end(
        f"{full} full disks, {read_only if is_root else 0} read-only caches{why}",
        counts,
        "OLD FILE LOST",
        "WRONG",
        "NOT FULL",
    )


if __name__ == "__main__":
    main()
