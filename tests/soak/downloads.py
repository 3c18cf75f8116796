"""Downloads under nine mixed faults, with kill -9 at random moments: how many files are not one whole version?

    python tests/soak/downloads.py [DOWNLOADS] [SEED]

Each download is a process of its own that is killed two times or so, then run again until it ends by itself;
what lies in the cache is then compared with every version that the server has ever had. Prints the counts, and
leaves 1 where a file was wrong.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import urllib3  # noqa: F401 (loaded once, before the children)
from faulty import body

from colab_magics.errors import ColabMagicsError
from colab_magics.transfer.cache import Cache, key_of
from colab_magics.transfer.copies import Courier
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.web import WebFile

PATIENCE = Patience(connect=2, stall=1, attempts=4, pause=0.01)
FAULTS = 15  # of a hundred answers
LONGEST = 0.4  # seconds until a kill
MOST_RUNS = 12
OLDEST = 60  # versions that are looked through


def attempt(url: str, key: str, folder: Path) -> int:
    """Fetch in this process; return 0, or 3 for one of our errors, or 4 for anything else."""
    try:
        with tempfile.TemporaryDirectory(dir=folder) as inner:
            Courier(Path(inner), Cache(folder / "cache"), patience=PATIENCE).bring(WebFile(url, PATIENCE), key, "a.bin")
    except ColabMagicsError:
        return 3
    except BaseException as error:  # noqa: BLE001 (it is counted)
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 4
    return 0


def run(url: str, key: str, folder: Path, dice: random.Random, counts: Counter[str]) -> None:
    """Run one download to its end, through kills."""
    for number in range(MOST_RUNS):
        child = os.fork()
        if child == 0:
            os._exit(attempt(url, key, folder))
        killer = None
        if number < MOST_RUNS - 1 and dice.random() < 0.75:
            killer = threading.Timer(dice.uniform(0, LONGEST), os.kill, (child, signal.SIGKILL))
            killer.start()
        _, status = os.waitpid(child, 0)
        if killer is not None:
            killer.cancel()
            killer.join()
        if os.WIFSIGNALED(status):
            counts["kills"] += 1
            continue
        counts[{0: "whole", 3: "clean errors"}.get(os.WEXITSTATUS(status), "other errors")] += 1
        return


def is_whole(path: Path, name: str) -> bool:
    """Is the file one version, from its first to its last byte?"""
    found = hashlib.sha256(path.read_bytes()).digest()
    return any(hashlib.sha256(body(name, version)).digest() == found for version in range(OLDEST))


def main() -> None:
    downloads, seed = (int(word) for word in (*sys.argv[1:], *("2000", "1")[len(sys.argv) - 1 :]))
    dice, counts = random.Random(seed), Counter[str]()
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("faulty.py")), str(FAULTS), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
    )
    started = time.monotonic()
    with server, tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        assert server.stdout is not None
        base = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        for number in range(downloads):
            name, key = f"/{number}", key_of("web", f"/{number}")
            run(base + name, key, folder, dice, counts)
            entry = Cache(folder / "cache").find(key)
            counts["kept"] += entry is not None
            counts["CORRUPT"] += entry is not None and not is_whole(entry.path, name)
            Cache(folder / "cache").clear()
        counts["parts without a journal"] = len(list((folder / "cache" / "unfinished").iterdir()))
        server.terminate()
    print(f"{downloads} downloads, {FAULTS} % faults, {time.monotonic() - started:.0f} s: {dict(counts)}")
    sys.exit(bool(counts["CORRUPT"] or counts["other errors"]))


if __name__ == "__main__":
    main()
