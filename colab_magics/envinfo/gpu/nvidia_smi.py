"""NVIDIA GPUs as the driver's own program tells of them, with a value or a reason for each field."""

import os
import re
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from colab_magics.envinfo.gpu.apps import QUERY, with_processes
from colab_magics.envinfo.gpu.complaint import SILENT, meaning, quote
from colab_magics.envinfo.gpu.device import Found, Gpu, MigSlice
from colab_magics.envinfo.gpu.holders import asker
from colab_magics.envinfo.gpu.program import Answer, ask
from colab_magics.envinfo.gpu.rows import FIELDS, MOST, blank, count, gpu, indexes, rows, version
from colab_magics.envinfo.gpu.slices import read_slices
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.unified import machine_memory

# Where the driver puts it when no PATH names it: https://docs.nvidia.com/cuda/wsl-user-guide/ for WSL; System32 is
# Windows' today, and NVSMI was until 2019.
_LINUX = "/usr/lib/wsl/lib"
_WINDOWS = (("SYSTEMROOT", "System32"), ("PROGRAMFILES", "NVIDIA Corporation/NVSMI"))

_UNKNOWN_FIELD = re.compile(r'Field "([\w.]+)" is not a valid field to query', re.IGNORECASE)
_NO_HANDLE = re.compile(r"Unable to determine the device handle", re.IGNORECASE)
_CUDA = re.compile(r"CUDA (?:UMD )?Version *: *(\d{1,3}\.\d{1,3})\b", re.IGNORECASE)
_NO_ROW = Missing("nvidia-smi tells it only beside a GPU that answers")
_SHORTEST = 0.02  # seconds in which nvidia-smi may answer at all


def read_nvidia_smi(environ: Mapping[str, str], *, timeout: float = 2.0) -> Reading[Found]:
    """Ask nvidia-smi for every GPU, in ``timeout`` seconds at most; what it does not tell is `Missing` with the reason.

    It is looked for on the PATH of ``environ`` and where NVIDIA's installers put it. The GPUs come with one call; the
    newest CUDA that the driver can run, the instances of MIG and the processes with further ones, where there is time
    left.
    """
    program = find_nvidia_smi(environ)
    if isinstance(program, Missing):
        return program
    smi = _Program(program, environ, time.monotonic() + timeout)
    asked = smi.query()
    if isinstance(asked, Missing):
        return asked
    answer, fields = asked
    found = rows(answer.text, fields)
    devices = tuple(_shared(gpu(row, index, fields)) for index, row in zip(indexes(found), found, strict=True))
    devices += _silent(devices, max(map(count, found), default=0), answer)
    if not devices:
        return _refusal(answer, timeout)
    drivers = [version(row, fields) for row in found] or [_NO_ROW]
    driver = next((driver for driver in drivers if not isinstance(driver, Missing)), drivers[0])
    is_split = any(device.mig == "enabled" for device in devices)
    cuda, table = smi.cuda(with_table=is_split)
    if is_split:
        devices = _split(devices, smi.ask("-L"), table)
    devices = with_processes(devices, smi.ask(QUERY, "--format=csv,noheader,nounits"), asker(os.getpid()))
    return Found(devices, driver, cuda)


def find_nvidia_smi(environ: Mapping[str, str]) -> Reading[str]:
    """Find the program without starting it; folders that are not named in full are never looked into."""
    folders = [Path(folder) for folder in environ.get("PATH", "").split(os.pathsep)]
    if sys.platform == "win32":
        folders[:0] = [Path(environ[name], rest) for name, rest in _WINDOWS if name in environ]
    elif sys.platform == "linux":
        folders.append(Path(_LINUX))
    paths = [str(folder / "nvidia-smi") for folder in folders if folder.is_absolute()]
    for path in paths:
        if program := shutil.which(path):
            return program
    if any(shutil.which(path, mode=os.F_OK) for path in paths):
        return Missing("there is an nvidia-smi, but this user may not run it")
    return Missing("nvidia-smi is not here: the NVIDIA driver brings it")


