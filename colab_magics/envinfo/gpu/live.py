"""NVIDIA GPUs read again and again, for a monitor and for the peak of a cell."""

import os
import threading
import weakref
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.nvml_load import Load, handles, read_load

_CLOSED = Missing("the GPUs are no longer watched")
_FORKED = Missing("this process was forked since the GPUs were opened: open them again")
_STUCK = Missing("the NVIDIA driver no longer answers")
_ANOTHER_DRIVER = Missing("this process can no longer ask the NVIDIA driver itself: restart the kernel")


class LiveGpus:
    """GPUs that are kept open, so that a reading takes less than a millisecond.

    ``names`` has one for each GPU, also for a lost one, in the order of the readings. A thread of its own asks the
    driver: one that hangs costs the reader ``patience`` seconds once, and from then on each field says so.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        look: Callable[[], tuple[Load, ...]],
        leave: Callable[[], object],
        *,
        patience: float,
        on_hang: Callable[[], object],
    ) -> None:
        self.names = names
        self._patience, self._on_hang = patience, on_hang
        self._pid, self._lock = os.getpid(), threading.Lock()
        self._is_waiting = self._is_closed = False
        self._requests: SimpleQueue[bool] = SimpleQueue()
        self._loads: SimpleQueue[tuple[Load, ...]] = SimpleQueue()
        work = (self._requests, self._loads, look, leave, len(names))
        self._thread = threading.Thread(target=_serve, args=work, name="colab_magics GPUs", daemon=True)
        self._thread.start()
        self._finish = weakref.finalize(self, self._requests.put, False)

    def read(self) -> tuple[Load, ...]:
        """Read each GPU; what cannot be told is `Missing` with the reason. Raises nothing."""
        if self._pid != os.getpid():
            return self._nothing(_FORKED)
        with self._lock:
            if self._is_closed:
                return self._nothing(_CLOSED)
            if self._is_waiting:
                try:
                    self._loads.get_nowait()  # the answer to the question that hung is old
                except Empty:
                    return self._nothing(_STUCK)
                self._is_waiting = False
            self._requests.put(True)
            try:
                return self._loads.get(timeout=self._patience)
            except Empty:
                self._is_waiting = True
                self._on_hang()
                return self._nothing(_STUCK)

    def close(self) -> None:
        """Give NVML back; waits for it a moment, and not for one that hangs. A second time does nothing."""
        if self._pid != os.getpid():
            return
        with self._lock:
            self._is_closed = True
        self._finish()
        if not self._is_waiting:
            self._thread.join(self._patience)

    def _nothing(self, reason: Missing) -> tuple[Load, ...]:
        return (Load(reason, reason, reason),) * len(self.names)


def open_gpus() -> Reading[LiveGpus]:
    """Open the NVIDIA GPUs for many readings, or say why there are none.

    The driver must have answered once through the guard, which asks it now if nobody has yet; this takes its two
    seconds at most, and as long again for the opening. Close what you got.
    """
    from colab_magics.envinfo.gpu.signs import driver_sign

    sign = driver_sign(os.environ)
    if isinstance(sign, Missing):
        return sign
    from colab_magics.envinfo.gpu.guard import PATIENCE, Question, guard

    keeper = guard()
    if not keeper.is_well:
        answer = keeper.ask()
        if isinstance(answer, Missing):
            return answer
        if not keeper.is_well:
            return _ANOTHER_DRIVER
    keeper.note_loading()
    opened = Question(_open).answer(PATIENCE)
    if opened is None:
        return keeper.distrust(f"the NVIDIA driver did not open within {PATIENCE:g} s")
    if isinstance(opened, Missing):
        return opened

    def distrust() -> None:
        keeper.distrust(f"the NVIDIA driver did not answer within {PATIENCE:g} s")

    names, look, leave = opened
    try:
        return LiveGpus(names, look, leave, patience=PATIENCE, on_hang=distrust)
    except RuntimeError as error:
        leave()
        return Missing(f"this process could start no thread to watch the GPUs ({error})")


def _open() -> Reading[tuple[tuple[str, ...], Callable[[], tuple[Load, ...]], Callable[[], object]]]:
    from colab_magics.machine.nvml_library import opened

    nvml = opened()
    if isinstance(nvml, Missing):
        return nvml
    devices = handles(nvml)
    if isinstance(devices, Missing):
        nvml.ask("nvmlShutdown")
        return devices

    def name(index: int, handle: Reading[Any]) -> str:
        told = handle if isinstance(handle, Missing) else nvml.ask("nvmlDeviceGetName", handle)
        return f"GPU {index}" if isinstance(told, Missing) else str(told)

    def look() -> tuple[Load, ...]:
        return tuple(read_load(nvml, handle) for handle in devices)

    def leave() -> object:
        return nvml.ask("nvmlShutdown")

    return tuple(name(index, handle) for index, handle in enumerate(devices)), look, leave


def _serve(
    requests: SimpleQueue[bool],
    loads: SimpleQueue[tuple[Load, ...]],
    look: Callable[[], tuple[Load, ...]],
    leave: Callable[[], object],
    count: int,
) -> None:
    """Answer each request, until one says that it is the last."""
    while requests.get():
        try:
            loads.put(look())
        except Exception as error:  # noqa: BLE001  a reading is a value or a reason, whatever was raised
            reason = Missing(f"asking failed ({type(error).__name__}: {error})")
            loads.put((Load(reason, reason, reason),) * count)
    leave()
