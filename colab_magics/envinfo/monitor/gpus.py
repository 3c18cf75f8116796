"""The load of each GPU."""

import threading

from colab_magics.envinfo.gpu.live import LiveGpus, open_gpus
from colab_magics.envinfo.monitor.sample import GpuSample
from colab_magics.envinfo.reading import Missing


class GpuLoads:
    """Opens the driver beside the first samples, for that may take seconds; until then there is no GPU."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gpus: LiveGpus | None = None
        self._is_closed = False
        self._opening = threading.Thread(target=self._open, name="colab_magics: opening the GPUs", daemon=True)
        self._opening.start()

    def settle(self, patience: float) -> None:
        """Wait until it is known whether there is a GPU, for ``patience`` seconds at most."""
        self._opening.join(patience)

    def read(self) -> tuple[GpuSample, ...]:
        """The load of each GPU as it is now; empty where there is none."""
        if self._gpus is None:
            return ()
        loads = zip(self._gpus.names, self._gpus.read(), strict=True)
        return tuple(GpuSample(name, load.memory_used, load.memory_total, load.utilization) for name, load in loads)

    def close(self) -> None:
        """Give the driver back."""
        with self._lock:
            self._is_closed = True
            if self._gpus is not None:
                self._gpus.close()

    def _open(self) -> None:
        opened = open_gpus()
        with self._lock:
            if isinstance(opened, Missing):
                return
            if self._is_closed:
                opened.close()
            else:
                self._gpus = opened