@dataclass(frozen=True, slots=True)
class _Program:
    """nvidia-smi, which has to have answered everything by ``deadline``."""

    path: str
    environ: Mapping[str, str]
    deadline: float

    def ask(self, *arguments: str) -> Reading[Answer]:
        left = self.deadline - time.monotonic()
        if left < _SHORTEST:
            return Missing("there was no time left to ask nvidia-smi again")
        answer = ask(self.path, *arguments, environ=self.environ, timeout=left)
        return Missing(f"nvidia-smi is here, but {answer.reason}") if isinstance(answer, Missing) else answer

    def query(self) -> Reading[tuple[Answer, tuple[str, ...]]]:
        """Ask for all fields, and again without those that an older driver does not know."""
        fields = FIELDS
        while True:
            answer = self.ask(f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits")
            if isinstance(answer, Missing):
                return answer
            unknown = set(_UNKNOWN_FIELD.findall(answer.text + answer.complaint)) & set(fields) - {"index", "name"}
            if not unknown:
                return answer, fields
            fields = tuple(field for field in fields if field not in unknown)

    def cuda(self, *, with_table: bool) -> tuple[Reading[str], str]:
        """Ask for the newest CUDA that the driver can run, and give the table where it was asked for that.

        ``--version`` looks at no GPU and is the quicker; drivers before 2023 tell it in the table only.
        """
        said = Missing("") if with_table else self.ask("--version")
        if not isinstance(said, Missing) and (told := _CUDA.search(said.text)):
            return told[1], ""
        table = self.ask()
        if isinstance(table, Missing):
            return table, ""
        if told := _CUDA.search(table.text):
            return told[1], table.text
        if isinstance(table.code, Missing):
            return Missing("nvidia-smi took too long to tell it"), table.text
        return Missing("nvidia-smi tells no CUDA: the driver's libcuda may be missing"), table.text


def _split(devices: tuple[Gpu, ...], listed: Reading[Answer], table: str) -> tuple[Gpu, ...]:
    """Give the GPUs that MIG has split their instances, or one that says why they are not known."""
    slices = {} if isinstance(listed, Missing) else read_slices(listed.text, table)
    reason = listed if isinstance(listed, Missing) else Missing("nvidia-smi did not list the instances of this GPU")
    unknown = (MigSlice(reason, reason, reason),)
    return tuple(
        replace(device, slices=slices.get(device.index, unknown)) if device.mig == "enabled" else device
        for device in devices
    )


def _refusal(answer: Answer, timeout: float) -> Missing:
    """Say why nvidia-smi told of no GPU."""
    if known := meaning(answer.text) or meaning(answer.complaint):
        return known
    said = quote(answer.text) or quote(answer.complaint)
    words = f': "{said}"' if said else " and said nothing"
    if isinstance(answer.code, Missing):
        return Missing(f"nvidia-smi gave no answer in {timeout:g} s ({answer.code.reason}); the driver may be stuck")
    if answer.code < 0:
        return Missing(f"nvidia-smi crashed (signal {-answer.code}){words}")
    if answer.code:
        return Missing(f"nvidia-smi failed (exit code {answer.code}){words}")
    return Missing(f"nvidia-smi told of no GPU{words}")


def _shared(device: Gpu) -> Gpu:
    """Give a GPU that has no memory of its own the machine's: nvidia-smi tells ``[N/A]`` for it."""
    if (device.memory_total, device.memory_used) != (SILENT, SILENT) or device.mig == "enabled":
        return device
    total, used = machine_memory(device.name, Path("/"))
    if isinstance(total, Missing):
        return device
    return replace(device, memory_total=total, memory_used=used, is_memory_shared=True)


def _silent(devices: tuple[Gpu, ...], number: int, answer: Answer) -> tuple[Gpu, ...]:
    """Make the GPUs that nvidia-smi counts, or says that it cannot reach, and has no line for."""
    said = answer.text + answer.complaint
    silent = max(number - len(devices), len(_NO_HANDLE.findall(said)))
    reason = meaning(said) or Missing("nvidia-smi counts this GPU and tells nothing of it")
    free = (index for index in range(2 * MOST) if index not in {device.index for device in devices})
    return tuple(blank(next(free), reason) for _ in range(min(silent, MOST)))
