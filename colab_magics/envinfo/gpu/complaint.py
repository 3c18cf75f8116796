"""What a driver's words mean for the person: for a whole answer, and for one field of it."""

import re

from colab_magics.envinfo.reading import Missing
from colab_magics.format import printable

SILENT = Missing("this GPU does not tell")
"""What ``[N/A]`` means."""

# What stands in place of a value, without its brackets. The words are nvidia-smi's own, from its documentation
# (https://docs.nvidia.com/deploy/nvidia-smi/index.html) and from nvmlErrorString.
_MARKS = {
    "": Missing("nvidia-smi left it empty"),
    "n/a": SILENT,
    "not supported": SILENT,
    "not available": SILENT,
    "unknown error": Missing("the NVIDIA driver gave an unknown error"),
    "gpu requires reset": Missing("the GPU must be reset: restart the machine"),
    "gpu is lost": Missing("the GPU has fallen off the bus: restart the machine"),
    "insufficient permissions": Missing("this user may not ask the NVIDIA driver"),
    "no permission": Missing("this user may not ask the NVIDIA driver"),
    "requested functionality has been deprecated": Missing("this driver no longer tells"),
    "function not found": Missing("this driver is too old to tell"),
    "timeout": Missing("the NVIDIA driver took too long"),
    "err!": Missing("the GPU answered with an error: if it stays so, restart the machine"),
    "error": Missing("the GPU answered with an error: if it stays so, restart the machine"),
}

# What nvidia-smi says instead of an answer; the first that fits is meant.
_SENTENCES = {
    "couldn't communicate with the nvidia driver": "the NVIDIA driver is installed but not loaded",
    "driver not loaded": "the NVIDIA driver is installed but not loaded",
    "driver/library version mismatch": "the NVIDIA driver was updated since the machine started: restart it",
    "couldn't find libnvidia-ml": "nvidia-smi is here and the NVIDIA driver is not (libnvidia-ml is missing)",
    "libnvidia-ml.so": "nvidia-smi is here and the NVIDIA driver is not (libnvidia-ml is missing)",
    "gpu access blocked by the operating system": (
        "the operating system keeps the GPU from this machine: in WSL, update the NVIDIA driver of Windows"
    ),
    "failed to initialize nvml: n/a": (
        "the NVIDIA driver does not answer: in WSL, update the NVIDIA driver of Windows and run wsl --shutdown"
    ),
    "gpu is lost": "the GPU has fallen off the bus: restart the machine",
    "gpu requires reset": "the GPU must be reset: restart the machine",
    "insufficient permissions": "this user may not ask the NVIDIA driver",
    "no permission": "this user may not ask the NVIDIA driver",
    "unable to determine the device handle": (
        "the GPU does not answer the driver, as one that has fallen off the bus: restart the machine"
    ),
    "unknown error": "the NVIDIA driver gave an unknown error: a container may have lost its GPU, restart it",
    # Last, for it also follows the words about a GPU that is lost.
    "no devices were found": "the NVIDIA driver is there and sees no GPU",
    "no devices found": "the NVIDIA driver is there and sees no GPU",
}

_IDENTIFIER = re.compile(r"\b(GPU|MIG)-[\da-f]{4,}[\da-f/-]*", re.IGNORECASE)
_FOLDER = re.compile(r"(?:\b[A-Za-z]:|~)?[/\\](?:[^/\\:\s'\"]+[/\\])+")


def redacted(said: str) -> str:
    """Take out secrets and the names of user and host."""
    from colab_magics.redaction import Redactor

    return Redactor(people=True)(said)


def mark(cell: str) -> Missing | None:
    """Say why a field has no value; None where the cell is none of the marks that stand for that."""
    return _MARKS.get(cell.strip().removeprefix("[").removesuffix("]").strip().casefold())


def meaning(said: str) -> Missing | None:
    """Say what nvidia-smi's words mean; None where they are not known."""
    words = " ".join(said.casefold().replace("\u2019", "'").split())
    return next((Missing(sentence) for phrase, sentence in _SENTENCES.items() if phrase in words), None)


def quote(said: str) -> str:
    """Give the first line that says something, in at most 160 characters.

    It is without secrets, names of user and host, serial numbers and folders.
    """
    lines = (line.strip() for line in printable(said).splitlines())
    first = next((line for line in lines if line), "")
    # In this order: what is left of a home without its folder, or of a token that is cut, is no longer known as one.
    short = _FOLDER.sub("…/", _IDENTIFIER.sub(r"\1-…", redacted(first)))
    return short if len(short) <= 160 else short[:159] + "…"
