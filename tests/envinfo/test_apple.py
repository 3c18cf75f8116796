"""Apple's GPUs: what is made of macOS's answers on any system, and the whole way on a Mac."""

import plistlib
import sys
from typing import Any

import pytest

from colab_magics.envinfo.gpu.apple import Mac, found, read_apple
from colab_magics.envinfo.gpu.device import Found, Gpu
from colab_magics.envinfo.reading import Missing

GB = 2**30
M2 = Mac("Apple M2 Pro", 32 * GB, is_apple=True)
INTEL = Mac("Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz", 16 * GB, is_apple=False)


def properties(**facts: Any) -> dict[str, bytes]:
    """The properties of an accelerator, as binary property lists."""
    names = {"cores": "gpu-core-count", "measured": "PerformanceStatistics"}
    return {names.get(name, name): plistlib.dumps(fact, fmt=plistlib.FMT_BINARY) for name, fact in facts.items()}


def only(facts: dict[str, bytes], mac: Mac = M2) -> Gpu:
    result = found((facts,), mac)
    assert isinstance(result, Found), result
    (gpu,) = result.devices
    return gpu


def reason(reading: object) -> str:
    assert isinstance(reading, Missing), reading
    return reading.reason


MEASURED = {
    "Device Utilization %": 37,
    "In use system memory": 3 * GB,
    "Renderer Utilization %": 36,
    "recoveryCount": 0,
}


def test_every_fact_of_a_gpu() -> None:
    gpu = only(properties(model="Apple M2 Pro", cores=19, measured=MEASURED))
    assert (gpu.index, gpu.vendor, gpu.name) == (0, "Apple", "Apple M2 Pro (19 GPU cores)")
    assert (gpu.memory_total, gpu.memory_used, gpu.is_memory_shared) == (32 * GB, 3 * GB, True)
    assert gpu.utilization == 0.37
    assert reason(gpu.temperature) == "macOS tells it to administrators only"


def test_what_every_mac_does_not_tell() -> None:
    result = found((properties(model="Apple M1"),), M2)
    assert isinstance(result, Found)
    assert reason(result.cuda) == "Apple's GPUs run Metal, not CUDA"
    assert "part of macOS" in reason(result.driver)


def test_a_gpu_that_tells_nothing() -> None:
    gpu = only({})
    assert (gpu.name, gpu.memory_total) == ("Apple M2 Pro", 32 * GB)
    assert reason(gpu.utilization) == 'this macOS does not tell "Device Utilization %"'
    assert reason(gpu.memory_used) == 'this macOS does not tell "In use system memory"'


@pytest.mark.parametrize("value", [-1, "37", 0.5, True, [], {"a": 1}])
def test_a_number_that_is_none(value: Any) -> None:
    gpu = only(properties(measured={"Device Utilization %": value, "In use system memory": value}, cores=value))
    assert isinstance(gpu.utilization, Missing)
    assert isinstance(gpu.memory_used, Missing)
    assert gpu.name == "Apple M2 Pro"


@pytest.mark.parametrize("data", [b"", b"bplist00", b"\x00" * 64, b"<plist", b"bplist00" + b"\xff" * 60])
def test_an_answer_that_is_no_property_list(data: bytes) -> None:
    gpu = only({"model": data, "gpu-core-count": data, "PerformanceStatistics": data})
    assert gpu.name == "Apple M2 Pro"
    assert isinstance(gpu.utilization, Missing)


def test_measurements_that_are_no_table() -> None:
    assert isinstance(only(properties(measured=[1, 2])).utilization, Missing)


def test_more_than_all_is_all() -> None:
    assert only(properties(measured={"Device Utilization %": 104})).utilization == 1


def test_a_mac_with_an_intel_chip() -> None:
    gpu = only(properties(model=b"AMD Radeon Pro 5300M\0", measured=MEASURED), INTEL)
    assert (gpu.name, gpu.vendor, gpu.is_memory_shared, gpu.utilization) == ("AMD Radeon Pro 5300M", "Mac", False, 0.37)
    assert reason(gpu.memory_total) == reason(gpu.memory_used) == "macOS tells the memory of Apple's own GPUs only"


def test_a_name_is_text() -> None:
    assert only(properties(model="\x1b[2J<b>Apple</b>")).name == "<b>Apple</b>"
    assert only(properties(model=b"\xff\xfe")).name == "\ufffd\ufffd"


def test_two_gpus_keep_their_order() -> None:
    result = found((properties(model="one"), properties(model="two")), M2)
    assert isinstance(result, Found)
    assert [(gpu.index, gpu.name) for gpu in result.devices] == [(0, "one"), (1, "two")]


def test_no_gpu_and_no_answer() -> None:
    assert reason(found((), M2)) == "macOS knows of no GPU: a virtual machine has none"
    refused = Missing("macOS did not tell its GPUs (IOKit error 0xe00002c2)")
    assert found(refused, M2) == refused


def test_what_the_chip_does_not_tell_is_told_as_such() -> None:
    silent = Missing("this Mac does not tell machdep.cpu.brand_string")
    assert only({}, Mac(silent, silent, is_apple=True)).name == silent


def test_another_system_is_not_asked() -> None:
    if sys.platform == "darwin":
        pytest.skip("this is a Mac")
    assert read_apple() == Missing("Apple's GPUs are in Macs only")
    assert "colab_magics.envinfo.gpu.iokit" not in sys.modules


def test_a_real_mac() -> None:
    if sys.platform != "darwin":
        pytest.skip("this is no Mac")
    result = read_apple()
    assert isinstance(result, Found | Missing)
    if isinstance(result, Found):
        assert all(isinstance(gpu.name, str) for gpu in result.devices)
