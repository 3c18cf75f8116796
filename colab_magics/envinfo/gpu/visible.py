"""What frameworks are allowed to see: CUDA_VISIBLE_DEVICES and its like, beside the GPUs that are there.

A list is read as CUDA reads it: it ends at its first invalid entry, and a GPU that stands in it twice makes it empty.
https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables, and the parser of PyTorch, which
follows CUDA: ``_parse_visible_devices`` in https://github.com/pytorch/pytorch/blob/main/torch/cuda/__init__.py
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from colab_magics.envinfo.gpu.device import Gpu
from colab_magics.envinfo.gpu.signs import CUDA, shown
from colab_magics.envinfo.reading import Missing, Reading

# ROCR hides from all, HIP chooses among the rest, and takes CUDA's variable where its own is not set.
# https://rocm.docs.amd.com/en/latest/conceptual/gpu-isolation.html
_ROCR, _HIP = "ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"

_OTHER_ORDER = Missing("CUDA may count these GPUs otherwise than the driver: CUDA_DEVICE_ORDER is not PCI_BUS_ID")
_NO_UUID = Missing("it names GPUs by identifiers, which this source does not tell")


@dataclass(frozen=True, slots=True)
class Visibility:
    """The variable that chooses GPUs, its text without serial numbers, and how many GPUs are left visible."""

    variable: str
    text: Reading[str]
    count: Reading[int]


def see(devices: Sequence[Gpu], environ: Mapping[str, str]) -> tuple[tuple[Gpu, ...], Visibility]:
    """Mark each GPU as visible or not, and say which variable decided."""
    names = _variables(devices, environ)
    left: Reading[Sequence[int]] = range(len(devices))
    variable, text = names[0], shown(environ, names[0])
    for name in names:
        if isinstance(left, Missing) or name not in environ:
            continue
        chosen = _chosen(environ[name], [devices[index] for index in left])
        if isinstance(text, Missing) or isinstance(chosen, Missing) or len(chosen) < len(left):
            variable, text = name, shown(environ, name)
        left = chosen if isinstance(chosen, Missing) else [left[place] for place in chosen]
    if isinstance(left, Missing):
        return tuple(replace(gpu, is_visible=left) for gpu in devices), Visibility(variable, text, left)
    if 0 < len(left) < len(devices) and _may_count_otherwise(devices, environ, variable):
        return tuple(replace(gpu, is_visible=_OTHER_ORDER) for gpu in devices), Visibility(variable, text, len(left))
    marked = tuple(replace(gpu, is_visible=place in left) for place, gpu in enumerate(devices))
    return marked, Visibility(variable, text, len(left))


def _variables(devices: Sequence[Gpu], environ: Mapping[str, str]) -> tuple[str, ...]:
    if any(gpu.vendor == "AMD" for gpu in devices):
        return _ROCR, (_HIP if _HIP in environ or CUDA not in environ else CUDA)
    return (CUDA,)


def _chosen(value: str, devices: Sequence[Gpu]) -> Reading[Sequence[int]]:
    """Find the places that a variable names among ``devices``, in the order of the variable."""
    entries = [entry.strip() for entry in value.split(",")]
    by_identifier = entries[0].startswith(("GPU-", "MIG-"))
    places: list[int] = []
    for entry in entries:
        place = _identified(entry, devices) if by_identifier else _ordinal(entry)
        if isinstance(place, Missing):
            return place
        if not 0 <= place < len(devices):
            break
        if place in places:
            # Two instances of one GPU are two entries; the same GPU twice is an error of the whole list.
            if entry.startswith("MIG-") and entries.count(entry) == 1:
                continue
            return ()
        places.append(place)
    return places


def _ordinal(entry: str) -> int:
    """Read a number as C's strtoul does, which heeds only its first digits; -1 where there are none."""
    digits = re.match(r"[+-]?\d{1,9}", entry, re.ASCII)
    return int(digits[0]) if digits else -1


def _identified(entry: str, devices: Sequence[Gpu]) -> Reading[int]:
    """Find the one GPU whose identifier, or that of one of its MIG instances, begins so; -1 where there is no one."""
    if not entry.startswith(("GPU-", "MIG-")):
        return -1
    wanted = entry.removeprefix("MIG-").partition("/")[0] if entry.startswith("MIG-GPU-") else entry
    known = [_identifiers(gpu, of_slices=wanted.startswith("MIG-")) for gpu in devices]
    places = [place for place, own in enumerate(known) if any(uuid.startswith(wanted) for uuid in own)]
    if len(places) == 1:
        return places[0]
    return -1 if places or all(_tells_identifiers(gpu) for gpu in devices) else _NO_UUID


def _identifiers(gpu: Gpu, *, of_slices: bool) -> list[str]:
    readings = [part.uuid for part in gpu.slices] if of_slices else [gpu.uuid]
    return [reading for reading in readings if not isinstance(reading, Missing)]


def _tells_identifiers(gpu: Gpu) -> bool:
    return not any(isinstance(reading, Missing) for reading in (gpu.uuid, *(part.uuid for part in gpu.slices)))


def _may_count_otherwise(devices: Sequence[Gpu], environ: Mapping[str, str], variable: str) -> bool:
    """Whether a number may mean another GPU: unless told otherwise, CUDA counts the fastest first."""
    by_number = variable == CUDA and not environ.get(CUDA, "").lstrip().startswith(("GPU-", "MIG-"))
    names = {gpu.name for gpu in devices if not isinstance(gpu.name, Missing)}
    return by_number and len(names) > 1 and environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID"
