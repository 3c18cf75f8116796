"""NVML by the real nvidia-ml-py and a stub of the driver's library, each time in a process of its own."""

import json
from pathlib import Path

import pytest

from colab_magics.envinfo.reading import Missing, field
from tests.envinfo.nvml_driver import play

MIB = 2**20
EVERYTHING = {
    "index": 0,
    "name": "NVIDIA T4, <b>|",
    "vendor": "NVIDIA",
    "memory_total": 16384 * MIB,
    "memory_used": 3 * MIB,
    "is_memory_shared": False,
    "utilization": 0.42,
    "temperature": 61,
    "power": 70.5,
    "power_limit": 300.0,
    "clock": 1410,
    "clock_limit": 1980,
    "mig": "disabled",
    "slices": [],
    "processes": {"own_memory": 0, "others": 0, "others_memory": 0},
    "is_visible": True,
}


def test_every_fact_of_a_gpu() -> None:
    answer = play("ok")
    assert answer["driver"] == "590.48.01"
    assert answer["cuda"] == "13.1"
    assert answer["source"] == "nvml"
    assert answer["devices"] == [EVERYTHING]


def test_two_gpus() -> None:
    assert play("two")["devices"] == [EVERYTHING, EVERYTHING | {"index": 1}]


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        ("driver", "installed but not loaded"),
        ("mismatch", "was updated since the machine started"),
        ("unknown", "a container may have lost its GPU"),
        ("denied", "this user may not ask"),
        ("none", "the NVIDIA driver is there and sees no GPU"),
        ("new error", "answered with error 4711"),
    ],
)
def test_why_there_is_no_gpu(scenario: str, reason: str) -> None:
    answer = play(scenario)
    assert answer["devices"] is None
    assert reason in answer["missing"]["devices"]


def test_a_container_that_was_started_without_gpus_is_hinted_at() -> None:
    hinted = play("driver", NVIDIA_VISIBLE_DEVICES="void")["missing"]["devices"]
    assert hinted.endswith("; NVIDIA_VISIBLE_DEVICES is void: this container was started without GPUs")


def test_mig_instances_and_what_a_gpu_in_mig_mode_does_not_tell() -> None:
    (gpu,) = play("mig")["devices"]
    part = {"name": "NVIDIA T4 MIG 1g.8gb", "memory_total": 8192 * MIB, "memory_used": 3 * MIB}
    assert (gpu["mig"], gpu["slices"]) == ("enabled", [part, part])
    assert gpu["missing"] == {
        "utilization": "a GPU in MIG mode does not tell",
        "power": "this user may not ask the NVIDIA driver",
    }
    assert (gpu["name"], gpu["temperature"]) == ("NVIDIA T4, <b>|", 61)


def test_mig_without_instances() -> None:
    (gpu,) = play("mig empty")["devices"]
    assert (gpu["mig"], gpu["slices"]) == ("enabled", [])


def test_a_gpu_without_memory_of_its_own_has_the_machines() -> None:
    (gpu,) = play("shared")["devices"]
    assert gpu["is_memory_shared"] is True
    assert gpu["memory_total"] == field(Path("/proc/meminfo"), "MemTotal")
    assert 0 < gpu["memory_used"] < gpu["memory_total"]
    assert gpu["missing"] == {"mig": "this GPU has no MIG"}


def test_a_gpu_that_has_memory_and_does_not_tell_it() -> None:
    (gpu,) = play("lent")["devices"]
    assert gpu["is_memory_shared"] is False
    assert gpu["missing"]["memory_total"] == gpu["missing"]["memory_used"] == "this GPU does not tell"


def test_numbers_that_cannot_be_are_no_readings() -> None:
    answer = play("absurd")
    (gpu,) = answer["devices"]
    nulls = {name for name, value in gpu.items() if value is None}
    numbers = {"memory_used", "utilization", "temperature", "power", "power_limit", "clock", "clock_limit"}
    assert nulls == set(gpu["missing"]) == numbers
    assert gpu["missing"]["utilization"] == 'the driver told "4294967295 %", which cannot be'
    assert answer["missing"]["cuda"] == "the driver tells no CUDA: its libcuda may be missing"


def test_a_memory_of_zero_bytes_is_no_reading() -> None:
    (gpu,) = play("zero")["devices"]
    assert "0 bytes of memory" in gpu["missing"]["memory_total"]


def test_a_lost_gpu_takes_no_other_gpu_along_and_has_a_reason_for_each_gap() -> None:
    first, second = play("lost")["devices"]
    assert first == EVERYTHING
    nulls = {name for name, value in second.items() if value is None}
    assert (
        nulls
        == set(second["missing"])
        == set(EVERYTHING)
        - {
            "index",
            "vendor",
            "is_memory_shared",
            "slices",
            "processes",
            "is_visible",
        }
    )
    for reason in (*second["missing"].values(), *second["processes"]["missing"].values()):
        assert "fallen off the bus" in reason


