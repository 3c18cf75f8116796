"""Sixty hostile archives, read as ``%ingest`` reads them: no escape, no more disk than the caps admit, no hang.

    python tests/soak/archives.py [NAME ...]

Each is read in a process with 1 GB to spare and 20 s of processor time, from a folder in which only its private folder
may be written to; an audit hook sees every file that Python opens, makes, links or renames. The caps: each layer of
packing at most 10 MB or 200 times the file. Prints what came of each, and leaves 1 where a rule was broken.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))

from soak.bombs import cases

from colab_magics.errors import ColabMagicsError

MEGA = 1 << 20
SPARE, SECONDS = 1 << 30, 20


def read(path: Path, folder: Path) -> str:
    """Read one archive within the limits; return what came of it."""
    from reads import ingest_file

    now = resource.getpagesize() * int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (now + SPARE, now + SPARE))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    tempfile.tempdir = str(folder)
    sys.addaudithook(lambda event, told: watch(event, told, folder))
    try:
        frame = ingest_file(path).frame
    except ColabMagicsError as error:
        return f"{type(error).__name__}: {error}"
    return f"a frame of {frame.shape[0]} rows, {list(frame.columns)}"


def watch(event: str, told: tuple[object, ...], folder: Path) -> None:
    """End the process where something is written outside of ``folder``."""
    is_written = event in (
        "os.mkdir",
        "os.symlink",
        "os.link",
        "os.rename",
        "os.truncate",
        "os.chmod",
        "os.mkfifo",
        "os.mknod",
    )
    if event == "open":
        flags = told[2] if isinstance(told[2], int) else 0
        is_written = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))
    places = [
        os.fsdecode(place)
        for place in told[: 2 if "link" in event or "rename" in event else 1]
        if isinstance(place, (str, bytes))
    ]
    if is_written and any(not os.path.realpath(place).startswith(f"{folder}/") for place in places):
        os.write(1, f"ESCAPE: {event} {places}".encode())
        os._exit(9)


def judge(name: str, file: str, content: bytes, place: Path) -> tuple[str, bool]:
    """Read an archive in a process of its own; return what came of it, and whether all rules were kept."""
    path, folder = place / file, place / "private"
    path.write_bytes(content)
    folder.mkdir()
    cap = 2 * max(10 * MEGA, 200 * len(content)) + 2 * MEGA
    reading, writing = os.pipe()
    started, peak = time.monotonic(), 0
    child = os.fork()
    if child == 0:
        try:
            os.chdir(folder)
            os.dup2(writing, 1)
            os.write(1, read(path, folder.resolve()).encode(errors="replace"))
        except BaseException as error:  # noqa: BLE001 (it is what is looked for)
            os.write(1, f"NO SENTENCE: {type(error).__name__}: {error}".encode())
            os._exit(8)
        finally:
            os._exit(0)
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        peak = max(peak, sum(size_of(Path(root, found)) for root, _, names in os.walk(folder) for found in names))
        time.sleep(0.002)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().decode(errors="replace")
    left = sorted(str(found.relative_to(place)) for found in place.rglob("*") if found not in (folder, path))
    path.unlink()
    shutil.rmtree(folder)
    is_kept = ended[1] == 0 and peak <= cap and not left and "\n" not in told and "\x1b" not in told
    trouble = "" if is_kept else f"  !! status {ended[1]}, peak {peak:,} of {cap:,}, left {left}"
    return f"{time.monotonic() - started:5.1f} s {peak / MEGA:6.1f} MB  {told[:170]}{trouble}", is_kept


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def main() -> None:
    broken = count = 0
    with tempfile.TemporaryDirectory(prefix="archives-") as folder:
        for name, file, content in cases():
            if sys.argv[1:] and not any(word in name for word in sys.argv[1:]):
                continue
            told, is_kept = judge(name, file, content, Path(folder).resolve())
            count, broken = count + 1, broken + (not is_kept)
            print(f"{name}:\n    {told}", flush=True)
    print(f"{count} hostile archives: {broken} broke a rule")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
