"""GPUs in the samples, with a compiled stub of the driver's library."""

from tests.envinfo.nvml_driver import play

MIB = 2**20
SAMPLE = """
from colab_magics.envinfo.monitor.gpus import GpuLoads
import threading
began = time.monotonic()
gpus = GpuLoads()
answer = {"first": len(gpus.read()), "made_in": time.monotonic() - began}
gpus.settle(10)
answer["loads"] = [plain(load) for load in gpus.read()]
began = time.monotonic()
gpus.close()
answer["closed_in"] = time.monotonic() - began
"""


def test_two_gpus() -> None:
    loads = play("two", SAMPLE)["loads"]
    good = {"memory_used": 3 * MIB, "memory_total": 16384 * MIB, "utilization": 0.42}
    assert loads == [{"name": "NVIDIA T4, <b>|", **good}] * 2


def test_a_gap_has_its_reason_and_the_other_gpu_is_there() -> None:
    first, second = play("lost", SAMPLE)["loads"]
    assert first["utilization"] == 0.42
    assert second["name"] == "GPU 1"
    assert set(second["missing"]) == {"memory_used", "memory_total", "utilization"}


def test_a_driver_that_hangs_or_crashes_holds_no_sample_up() -> None:
    for scenario in ("hang", "segfault", "driver"):
        answer = play(scenario, SAMPLE)
        assert answer["made_in"] < 1, scenario
        assert answer["loads"] == [], scenario
        assert answer["closed_in"] < 1, scenario


def test_closing_while_the_driver_is_being_opened_gives_it_back() -> None:
    source = """
from colab_magics.envinfo.monitor.gpus import GpuLoads
import pynvml, threading
gpus = GpuLoads()
gpus.close()
gpus.settle(10)
deadline = time.monotonic() + 5
while pynvml._nvmlLib_refcount and time.monotonic() < deadline:
    time.sleep(0.01)
answer = {"open": pynvml._nvmlLib_refcount, "loads": len(gpus.read())}
"""
    assert play("two", source) == {"open": 0, "loads": 0}


def test_one_line_for_a_terminal_names_them() -> None:
    source = "from colab_magics.envinfo.monitor import running\nanswer = {'line': running.glance()}"
    line = play("two", source)["line"]
    assert line.count("NVIDIA T4, <b>|: 3.0 MB of 16.0 GB, 42.00 % in use") == 2
