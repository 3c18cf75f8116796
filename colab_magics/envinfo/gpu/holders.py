"""Who holds a GPU's memory: this process, and all others as one sum.

A container has process numbers of its own. Newer drivers translate theirs, older ones give those of the host, so a
number is taken as ours there only if this process uses CUDA at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colab_magics.envinfo.gpu.device import Processes
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.nvml_library import Library

SILENT = Missing("the driver does not tell the memory of one process (so on Windows, on WSL and with MIG)")
_EMPTY = Missing(
    "the driver lists no process although this one uses CUDA: it does not show a container's processes (PID namespace)"
)
_LISTS = ("nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetGraphicsRunningProcesses")

# The inode of the first PID namespace: PROC_PID_INIT_INO in
# https://github.com/torvalds/linux/blob/master/include/linux/proc_ns.h
_FIRST_NAMESPACE = "pid:[4026531836]"


@dataclass(frozen=True, slots=True)
class Asker:
    """The process that wants to know: its number, whether it sees numbers of its own, whether it uses CUDA."""

    pid: int
    is_in_container: bool
    is_using_cuda: Reading[bool]


def asker(pid: int, root: Path = Path("/")) -> Asker:
    """Find out who asks. CUDA keeps ``/dev/nvidia-uvm`` open in each process that uses it."""
    process = root / "proc" / str(pid)
    try:
        is_in_container = str((process / "ns/pid").readlink()) != _FIRST_NAMESPACE
    except OSError:
        return Asker(pid, is_in_container=False, is_using_cuda=Missing("this system does not tell"))
    return Asker(pid, is_in_container, _is_using_cuda(process / "fd"))


def read_processes(nvml: Library, handle: Any, who: Asker) -> Processes:
    """Ask for the processes on a GPU, in bytes."""
    held: dict[int, Reading[int]] = {}
    answers = [_list(nvml, name, handle) for name in _LISTS]
    if isinstance(answers[0], Missing):
        return Processes(answers[0], answers[0], answers[0])
    for answer in answers:
        if not isinstance(answer, Missing):
            held |= {process.pid: _memory(process) for process in answer}
    return shares(held, who)


def shares(held: dict[int, Reading[int]], who: Asker) -> Processes:
    """Part the memory that each process holds into that of ``who`` and that of all others."""
    is_listed = who.pid in held
    if who.is_in_container and not held and who.is_using_cuda is True:
        return Processes(_EMPTY, _EMPTY, _EMPTY)
    if who.is_in_container and held and is_listed != (who.is_using_cuda is True):
        nobody = Missing(
            "the driver counts processes as the machine does, outside this container: "
            f"this process cannot be told from the {len(held)} on the GPU"
        )
        if who.is_using_cuda is False:
            return Processes(0, len(held), _sum(held.values()))
        return Processes(nobody, nobody, nobody)
    own = held.pop(who.pid, 0)
    return Processes(own, len(held), _sum(held.values()))


def _list(nvml: Library, name: str, handle: Any) -> Reading[list[Any]]:
    """Ask the newest form of the list first: drivers before 510 know only version 2."""
    for version in ("_v3", "_v2", ""):
        answer: Reading[list[Any]] = nvml.ask(name + version, handle)
        if not isinstance(answer, Missing):
            return answer
    return answer


def _memory(process: Any) -> Reading[int]:
    return SILENT if process.usedGpuMemory is None else int(process.usedGpuMemory)


def _sum(memory: Iterable[Reading[int]]) -> Reading[int]:
    total = 0
    for part in memory:
        if isinstance(part, Missing):
            return part
        total += part
    return total


def _is_using_cuda(folder: Path) -> Reading[bool]:
    try:
        files = list(folder.iterdir())
    except OSError as error:
        return Missing(f"the open files of this process cannot be read ({error.strerror})")
    return any(_target(file).startswith("/dev/nvidia-uvm") for file in files)


def _target(file: Path) -> str:
    try:
        return str(file.readlink())
    except OSError:  # it was closed since the list was made
        return ""
