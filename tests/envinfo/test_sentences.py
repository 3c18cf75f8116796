"""The GPUs in words."""

from colab_magics.envinfo.gpu import sentences
from colab_magics.envinfo.gpu.device import Gpu
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.report import Report

ONE = Gpu(0, "NVIDIA T4", memory_total=2**34, memory_used=2**30, utilization=0.42, temperature=61, power=70.5)


def test_the_row_of_a_gpu() -> None:
    assert sentences.cells(ONE) == ("0", "NVIDIA T4", "1.0 GB of 16.0 GB", "42 %", "61 °C", "70 W")


def test_gaps_are_told_together_when_the_reason_is_one(limited: Report) -> None:
    devices = limited.gpus.devices
    assert not isinstance(devices, Missing)
    assert sentences.gaps(devices[0]) == ("GPU 0 (utilization, power): this GPU does not tell.",)
    assert sentences.gaps(devices[1]) == (
        "GPU 1 (name, memory, utilization, temperature, power): the GPU has fallen off the bus: restart the machine.",
    )
