"""The driver's library libcuda.so.1, without which no framework reaches an NVIDIA GPU."""

from colab_magics.envinfo.why.situation import Situation
from colab_magics.envinfo.why.verdict import Verdict


def stub(here: Situation) -> Verdict | None:
    """Say that the loader finds a stub before the driver's own library."""
    if not here.stubs:
        return None
    return Verdict(
        "",
        "stub-library",
        f"LD_LIBRARY_PATH leads to a stub of {here.stubs[0]}, made for building programs, not to the driver's.",
        "Take the folder that ends in /stubs out of LD_LIBRARY_PATH where the kernel is started, and restart it.",
    )


def no_libcuda(here: Situation) -> Verdict | None:
    """Say that the driver's library is missing although a GPU is here."""
    if here.has_libcuda or here.system != "Linux":
        return None
    sentence = "The GPU is here, but the driver's library for CUDA (libcuda.so.1) is not."
    if here.is_in_container:
        step = "Start the container with  --gpus all  and  -e NVIDIA_DRIVER_CAPABILITIES=compute,utility."
    else:
        step = "Install the part of the driver that brings it (Ubuntu: libnvidia-compute, Debian: libcuda1)."
    return Verdict("", "no-libcuda", sentence, step, certainty="likely")
