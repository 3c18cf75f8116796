"""Whose memory it is: numbers of processes mean different things inside and outside a container."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from colab_magics.envinfo.gpu.device import Processes
from colab_magics.envinfo.gpu.holders import Asker, asker, read_processes
from colab_magics.envinfo.reading import Missing
from colab_magics.machine.nvml_library import Library

FREE = Asker(50, is_in_container=False, is_using_cuda=True)
IDLE = Asker(50, is_in_container=True, is_using_cuda=False)
BUSY = Asker(50, is_in_container=True, is_using_cuda=True)
UNSURE = Asker(50, is_in_container=True, is_using_cuda=Missing("its files cannot be read"))


def listing(*processes: tuple[int, int | None]) -> Library:
    def compute(handle: object) -> list[Any]:
        return [SimpleNamespace(pid=pid, usedGpuMemory=memory) for pid, memory in processes]

    module = SimpleNamespace(NVMLError=KeyError, nvmlDeviceGetComputeRunningProcesses_v3=compute)
    module.nvmlDeviceGetGraphicsRunningProcesses_v3 = compute  # who computes and draws holds its memory once
    return Library(module)


@pytest.mark.parametrize("who", [FREE, BUSY])
def test_a_number_that_is_ours(who: Asker) -> None:
    assert read_processes(listing((50, 300), (7, 100), (8, 20)), 0, who) == Processes(300, 2, 120)


@pytest.mark.parametrize("who", [FREE, IDLE])
def test_none_is_ours(who: Asker) -> None:
    assert read_processes(listing((7, 100), (8, 20)), 0, who) == Processes(0, 2, 120)


def test_a_number_that_only_looks_like_ours() -> None:
    assert read_processes(listing((50, 300), (7, 100)), 0, IDLE) == Processes(0, 2, 400)


@pytest.mark.parametrize(
    ("library", "who"),
    [(listing((7, 100), (8, 20)), BUSY), (listing((50, 100), (8, 20)), UNSURE)],
)
def test_numbers_of_the_host_tell_us_from_nobody(library: Library, who: Asker) -> None:
    told = read_processes(library, 0, who)
    for reading in (told.own_memory, told.others, told.others_memory):
        assert isinstance(reading, Missing)
        assert "cannot be told from the 2 on the GPU" in reading.reason


def test_nobody_at_all() -> None:
    for who in (FREE, IDLE, UNSURE):
        assert read_processes(listing(), 0, who) == Processes(0, 0, 0)


def test_a_container_whose_processes_are_not_listed() -> None:
    for reading in read_processes(listing(), 0, BUSY):
        assert isinstance(reading, Missing)
        assert "this one uses CUDA" in reading.reason


def test_memory_that_is_not_told() -> None:
    told = read_processes(listing((50, None), (7, 100)), 0, FREE)
    assert isinstance(told.own_memory, Missing)
    assert (told.others, told.others_memory) == (1, 100)


def make_process(root: Path, namespace: int, *files: str) -> None:
    process = root / "proc/50"
    (process / "ns").mkdir(parents=True)
    (process / "fd").mkdir()
    (process / "ns/pid").symlink_to(f"pid:[{namespace}]")
    for number, file in enumerate(files):
        (process / "fd" / str(number)).symlink_to(file)


def test_who_asks(tmp_path: Path) -> None:
    make_process(tmp_path, 4026531836, "/dev/null", "/dev/nvidia0")
    assert asker(50, tmp_path) == Asker(50, is_in_container=False, is_using_cuda=False)


def test_who_asks_from_a_container_and_uses_cuda(tmp_path: Path) -> None:
    make_process(tmp_path, 4026532000, "socket:[7]", "/dev/nvidia-uvm")
    assert asker(50, tmp_path) == Asker(50, is_in_container=True, is_using_cuda=True)


def test_this_process_uses_no_cuda() -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("this system shows no open files")
    assert asker(os.getpid()).is_using_cuda is False


def test_a_system_that_does_not_tell(tmp_path: Path) -> None:
    who = asker(50, tmp_path)
    assert not who.is_in_container
    assert isinstance(who.is_using_cuda, Missing)
