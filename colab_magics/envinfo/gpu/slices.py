"""The instances into which MIG has split a GPU, from nvidia-smi's list and from its table."""

import re
from collections.abc import Mapping

from colab_magics.envinfo.gpu.device import MigSlice
from colab_magics.envinfo.gpu.gpus import UNTOLD
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.format import printable

_GPU = re.compile(r"GPU +(\d{1,4}):")
_SLICE = re.compile(r" +(MIG +\S{1,40}) +Device +(\d{1,4}): *(?:\(UUID: *(MIG-[\w/-]{1,80})\))?")
_MEMORY = re.compile(r"\| +(\d{1,4}) +\d+ +\d+ +(\d{1,4}) +\| +(\d{1,9}) ?MiB */ *(\d{1,9}) ?MiB ")
_UNTOLD = Missing("nvidia-smi tells no memory of this instance")
_MIB = 2**20


def read_slices(listed: str, table: str) -> Mapping[int, tuple[MigSlice, ...]]:
    """Read the instances of each GPU that is listed, by its index; one that has none has an empty tuple.

    ``listed`` is what ``nvidia-smi -L`` says and names them; ``table`` is what ``nvidia-smi`` alone says and gives
    their memory.
    """
    memory = {
        (int(gpu), int(device)): (int(used) * _MIB, int(total) * _MIB)
        for gpu, device, used, total in _MEMORY.findall(table)
    }
    found: dict[int, list[MigSlice]] = {}
    index = 0
    for line in listed.splitlines():
        if head := _GPU.match(line):
            index = int(head[1])
            found[index] = []
        elif part := _SLICE.match(line):
            used, total = _memory(memory, index, int(part[2]))
            name = " ".join(printable(part[1]).split())
            found.setdefault(index, []).append(MigSlice(name, total, used, uuid=part[3] or UNTOLD))
    return {index: tuple(slices) for index, slices in found.items()}


def _memory(
    memory: Mapping[tuple[int, int], tuple[int, int]], index: int, device: int
) -> tuple[Reading[int], Reading[int]]:
    return memory.get((index, device), (_UNTOLD, _UNTOLD))
