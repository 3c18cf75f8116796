"""Damaged files of every format, read as ``%ingest`` reads them: a frame or one of our sentences, and nothing else.

    python tests/soak/readers.py [FILES [SEED [FORMAT ...]]]

So many files of each format are read by as many processes as there are processors, each with 1 GB to spare and 10 s of
processor time for a file. Whatever is no frame and no sentence (an exception of another kind, a signal, a limit) is
printed, kept in a folder, and leaves 1. What ``%ingest`` reads in a child process is read here in one by `fork`, by the
same function within the same limits; only Python is not started anew for each.
"""

from __future__ import annotations

import mmap
import os
import random
import resource
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ |= {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "RUST_BACKTRACE": "0",
}
sys.path.insert(0, str(Path(__file__).parents[1]))

from soak import seeds
from soak.damage import damaged
from soak.forks import Forks, addresses

from colab_magics.errors import ColabMagicsError

SPARE = 1 << 30
SECONDS = 10
WISHES: tuple[dict[str, Any], ...] = (
    {}, {}, {}, {}, {"columns": "a"}, {"head": 2}, {"sample": 3, "seed": 1}, {"where": "a > 1"}, {"columns": "c,a", "where": "a > 1"},
    {"dtype": "a=str"}, {"parse_dates": "d"}, {"backend": "pyarrow"},
)  # fmt: skip
OWN: dict[str, tuple[dict[str, Any], ...]] = {
    "sqlite": ({"table": "t"}, {"table": "v"}),
    "hdf5": ({"table": "/t"}, {"table": "/group/t"}),
    "npz": ({"member": "a"},),
    "xlsx": ({"sheet": 2},),
    "html": ({"table": 1},),
    "zip": ({"member": "*.csv"},),
    "spss": ({"columns": "b"},),
}
LIBRARIES = (
    "duckdb",
    "h5py",
    "lxml.html",
    "openpyxl",
    "pyarrow.orc",
    "pyarrow.parquet",
    "pyreadstat",
    "python_calamine",
)
SLOTS = ("number", "frames", "sentences", "memory", "violations")


class Tally:
    """What a worker has counted, also where it died: numbers in memory that it shares with its parent."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8 * len(SLOTS))

    def __getitem__(self, slot: str) -> int:
        return struct.unpack_from("q", self._shared, 8 * SLOTS.index(slot))[0]

    def __setitem__(self, slot: str, value: int) -> None:
        struct.pack_into("q", self._shared, 8 * SLOTS.index(slot), value)


def made(kind: str, files: list[Path], number: int, seed: int) -> tuple[str, bytes, dict[str, Any]]:
    """Make the damaged file of a number: its name, its content and what shall be read of it."""
    dice = random.Random(f"{seed} {kind} {number}")
    one, other = dice.choice(files), dice.choice(files)
    content = damaged(one.read_bytes(), other.read_bytes(), dice)
    return one.name[2:], content, dice.choice((*WISHES, *OWN.get(kind, ()) * 3))


def work(kind: str, files: list[Path], numbers: range, seed: int, place: Path, tally: Tally) -> None:
    """Read the files of these numbers one after the other, in a process of its own."""
    from reads import ingest_file

    confine(place)
    for number in numbers:
        tally["number"] = number
        name, content, wishes = made(kind, files, number, seed)
        path = place / f"{os.getpid()}"
        path.write_bytes(content)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.setitimer(signal.ITIMER_REAL, 12 * SECONDS)
        try:
            ingest_file(path, name, **wishes)
            slot = "frames"
        except ColabMagicsError as error:
            slot = "memory" if "more memory than there is" in str(error) else "sentences"
            if "\n" in str(error) or str(place) in str(error):
                slot = "violations"
                sys.stderr.write(f"{kind} {number}: this is no sentence: {error!r}\n")
        except BaseException as error:  # noqa: BLE001 (it is what is looked for)
            slot = "violations"
            told = traceback.format_exc().splitlines()
            sys.stderr.write(f"{kind} {number}: {type(error).__name__}: {error}\n    {told[-2]}\n    {told[-3]}\n")
        if slot == "violations":
            shutil.copy(path, kept(place, kind, number, name))
        tally[slot] += 1
    path.unlink(missing_ok=True)


def confine(place: Path) -> None:
    """Give this process 1 GB more than it has, a folder of its own, and forks instead of child processes."""
    from colab_magics.ingest import child, estimate

    tempfile.tempdir = str(place)
    resource.setrlimit(resource.RLIMIT_AS, (addresses() + SPARE, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for limit in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(limit, signal.SIG_DFL)
    child.available = estimate.available = lambda: SPARE  # type: ignore[attr-defined]
    child.subprocess = Forks  # type: ignore[attr-defined]


def kept(place: Path, kind: str, number: int, name: str) -> Path:
    folder = place / "violations"
    folder.mkdir(exist_ok=True)
    return folder / f"{kind}-{number}-{name}"


def soak(kind: str, files: list[Path], count: int, seed: int, place: Path) -> Counter[str]:
    """Read so many files of a format, in processes that are replaced where they die; return the counts."""
    jobs = min(len(os.sched_getaffinity(0)), max(1, count // 50))
    shares = {range(start, count, jobs): Tally() for start in range(jobs)}
    running = {start(kind, files, numbers, seed, place, tally): (numbers, tally) for numbers, tally in shares.items()}
    counts: Counter[str] = Counter()
    while running:
        child, status = os.wait()
        _, tally = running.pop(child)
        if status:
            number = tally["number"]
            name, content, wishes = made(kind, files, number, seed)
            kept(place, kind, number, name).write_bytes(content)
            sys.stderr.write(f"{kind} {number}: ended by {os.waitstatus_to_exitcode(status)}, {wishes}\n")
            tally["violations"] += 1
            rest = range(number + jobs, count, jobs)
            if rest:
                running[start(kind, files, rest, seed, place, tally)] = (rest, tally)
                continue
        counts += Counter({slot: tally[slot] for slot in SLOTS[1:]})
    return counts


def start(kind: str, files: list[Path], numbers: range, seed: int, place: Path, tally: Tally) -> int:
    child = os.fork()
    if child == 0:
        try:
            work(kind, files, numbers, seed, place, tally)
        except BaseException:  # noqa: BLE001 (a fault of this program, told and counted)
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def write_seeds(place: Path) -> None:
    """In a process of its own, so that no thread of a library is there when this one forks."""
    child = os.fork()
    if child == 0:
        try:
            seeds.write(place)
        except BaseException:  # noqa: BLE001 (told)
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit("The seeds could not be made.")


def main() -> None:
    count, seed = (int(word) for word in (*sys.argv[1:3], *("20000", "1")[len(sys.argv) - 1 :]))
    place = Path(tempfile.mkdtemp(prefix="readers-"))
    (place / "seeds").mkdir()
    write_seeds(place / "seeds")
    for library in LIBRARIES:  # once, before the processes
        import_module(library)

    total: Counter[str] = Counter()
    for kind in sys.argv[3:] or seeds.MAKERS:
        started = time.monotonic()
        files = sorted((place / "seeds" / kind).iterdir())
        counts = soak(kind, files, count, seed, place)
        total += counts
        told = ", ".join(f"{counts[slot]} {slot}" for slot in SLOTS[1:] if counts[slot])
        print(f"{kind:8} {count} files in {time.monotonic() - started:.0f} s: {told}", flush=True)
    print(f"{total.total()} damaged files: {dict(total)}")
    if total["violations"]:
        sys.exit(f"What went wrong is in {place / 'violations'}.")
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
