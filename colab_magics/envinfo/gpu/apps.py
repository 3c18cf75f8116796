"""Who computes on the GPUs, from nvidia-smi's list of processes: one line for each, with its GPU's identifier."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from colab_magics.envinfo.gpu.complaint import meaning
from colab_magics.envinfo.gpu.device import Gpu, Processes
from colab_magics.envinfo.gpu.holders import SILENT, Asker, shares
from colab_magics.envinfo.gpu.program import Answer
from colab_magics.envinfo.reading import Missing, Reading

QUERY = "--query-compute-apps=gpu_uuid,pid,used_gpu_memory"
"""What is asked (``nvidia-smi --help-query-compute-apps``); a process that only draws is not in the list."""

_LINE = re.compile(r"(GPU-[\w-]{1,60}), *(\d{1,10}), *(?:(\d{1,9})(?: MiB)?|\[[^\]]*\])", re.IGNORECASE)
_UNREAD = Missing("nvidia-smi's list of processes could not be read")
_UNNAMED = Missing("nvidia-smi lists processes by identifiers of GPUs, and this one's is not known")
_MIB = 2**20


def with_processes(devices: Sequence[Gpu], answer: Reading[Answer], who: Asker) -> tuple[Gpu, ...]:
    """Give each GPU that answers the shares of its memory, or the reason why they are not known."""
    listed = answer if isinstance(answer, Missing) else _listed(answer)
    counts = Counter(gpu.uuid for gpu in devices if not isinstance(gpu.uuid, Missing))

    def processes(gpu: Gpu) -> Processes:
        if isinstance(listed, Missing):
            return Processes(listed, listed, listed)
        if isinstance(gpu.uuid, Missing) or counts[gpu.uuid] > 1:
            return Processes(_UNNAMED, _UNNAMED, _UNNAMED)
        return shares({pid: memory for uuid, pid, memory in listed if uuid == gpu.uuid}, who)

    return tuple(gpu if isinstance(gpu.name, Missing) else replace(gpu, processes=processes(gpu)) for gpu in devices)


def _listed(answer: Answer) -> Reading[tuple[tuple[str, int, Reading[int]], ...]]:
    if answer.code != 0:
        return meaning(answer.text + answer.complaint) or _UNREAD
    lines = [line.strip() for line in answer.text.splitlines() if line.strip()]
    found = [match for match in map(_LINE.fullmatch, lines) if match]
    if lines and not found:
        return _UNREAD
    return tuple(
        (uuid, int(pid), int(size) * _MIB if size else SILENT) for uuid, pid, size in (m.groups() for m in found)
    )
