"""The GPUs of this machine altogether; a machine without one needs no more than this."""

from typing import TYPE_CHECKING, NamedTuple

from colab_magics.envinfo.reading import Missing, Reading

if TYPE_CHECKING:
    from colab_magics.envinfo.gpu.device import Gpu

UNTOLD = Missing("the source that was asked does not tell")


class Gpus(NamedTuple):
    """All GPUs, from the first source that saw any.

    ``visible`` is CUDA_VISIBLE_DEVICES, or for AMD the variable that ``hidden_by`` names, without serial numbers, and
    ``visible_count`` how many GPUs it leaves to frameworks. ``source`` names who answered, ``refusals`` are the other
    sources that were asked with their reasons, ``disagreements`` are sentences, found when all are asked.
    """

    devices: "Reading[tuple[Gpu, ...]]"
    driver: Reading[str]
    cuda: Reading[str]
    visible: Reading[str]
    source: Reading[str] = UNTOLD
    refusals: tuple[tuple[str, str], ...] = ()
    disagreements: tuple[str, ...] = ()
    hidden_by: str = "CUDA_VISIBLE_DEVICES"
    visible_count: Reading[int] = UNTOLD
