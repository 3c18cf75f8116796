"""What a driver's refusal means: the words of the sources, each to one cause."""

from collections.abc import Iterable

from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.verdict import Verdict

# The first that fits any refusal is meant: a driver that hangs tells more than one that another source does not find.
_PHRASES = (
    ("did not answer within", "driver-hangs"),
    ("still does not answer", "driver-hangs"),
    ("gave no answer in", "driver-hangs"),
    ("took too long", "driver-hangs"),
    ("crashed the process", "driver-crashes"),
    ("nvidia-smi crashed", "driver-crashes"),
    ("was updated since", "driver-mismatch"),
    ("fallen off the bus", "gpu-lost"),
    ("must be reset", "gpu-reset"),
    ("waits for a reset", "gpu-reset"),
    ("too little power", "gpu-power"),
    ("no interrupts from", "gpu-interrupts"),
    ("in wsl, update the", "wsl-driver"),
    ("blocked the question", "container-lost-gpu"),
    ("unknown error", "container-lost-gpu"),
    ("must be started with its gpus", "container-without-gpu"),
    ("may not ask", "not-permitted"),
    ("installed but not loaded", "module-not-loaded"),
    ("there and sees no gpu", "driver-sees-none"),
)

_RESTART = "Restart the machine. If it comes back, the GPU or its power supply may be failing: tell whoever owns it."
_KNOWN = {
    "driver-hangs": (
        "The NVIDIA driver hangs: it does not answer, and a framework that asks it would hang, too.",
        "Restart the machine; in a service such as Colab, disconnect and delete the runtime, then connect again.",
    ),
    "driver-crashes": (
        "NVIDIA's own library crashes when it is asked for GPUs, and would take a framework with it.",
        "Install the driver again and restart the machine; in WSL, update the NVIDIA driver of Windows.",
    ),
    "driver-mismatch": (
        "The NVIDIA driver was updated while the old one was running, so its parts no longer fit together.",
        "Restart the machine (inside a container: restart the container after its host).",
    ),
    "gpu-lost": ("The GPU has fallen off the bus: the driver lost contact with it.", _RESTART),
    "gpu-reset": ("The GPU has failed and waits for a reset.", _RESTART),
    "gpu-power": ("The GPU gets too little power.", "Have the power cables of the GPU checked, then restart."),
    "gpu-interrupts": ("The NVIDIA driver gets no interrupts from the GPU.", _RESTART),
    "wsl-driver": (
        "WSL cannot reach the NVIDIA driver of Windows.",
        "Update the NVIDIA driver in Windows, run  wsl --update  and  wsl --shutdown  there, and start WSL again.",
    ),
    "not-permitted": (
        "This user may not ask the NVIDIA driver.",
        "Ask whoever runs this machine for access to the GPU (often: membership of the group video or render).",
    ),
}


def fault_of(gpus: Gpus) -> str:
    """Name the cause that the sources' refusals give away; "" where they give none."""
    reasons = [reason for _, reason in gpus.refusals]
    if isinstance(gpus.devices, Missing):
        reasons.append(gpus.devices.reason)
    return cause_of(reasons)


def cause_of(reasons: Iterable[str]) -> str:
    """Name the cause behind some reasons; "" where none is known."""
    told = " / ".join(reasons).casefold()
    return next((cause for phrase, cause in _PHRASES if phrase in told), "")


def verdict_of(cause: str) -> Verdict | None:
    """Say a fault that needs no other sign to be told; None for the others."""
    if cause not in _KNOWN:
        return None
    sentence, step = _KNOWN[cause]
    return Verdict("", cause, sentence, step)
