"""What can be known of a GPU, whichever source told it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from colab_magics.envinfo.gpu.gpus import UNTOLD
from colab_magics.envinfo.reading import PRIVATE, Reading


@dataclass(frozen=True, slots=True)
class MigSlice:
    """One MIG instance of a GPU, which is what a framework sees of it. Memory in bytes. ``uuid`` is never shown."""

    name: Reading[str]
    memory_total: Reading[int] = UNTOLD
    memory_used: Reading[int] = UNTOLD
    uuid: Reading[str] = field(default=UNTOLD, repr=False, metadata=PRIVATE)


class Processes(NamedTuple):
    """Who holds the GPU's memory, in bytes: this process, and all others as one sum and their number."""

    own_memory: Reading[int] = UNTOLD
    others: Reading[int] = UNTOLD
    others_memory: Reading[int] = UNTOLD


UNTOLD_PROCESSES = Processes()


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU.

    Memory in bytes; where ``is_memory_shared`` it is the machine's RAM. Utilization from 0 to 1, temperature in
    degrees Celsius, power in watts, clocks in MHz. ``mig`` is "enabled" or "disabled", ``slices`` are its instances.
    ``is_visible`` says whether CUDA_VISIBLE_DEVICES lets frameworks see it. ``uuid`` is never shown.
    """

    index: int
    name: Reading[str]
    vendor: str = "NVIDIA"
    memory_total: Reading[int] = UNTOLD
    memory_used: Reading[int] = UNTOLD
    is_memory_shared: bool = False
    utilization: Reading[float] = UNTOLD
    temperature: Reading[int] = UNTOLD
    power: Reading[float] = UNTOLD
    power_limit: Reading[float] = UNTOLD
    clock: Reading[int] = UNTOLD
    clock_limit: Reading[int] = UNTOLD
    mig: Reading[str] = UNTOLD
    slices: tuple[MigSlice, ...] = ()
    processes: Processes = UNTOLD_PROCESSES
    is_visible: Reading[bool] = UNTOLD
    uuid: Reading[str] = field(default=UNTOLD, repr=False, metadata=PRIVATE)


class Found(NamedTuple):
    """What one source answered: its GPUs (at least one), the driver's version and the newest CUDA it can run."""

    devices: tuple[Gpu, ...]
    driver: Reading[str] = UNTOLD
    cuda: Reading[str] = UNTOLD
