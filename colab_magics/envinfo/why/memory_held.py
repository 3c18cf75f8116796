"""Who holds nearly all memory of a GPU, so that a framework that sees it can do nothing with it."""

from collections.abc import Iterator

from colab_magics.envinfo.gpu.device import Gpu
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.situation import Situation
from colab_magics.envinfo.why.verdict import Verdict
from colab_magics.format import plural, size

_FULL = 0.9
"""The part of the memory from which on a framework that wants its usual share is refused."""

# TensorFlow takes all memory at once, JAX three quarters; PyTorch takes what it uses.
# https://www.tensorflow.org/guide/gpu#limiting_gpu_memory_growth, https://docs.jax.dev/en/latest/gpu_memory_allocation.html
_SPARING = {
    "TensorFlow": ("TF_FORCE_GPU_ALLOW_GROWTH", "true"),
    "JAX": ("XLA_PYTHON_CLIENT_PREALLOCATE", "false"),
}


def memory_held(here: Situation) -> Iterator[Verdict]:
    """Yield a verdict for each visible GPU whose memory is nearly all in use."""
    for gpu in here.devices:
        if gpu.is_visible is False or gpu.is_memory_shared:
            continue
        if isinstance(gpu.memory_total, Missing) or isinstance(gpu.memory_used, Missing) or gpu.memory_total <= 0:
            continue
        if gpu.memory_used >= _FULL * gpu.memory_total:
            yield _held(here, gpu, gpu.memory_used, gpu.memory_total)


def _held(here: Situation, gpu: Gpu, used: int, total: int) -> Verdict:
    begin = f"GPU {gpu.index} is full: {size(used)} of {size(total)} are in use"
    own, others, count = gpu.processes.own_memory, gpu.processes.others_memory, gpu.processes.others
    takers = [name for name in _SPARING if name in here.loaded]
    if not isinstance(own, Missing) and own >= used / 2:
        who = " and ".join(takers) or "a framework"
        sentence = f"{begin}, {size(own)} of it by this kernel ({who})."
        return _verdict("memory-held-here", sentence, _restart(takers))
    if isinstance(others, Missing) or isinstance(count, Missing) or not count:
        return _verdict("memory-held", f"{begin}; by whom, the driver does not tell.", _FREE)
    sentence = f"{begin}, {size(others)} of it by {plural(count, 'other process', 'other processes')}."
    return _verdict("memory-held", sentence, _FREE)


_FREE = (
    "Shut down other notebooks that use the GPU (Running > Shut Down All), or use another GPU;  nvidia-smi  lists who "
    "holds it."
)


def _restart(takers: list[str]) -> str:
    lines = [f"%env {_SPARING[name][0]}={_SPARING[name][1]}" for name in takers or _SPARING]
    settings = "  and  ".join(lines)
    return f"Restart the kernel, and run  {settings}  before a framework is imported: it then takes what it uses."


def _verdict(cause: str, sentence: str, step: str) -> Verdict:
    return Verdict("", cause, sentence, step, tone="warn")
