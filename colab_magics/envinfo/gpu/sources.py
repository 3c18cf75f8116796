"""Who is asked for the GPUs, and in which order."""

import re
from collections.abc import Mapping

from colab_magics.envinfo.gpu.device import Gpus
from colab_magics.envinfo.gpu.nvml import read_nvml
from colab_magics.envinfo.reading import Missing, Reading

SOURCES = ("auto", "nvml", "nvidia-smi", "gputil", "all")
"""What ``--gpu-source`` may be."""


def read_gpus(environ: Mapping[str, str], *, source: str = "auto") -> Gpus:
    """Ask the sources in order; what none of them tells is `Missing` with the reason. Raises nothing."""
    visible, found = _visible(environ), read_nvml()
    if isinstance(found, Missing):
        return Gpus(found, found, found, visible, refusals=(("nvml", found.reason),))
    return Gpus(found.devices, found.driver, found.cuda, visible, source="nvml")


def _visible(environ: Mapping[str, str]) -> Reading[str]:
    """Read CUDA_VISIBLE_DEVICES; the serial part of a GPU's identifier is left out."""
    devices = environ.get("CUDA_VISIBLE_DEVICES")
    if devices is None:
        return Missing("CUDA_VISIBLE_DEVICES is not set: every GPU is visible")
    return re.sub(r"\b(GPU|MIG)-[\w/-]+", r"\1-…", devices)
