"""Every sentence by which our sources refuse leads to the cause that it means."""

import signal
import subprocess
import sys
import time

import pytest
from envinfo.machines import gpu, refused, seen

from colab_magics.envinfo.gpu import complaint, gputil
from colab_magics.envinfo.gpu.child import _answer
from colab_magics.envinfo.gpu.guard import Guard
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.faults import cause_of, fault_of, verdict_of
from colab_magics.machine import nvml_library

NVML = {
    "NVMLError_LibraryNotFound": "",
    "NVMLError_NotSupported": "",
    "NVMLError_NotFound": "",
    "NVMLError_InvalidArgument": "",
    "NVMLError_DriverNotLoaded": "module-not-loaded",
    "NVMLError_NoPermission": "not-permitted",
    "NVMLError_FunctionNotFound": "",
    "NVMLError_GpuIsLost": "gpu-lost",
    "NVMLError_GpuNotFound": "gpu-lost",
    "NVMLError_ResetRequired": "gpu-reset",
    "NVMLError_LibRmVersionMismatch": "driver-mismatch",
    "NVMLError_Unknown": "container-lost-gpu",
    "NVMLError_InsufficientPower": "gpu-power",
    "NVMLError_IrqIssue": "gpu-interrupts",
    "NVMLError_OperatingSystem": "container-lost-gpu",
    "NVMLError_Timeout": "driver-hangs",
}


@pytest.mark.parametrize(("error", "cause"), NVML.items())
def test_errors_of_nvml(error: str, cause: str) -> None:
    assert cause_of([nvml_library._MEANINGS[error].reason]) == cause


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("No devices were found", "driver-sees-none"),
        ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", "module-not-loaded"),
        ("Failed to initialize NVML: Driver/library version mismatch", "driver-mismatch"),
        ("Failed to initialize NVML: GPU access blocked by the operating system", "wsl-driver"),
        ("Failed to initialize NVML: N/A", "wsl-driver"),
        ("Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.", "gpu-lost"),
        ("GPU requires reset", "gpu-reset"),
        ("Failed to initialize NVML: Insufficient Permissions", "not-permitted"),
        ("Failed to initialize NVML: Unknown Error", "container-lost-gpu"),
    ],
)
def test_words_of_nvidia_smi(words: str, cause: str) -> None:
    meaning = complaint.meaning(words)
    assert isinstance(meaning, Missing)
    assert cause_of([meaning.reason]) == cause


def test_a_driver_that_hangs_as_the_guard_tells_it() -> None:
    guard = Guard(lambda: time.sleep(0.4) or Missing("late"), patience=0.05)
    answer = guard.ask()
    assert isinstance(answer, Missing)
    assert fault_of(refused(answer.reason)) == "driver-hangs"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process with a number, not with a signal")
def test_a_driver_that_crashes_as_the_guard_tells_it() -> None:
    code = subprocess.run([sys.executable, "-c", "import os; os.abort()"], capture_output=True, check=False).returncode
    assert code == -signal.SIGABRT
    failed = _answer(b"", code)
    assert cause_of([failed.why]) == "driver-crashes"


def test_no_driver_is_no_fault_of_one() -> None:
    assert cause_of([nvml_library.NO_LIBRARY.reason, "GPUtil sees no GPU, or no nvidia-smi on PATH"]) == ""
    assert gputil.__doc__
    assert fault_of(seen(gpu())) == ""


def test_the_gravest_fault_is_meant() -> None:
    assert cause_of(["there is an unknown error", "the NVIDIA driver did not answer within 2 s"]) == "driver-hangs"


def test_what_needs_other_signs_is_not_told_by_a_refusal_alone() -> None:
    assert verdict_of("module-not-loaded") is None
    assert verdict_of("") is None
    told = verdict_of("gpu-lost")
    assert told is not None
    assert told.cause == "gpu-lost"
