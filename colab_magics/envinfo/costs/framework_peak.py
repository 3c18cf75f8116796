"""The peak of GPU memory as the frameworks count it themselves; none is imported or started for it."""

import sys
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from colab_magics.envinfo.costs.mark import MarkedPeak
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.format import size


@dataclass(frozen=True, slots=True)
class FrameworkPeak:
    """The most bytes that the framework ``name`` had given to tensors at any one time, on the GPU that had most."""

    name: str
    memory: Reading[int]


class FrameworkMark(MarkedPeak):
    """A framework's own high-water mark, the largest of all its GPUs."""

    name: str

    @classmethod
    @abstractmethod
    def is_running(cls) -> bool:
        """Has the person's code started it on GPUs? Asking must not."""

    @classmethod
    @abstractmethod
    def ask(cls) -> int:
        """Tell the mark in bytes. May raise whatever the framework raises."""

    def read(self) -> Reading[int]:
        return self.peak()

    @classmethod
    def peak(cls) -> Reading[int]:
        """Tell the mark in bytes, or why not."""
        peak: Reading[int] = _answer(cls.name, cls.ask)
        return peak


class TorchMark(FrameworkMark):
    """See https://docs.pytorch.org/docs/stable/generated/torch.cuda.memory.max_memory_allocated.html."""

    name = "PyTorch"

    @classmethod
    def is_running(cls) -> bool:
        cuda = getattr(sys.modules.get("torch"), "cuda", None)
        return cuda is not None and _answer(cls.name, lambda: cuda.is_initialized()) is True  # noqa: PLW0108 (it may be missing)

    @classmethod
    def ask(cls) -> int:
        cuda = sys.modules["torch"].cuda
        return max((int(cuda.max_memory_allocated(gpu)) for gpu in range(cuda.device_count())), default=0)

    def begin_anew(self) -> None:
        cuda = sys.modules["torch"].cuda
        for gpu in range(cuda.device_count()):
            cuda.reset_peak_memory_stats(gpu)


class TensorFlowMark(FrameworkMark):
    """See https://www.tensorflow.org/api_docs/python/tf/config/experimental/get_memory_info."""

    name = "TensorFlow"

    @classmethod
    def is_running(cls) -> bool:
        # Asking TensorFlow itself would start it, and that takes the GPU's memory.
        context = getattr(sys.modules.get("tensorflow.python.eager.context"), "_context", None)
        is_started = getattr(context, "_initialized", False) is True and "tensorflow" in sys.modules
        return is_started and isinstance(_answer(cls.name, lambda: cls._gpus()[0]), str)

    @classmethod
    def ask(cls) -> int:
        memory = sys.modules["tensorflow"].config.experimental
        return max(int(memory.get_memory_info(gpu)["peak"]) for gpu in cls._gpus())

    def begin_anew(self) -> None:
        memory = sys.modules["tensorflow"].config.experimental
        for gpu in self._gpus():
            memory.reset_memory_stats(gpu)

    @staticmethod
    def _gpus() -> list[str]:
        devices = sys.modules["tensorflow"].config.list_logical_devices("GPU")
        return [f"GPU:{index}" for index in range(len(devices))]


MARKS: tuple[type[FrameworkMark], ...] = (TorchMark, TensorFlowMark)


class FrameworkWatch:
    """Watches one framework from its making until `end`.

    With ``may_reset`` its mark is begun anew, which the person's own readings of it will see. Without, the peak is
    known when the framework was started or raised its mark meanwhile.
    """

    def __init__(self, mark: type[FrameworkMark], *, may_reset: bool) -> None:
        self._kind, self._mark = mark, None
        self._before: Reading[int] = mark.peak() if mark.is_running() else 0
        if may_reset and mark.is_running():
            with suppress(Exception):  # it is then read as without the right to
                self._mark = mark()

    def end(self) -> FrameworkPeak | None:
        """Stop, and tell the peak; None where the framework was not in use."""
        if self._mark is not None:
            return FrameworkPeak(self._kind.name, self._mark.end())
        if not self._kind.is_running():
            return None
        peak = self._kind.peak()
        if not isinstance(peak, Missing) and not isinstance(self._before, Missing) and peak <= self._before:
            peak = Missing(f"it stayed below the {size(peak)} that {self._kind.name} had reached before")
        return FrameworkPeak(self._kind.name, peak)


def watch_frameworks(*, may_reset: bool) -> tuple[FrameworkWatch, ...]:
    """Watch every framework; which of them are in use shows at the end."""
    return tuple(FrameworkWatch(mark, may_reset=may_reset) for mark in MARKS)


def _answer(name: str, ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception as error:  # noqa: BLE001  a framework whose GPU is lost may raise anything
        return Missing(f"{name} does not tell ({type(error).__name__})")
