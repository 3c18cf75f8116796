"""The GPU probe against the real nvidia-ml-py and a stub of the driver's library, each in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from colab_magics.envinfo.gpu.sources import read_gpus
from colab_magics.envinfo.reading import Missing

_ASK = """
import json, os, sys
from colab_magics.envinfo.gpu.sources import read_gpus
from colab_magics.envinfo.reading import plain
print(json.dumps({**plain(read_gpus(os.environ)), "imported": "pynvml" in sys.modules}))
"""


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a libnvidia-ml.so.1 that plays scenarios."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("a C compiler on Linux is needed to build the stub of NVIDIA's library")
    folder = tmp_path_factory.mktemp("driver")
    source = Path(__file__).with_name("nvml_stub.c")
    library = folder / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    return folder


def ask(folder: Path, scenario: str, **environ: str) -> dict[str, Any]:
    environ = {**os.environ, "LD_LIBRARY_PATH": str(folder), "NVML_STUB": scenario, **environ}
    done = subprocess.run([sys.executable, "-c", _ASK], env=environ, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_every_fact_of_a_gpu(driver: Path) -> None:
    answer = ask(driver, "ok")
    assert answer["driver"] == "590.48.01"
    assert answer["cuda"] == "13.1"
    assert answer["devices"] == [
        {
            "index": 0,
            "name": "NVIDIA T4, <b>|",
            "memory_total": 16384 * 2**20,
            "memory_used": 3 * 2**20,
            "utilization": 0.42,
            "temperature": 61,
            "power": 70.5,
        }
    ]


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        ("driver", "installed but not loaded"),
        ("mismatch", "was updated since the machine started"),
        ("unknown", "a container may have lost its GPU"),
        ("denied", "this user may not ask"),
        ("none", "the NVIDIA driver is there and sees no GPU"),
    ],
)
def test_why_there_is_no_gpu(driver: Path, scenario: str, reason: str) -> None:
    answer = ask(driver, scenario)
    assert answer["devices"] is None
    assert reason in answer["missing"]["devices"]


@pytest.mark.parametrize(
    ("scenario", "missing"),
    [
        ("mig", {"utilization": "this GPU does not tell", "power": "this user may not ask the NVIDIA driver"}),
        ("shared", dict.fromkeys(("memory_total", "memory_used"), "this GPU does not tell")),
    ],
)
def test_a_gap_takes_no_other_fact_along(driver: Path, scenario: str, missing: dict[str, str]) -> None:
    (gpu,) = ask(driver, scenario)["devices"]
    assert gpu["missing"] == missing
    assert (gpu["name"], gpu["temperature"]) == ("NVIDIA T4, <b>|", 61)


def test_a_lost_gpu_takes_no_other_gpu_along(driver: Path) -> None:
    first, second = ask(driver, "lost")["devices"]
    assert first["temperature"] == 61
    assert second["name"] is None
    assert "fallen off the bus" in second["missing"]["name"]


def test_an_old_driver_counts_its_own_memory_in(driver: Path) -> None:
    (gpu,) = ask(driver, "old")["devices"]
    assert gpu["memory_used"] == 450 * 2**20


def test_without_a_driver_nothing_is_imported(tmp_path: Path) -> None:
    answer = ask(tmp_path, "ok")
    if answer["devices"] is not None:
        pytest.skip("this machine has an NVIDIA driver")
    assert "no NVIDIA driver is installed" in answer["missing"]["devices"]
    assert not answer["imported"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0,1", "0,1"), ("", ""), ("-1", "-1"), ("GPU-8f6a-12/3,MIG-77", "GPU-…,MIG-…")],
)
def test_visible_devices_without_serial_numbers(value: str, shown: str) -> None:
    assert read_gpus({"CUDA_VISIBLE_DEVICES": value}).visible == shown


def test_visible_devices_not_set() -> None:
    assert read_gpus({}).visible == Missing("CUDA_VISIBLE_DEVICES is not set: every GPU is visible")