def test_an_old_driver_counts_its_own_memory_in() -> None:
    (gpu,) = play("old", NVML_STUB_PROCESSES="7:100")["devices"]
    assert gpu["memory_used"] == 450 * MIB
    assert gpu["power_limit"] == 290.0  # that which was set, for it does not know the enforced one
    assert gpu["processes"] == {"own_memory": 0, "others": 1, "others_memory": 100 * MIB}


def test_a_name_that_is_no_text_becomes_text() -> None:
    (gpu,) = play("garbage")["devices"]
    assert gpu["name"].startswith("<img src=x>\ufffd\ufffd\x1b[31m|xxx")
    assert gpu | {"name": EVERYTHING["name"]} == EVERYTHING


def test_processes_are_ours_and_the_rest_as_one_sum() -> None:
    source = """
from colab_magics.envinfo.gpu.guard import Guard
os.environ["NVML_STUB_PROCESSES"] = f"{os.getpid()}:300,7:100,8:200"
found = [Guard().ask(), *[guard.ask() for guard in [Guard()] for _ in range(2)]]
answer = [plain(one.devices[0].processes) for one in found]
"""
    for processes in play("ok", source):
        assert processes == {"own_memory": 300 * MIB, "others": 2, "others_memory": 300 * MIB}


def test_a_process_whose_memory_is_not_told_takes_no_number_along() -> None:
    (gpu,) = play("ok", NVML_STUB_PROCESSES="7:-1,8:200")["devices"]
    assert gpu["processes"]["others"] == 2
    assert "so on Windows, on WSL and with MIG" in gpu["processes"]["missing"]["others_memory"]


def test_processes_that_may_not_be_asked_for() -> None:
    (gpu,) = play("denied later")["devices"]
    assert set(gpu["processes"]["missing"].values()) == {"this user may not ask the NVIDIA driver"}
    assert "missing" not in gpu


def test_nvml_is_left_as_it_was_found() -> None:
    source = """
import pynvml
from colab_magics.envinfo.gpu.nvml import read_nvml
read_nvml(); read_nvml()
answer = {"open": pynvml._nvmlLib_refcount}
"""
    assert play("ok", source) == {"open": 0}


def test_an_nvidia_ml_py_that_lacks_functions_is_a_reason() -> None:
    source = """
import pynvml
del pynvml.nvmlDeviceGetEnforcedPowerLimit, pynvml.nvmlDeviceGetPowerManagementLimit, pynvml.nvmlMemory_v2
pynvml.nvmlDeviceGetTemperature = lambda handle: 1
from colab_magics.envinfo.gpu.nvml import read_nvml
answer = plain(read_nvml())["devices"][0]
"""
    gpu = play("ok", source)
    assert gpu["missing"]["power_limit"] == "nvidia-ml-py is too old to ask for this: upgrade it"
    assert gpu["missing"]["temperature"] == "nvidia-ml-py failed (TypeError)"
    assert gpu["memory_used"] == 450 * MIB  # by version 1
    assert gpu["name"] == EVERYTHING["name"]


def test_an_nvidia_ml_py_that_is_not_there_is_a_reason() -> None:
    source = """
sys.modules["pynvml"] = None
from colab_magics.envinfo.gpu.nvml import read_nvml
answer = plain(read_nvml())
"""
    assert "nvidia-ml-py cannot be imported" in play("ok", source)["reason"]


def test_no_identifier_leaves_the_process() -> None:
    answer = json.dumps(play("mig", CUDA_VISIBLE_DEVICES="MIG-00000002-1111"))
    assert "0000-" not in answer
    assert "1111" not in answer


def test_without_a_driver_nothing_is_imported(tmp_path: Path) -> None:
    answer = play("ok", folder=tmp_path)
    if answer["devices"] is not None:
        pytest.skip("this machine has an NVIDIA driver")
    assert answer["missing"]["devices"] == "no NVIDIA driver is installed (libnvidia-ml is missing)"
    assert not answer["imported"]


def test_unified_memory_of_a_machine_that_does_not_tell_its_own(tmp_path: Path) -> None:
    source = f"""
from pathlib import Path
from colab_magics.envinfo.gpu.nvml import read_nvml
answer = plain(read_nvml(root=Path({str(tmp_path)!r})))["devices"][0]
"""
    gpu = play("shared", source)
    assert gpu["is_memory_shared"] is False
    assert gpu["missing"]["memory_total"] == gpu["missing"]["memory_used"] == "this GPU does not tell"
    assert isinstance(field(tmp_path / "proc/meminfo", "MemTotal"), Missing)
