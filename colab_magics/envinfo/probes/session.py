"""How long this session has run, and how long it may, as far as the service itself states it."""

import os
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.reading import Missing, Reading, is_there, text
from colab_magics.format import plural, size


class Stated(NamedTuple):
    """A limit in the words of whoever sets it: ``source`` is a page or a variable, ``read_on`` the day of the page."""

    sentence: str
    source: str
    read_on: str = ""


class Session(NamedTuple):
    """When this kernel and the machine (or the container) around it were started, and which limits are stated.

    Nobody tells how much time is left: the limits are what the service states for everybody, and it may end sooner.
    """

    kernel_started: Reading[datetime]
    machine_started: Reading[datetime]
    stated: tuple[Stated, ...]


_SKEW = 1.0  # seconds by which the clocks of two readings may differ
_STATED = {
    "Google Colab": Stated(
        "A free session lasts at most 12 hours, often less, and ends when nobody is there.",
        "research.google.com/colaboratory/faq.html",
        "2026-11-23",
    ),
    "Colab Enterprise": Stated(
        "A runtime is shut down after 180 idle minutes, unless its template says otherwise.",
        "cloud.google.com/colab/docs/idle-shutdown",
        "2026-11-24",
    ),
    "Kaggle": Stated(
        "A session lasts at most 12 hours with CPU or GPU, and 9 hours with a TPU.",
        "www.kaggle.com/docs/notebooks",
        "2026-11-24",
    ),
    "Binder": Stated(
        "A session ends after 10 minutes without activity, and its files with it.",
        "mybinder.readthedocs.io/en/latest/about/about.html",
        "2026-11-24",
    ),
    "GitHub Codespaces": Stated(
        "A codespace stops after 30 idle minutes, unless your settings say otherwise.",
        "docs.github.com/en/codespaces/setting-your-user-preferences",
        "2026-11-24",
    ),
}


def read_session(root: Path, environ: Mapping[str, str], place: str) -> Session:
    """Read when things started under ``root``, and what ``place`` and the environment state."""
    now = time.time()
    stated = (*([_STATED[place]] if place in _STATED else []), *_hub(environ), *_slurm(environ))
    if is_there(root / "proc/uptime"):
        # Process 1 is the init of the machine, or the first process of the container.
        return Session(_started(root, "self", now), _started(root, "1", now), stated)
    return Session(*_asked(), stated)


def _asked() -> tuple[datetime, datetime]:
    """Ask psutil, on systems that do not show their processes as files."""
    import psutil

    return _moment(psutil.Process().create_time()), _moment(psutil.boot_time())


def _started(root: Path, process: str, now: float) -> Reading[datetime]:
    """Tell when a process began, from field 22 of its stat, in clock ticks since the boot; see proc_pid_stat(5)."""
    uptime, stat = text(root / "proc/uptime"), text(root / "proc" / process / "stat")
    for line in (uptime, stat):
        if isinstance(line, Missing):
            return line
    try:
        # LXCFS gives a container an uptime of its own, but the ticks count from the boot of the machine.
        up = time.clock_gettime(time.CLOCK_BOOTTIME) if _is_own(root) else float(str(uptime).split()[0])
        # The name in brackets may hold anything, brackets and spaces included.
        ticks = int(str(stat).rpartition(")")[2].split()[19])
        started = now - up + ticks / os.sysconf("SC_CLK_TCK")
    except (ValueError, IndexError, OverflowError, OSError):
        return Missing("the times in /proc cannot be read")
    if started > now + _SKEW:
        return Missing("the times in /proc contradict each other: it would begin in the future")
    return _moment(started)


def _is_own(root: Path) -> bool:
    """Is it the system that this process runs on, whose clock can be asked?"""
    return root == Path("/") and hasattr(time, "CLOCK_BOOTTIME")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone()


def _hub(environ: Mapping[str, str]) -> Iterator[Stated]:
    """What JupyterHub's spawner promises, https://jupyterhub.readthedocs.io/en/stable/reference/spawners.html."""
    if "JUPYTERHUB_API_URL" not in environ:
        return
    cpus, memory = _number(environ, "CPU_LIMIT"), _number(environ, "MEM_LIMIT")
    if cpus:
        yield Stated(f"JupyterHub grants {cpus:g} {'CPU' if cpus == 1 else 'CPUs'}.", "CPU_LIMIT")
    if memory:
        yield Stated(f"JupyterHub grants {size(memory)} of memory.", "MEM_LIMIT")


def _slurm(environ: Mapping[str, str]) -> Iterator[Stated]:
    """What Slurm gave the job, https://slurm.schedmd.com/sbatch.html (memory in megabytes, times in UNIX seconds)."""
    if "SLURM_JOB_ID" not in environ:
        return
    cpus = _number(environ, "SLURM_CPUS_PER_TASK") or _number(environ, "SLURM_CPUS_ON_NODE")
    memory, end = _number(environ, "SLURM_MEM_PER_NODE"), _number(environ, "SLURM_JOB_END_TIME")
    if cpus:
        yield Stated(f"Slurm gave this job {plural(int(cpus), 'CPU')}.", "SLURM_CPUS_PER_TASK")
    if memory:
        yield Stated(f"Slurm gave this job {size(memory * 2**20)} of memory.", "SLURM_MEM_PER_NODE")
    if end and end < 2**33:
        yield Stated(f"Slurm ends this job at {_moment(end):%Y-%m-%d %H:%M %Z}.", "SLURM_JOB_END_TIME")


def _number(environ: Mapping[str, str], name: str) -> float:
    try:
        number = float(environ.get(name, ""))
    except ValueError:
        return 0.0
    return number if 0 < number < 2**63 else 0.0
