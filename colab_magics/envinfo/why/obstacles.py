"""What stands between the GPUs that are here and a framework, whichever framework it is."""

from collections.abc import Iterator

from colab_magics.card import Tone
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.driver_library import no_libcuda, stub
from colab_magics.envinfo.why.faults import cause_of, verdict_of
from colab_magics.envinfo.why.hiding import hiding
from colab_magics.envinfo.why.memory_held import memory_held
from colab_magics.envinfo.why.permission import permission
from colab_magics.envinfo.why.situation import Situation
from colab_magics.envinfo.why.verdict import Verdict


def obstacles(here: Situation) -> Iterator[Verdict]:
    """Yield what keeps frameworks from the GPUs that a source told of, in the order in which to clear it away."""
    if here.of_vendor("NVIDIA"):
        yield from filter(None, (stub(here), no_libcuda(here)))
        yield from _failed(here)
        yield from filter(None, (_memory_node(here), permission(here)))
    if here.of_vendor("AMD"):
        yield from filter(None, (_kfd(here), permission(here, ("kfd",))))
    yield from filter(None, (hiding(here), _mig(here)))
    yield from memory_held(here)


def _failed(here: Situation) -> Iterator[Verdict]:
    """Tell of GPUs that are listed and answer nothing."""
    for gpu in here.of_vendor("NVIDIA"):
        known = verdict_of(cause_of([gpu.name.reason])) if isinstance(gpu.name, Missing) else None
        if known is not None:
            sentence = f"GPU {gpu.index}: {known.sentence}"
            yield Verdict("", known.cause, sentence, known.next_step, tone=_tone(here))


def _tone(here: Situation) -> Tone:
    """A GPU that cannot be used keeps frameworks from nothing where they see another."""
    return "warn" if here.usable else "wrong"


def _memory_node(here: Situation) -> Verdict | None:
    """CUDA needs /dev/nvidia-uvm, which the setuid program nvidia-modprobe makes on a machine, but not in a container.

    https://docs.nvidia.com/cuda/cuda-installation-guide-linux/#device-node-verification
    """
    if here.system != "Linux" or here.is_wsl or not here.has_node("nvidia0") or here.has_node("nvidia-uvm"):
        return None
    if here.has_modprobe and not here.is_in_container:
        return None
    step = "Run  sudo modprobe nvidia-uvm  and  sudo nvidia-modprobe -u  (or restart the machine)."
    if here.is_in_container:
        step = "Run  sudo modprobe nvidia-uvm  on the host, and start the container again with  --gpus all."
    return Verdict(
        "",
        "no-uvm",
        "The device node /dev/nvidia-uvm is missing: nvidia-smi works without it, CUDA does not.",
        step,
    )


def _kfd(here: Situation) -> Verdict | None:
    if here.system != "Linux" or here.has_node("kfd") or here.is_wsl:
        return None
    step = "Start the container with  --device /dev/kfd --device /dev/dri."
    if not here.is_in_container:
        step = "Install ROCm for this GPU, if AMD supports it, and restart."
    return Verdict("", "no-node", "The device node /dev/kfd is missing, by which ROCm reaches an AMD GPU.", step)


def _mig(here: Situation) -> Verdict | None:
    """Frameworks see the instances of a GPU that MIG has split, never the GPU itself.

    https://docs.nvidia.com/datacenter/tesla/mig-user-guide/
    """
    devices = here.of_vendor("NVIDIA")
    empty = [gpu for gpu in devices if gpu.mig == "enabled" and not gpu.slices]
    if not empty:
        return None
    return Verdict(
        "",
        "mig-without-instance",
        f"MIG is on for GPU {empty[0].index} and no instance of it is here: frameworks see instances only.",
        "Have one made (sudo nvidia-smi mig -lgip  lists the sizes,  sudo nvidia-smi mig -cgi ID -C  makes one), or "
        f"turn MIG off:  sudo nvidia-smi -i {empty[0].index} -mig 0.",
        tone=_tone(here),
    )
