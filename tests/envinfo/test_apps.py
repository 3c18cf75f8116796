"""The processes that nvidia-smi lists."""

import pytest

from colab_magics.envinfo.gpu.apps import with_processes
from colab_magics.envinfo.gpu.device import Gpu, Processes
from colab_magics.envinfo.gpu.holders import SILENT, Asker
from colab_magics.envinfo.gpu.program import Answer
from colab_magics.envinfo.reading import Missing

WHO = Asker(50, is_in_container=False, is_using_cuda=True)
MIB = 2**20
LINES = "GPU-1, 50, 300\nGPU-1, 7, 100\nGPU-2, 8, [N/A]\n"


def gpu(index: int, uuid: str | Missing) -> Gpu:
    return Gpu(index, "NVIDIA L4", uuid=uuid)


def told(answer: Answer | Missing, *devices: Gpu) -> list[Processes]:
    return [device.processes for device in with_processes(devices, answer, WHO)]


def test_ours_and_the_others_of_each_gpu() -> None:
    answer = Answer(LINES, "", 0)
    assert told(answer, gpu(0, "GPU-1"), gpu(1, "GPU-2"), gpu(2, "GPU-3")) == [
        Processes(300 * MIB, 1, 100 * MIB),
        Processes(0, 1, SILENT),
        Processes(0, 0, 0),
    ]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Missing("there was no time left to ask nvidia-smi again"), "no time left"),
        (Answer('Field "gpu_uuid" is not a valid field to query.\n', "", 2), "could not be read"),
        (Answer("Failed to initialize NVML: Insufficient Permissions\n", "", 4), "this user may not ask"),
        (Answer("all is well\n", "", 0), "could not be read"),
        (Answer("GPU-1, 50", "", Missing("it did not end in time")), "could not be read"),
    ],
)
def test_a_list_that_cannot_be_read(answer: Answer | Missing, words: str) -> None:
    (processes,) = told(answer, gpu(0, "GPU-1"))
    for reading in processes:
        assert isinstance(reading, Missing)
        assert words in reading.reason


def test_gpus_that_cannot_be_told_apart() -> None:
    for processes in told(Answer(LINES, "", 0), gpu(0, "GPU-1"), gpu(1, "GPU-1"), gpu(2, Missing("it is old"))):
        assert isinstance(processes.others, Missing)


def test_a_lost_gpu_keeps_its_reason() -> None:
    lost = Missing("the GPU has fallen off the bus: restart the machine")
    (processes,) = told(Answer("", "", 0), Gpu(0, lost, processes=Processes(lost, lost, lost)))
    assert processes == Processes(lost, lost, lost)
