"""Which process, which start of which machine, which notebook: as numbers that tell nothing else."""

import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from colab_magics.envinfo.reading import Missing, Reading, text


def started(process: int, root: Path = Path("/")) -> Reading[int]:
    """When a process began, in units of the system's own; `Missing` where it does not live.

    On Linux it is field 22 of /proc/PID/stat: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html.
    """
    is_linux = sys.platform.startswith("linux")
    if is_linux:
        line = text(root / f"proc/{process}/stat")
        if isinstance(line, Missing):
            return line
        words = line.rpartition(")")[2].split()  # the name before it may hold anything
        # A zombie lives no more: it waits for its parent to take note.
        if len(words) < 20 or not words[19].isdecimal() or words[0] in "ZX":
            return Missing("the process has ended")
        return int(words[19])
    import psutil

    try:
        return int(psutil.Process(process).create_time())
    except psutil.Error as error:
        return Missing(f"the process cannot be asked ({type(error).__name__})")


def boot(root: Path = Path("/")) -> int:
    """Tell one start of one machine from others; 0 where the system has no such mark."""
    mark = text(root / "proc/sys/kernel/random/boot_id")
    return 0 if isinstance(mark, Missing) else digest(mark)


def session(environ: Mapping[str, str] = os.environ) -> int:
    """Tell one notebook from others, as far as Jupyter says which it is; 0 where it does not."""
    name = environ.get("JPY_SESSION_NAME", "")
    return digest(name) if name else 0


def digest(name: str) -> int:
    """Turn a name into a number of 64 bits."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).digest(), "little")
