"""Our reader of nvidia-smi: real captures replayed, and what it asks."""

import os
import shutil
import sys
import time
from pathlib import Path

import psutil
import pytest

from colab_magics.envinfo.gpu.device import Found
from colab_magics.envinfo.gpu.gpus import UNTOLD
from colab_magics.envinfo.gpu.nvidia_smi import read_nvidia_smi
from colab_magics.envinfo.gpu.rows import FIELDS
from colab_magics.envinfo.reading import Missing, plain
from tests.envinfo.asking import FULL, MIB, answer, environ, found, reason, says
from tests.envinfo.fake_nvidia_smi import OWN, Capture, captures, put

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are scripts of a POSIX shell")

REPLAYS = [(path, state) for path in captures() for state in Capture.read(path).states]


FROM_MACHINES = bool(os.environ.get("COLAB_MAGICS_TEST_NVIDIA_SMI"))


def number(cell: str) -> float | None:
    """The number at the head of a cell; None where the GPU did not tell it."""
    try:
        return float(cell.split(maxsplit=1)[0])
    except (ValueError, IndexError):
        return None


def scaled(cell: str, factor: float) -> float | None:
    value = number(cell)
    return None if value is None else value * factor


def expected(row: dict[str, str]) -> dict[str, object]:
    row = {field: row.get(field, "") for field in (*row, *FIELDS)}
    limit = number(row["enforced.power.limit"])
    return {
        "name": None if row["name"][:1] in ("[", "") else row["name"],
        "memory_total": scaled(row["memory.total"], MIB),
        "memory_used": scaled(row["memory.used"], MIB),
        "utilization": scaled(row["utilization.gpu"], 0.01),
        "temperature": number(row["temperature.gpu"]),
        "power": number(row["power.draw"]),
        "power_limit": number(row["power.limit"]) if limit is None else limit,
        "clock": number(row["clocks.current.graphics"]),
        "clock_limit": number(row["clocks.max.graphics"]),
        "mig": {"Enabled": "enabled", "Disabled": "disabled"}.get(row["mig.mode.current"]),
    }


@pytest.mark.parametrize(("path", "state"), REPLAYS, ids=lambda value: getattr(value, "stem", value))
def test_a_capture_is_told_field_by_field(path: Path, state: str, tmp_path: Path) -> None:
    capture = Capture.read(path)
    result = read_nvidia_smi(environ(put(tmp_path / "bin", path, state)), timeout=30)
    assert isinstance(result, Found), result
    recorded = capture.query(state).rows
    assert [device.index for device in result.devices] == [int(row["index"]) for row in recorded]
    assert len(result.devices) == len(capture.instances)
    for device, row in zip(result.devices, recorded, strict=True):
        for name, value in expected(row).items():
            told = getattr(device, name)
            if value is not None:
                assert told == pytest.approx(value), name
            elif not (device.is_memory_shared and name.startswith("memory")):  # that has a test of its own
                assert len(reason(told)) > 15, name
                assert told != UNTOLD, name
        assert device.uuid == row["uuid"] or isinstance(device.uuid, Missing)
    assert result.driver == recorded[0]["driver_version"]


@pytest.mark.parametrize(("path", "state"), REPLAYS, ids=lambda value: getattr(value, "stem", value))
def test_the_processes_of_a_capture(path: Path, state: str, tmp_path: Path) -> None:
    capture = Capture.read(path)
    try:
        recorded = capture.query(state, "--query-compute-apps").rows
    except StopIteration:
        pytest.skip("its processes were not recorded")
    result = read_nvidia_smi(environ(put(tmp_path / "bin", path, state)), timeout=30)
    assert isinstance(result, Found), result
    for device in result.devices:
        mine = [row for row in recorded if row["gpu_uuid"] == device.uuid]
        told, sizes = device.processes, [scaled(row["used_gpu_memory"], MIB) for row in mine]
        if len(result.devices) > 1 and isinstance(told.others, Missing):
            continue  # their identifiers are masked
        assert (told.own_memory, told.others) == (0, len(mine))
        assert told.others_memory == sum(size or 0 for size in sizes) or None in sizes


@pytest.mark.parametrize(("path", "state"), REPLAYS, ids=lambda value: getattr(value, "stem", value))
def test_cuda_and_the_instances_of_mig(path: Path, state: str, tmp_path: Path) -> None:
    capture = Capture.read(path)
    result = read_nvidia_smi(environ(put(tmp_path / "bin", path, state)), timeout=30)
    assert isinstance(result, Found), result
    table = " ".join(capture.answer(state, [])[0].split())
    assert isinstance(result.cuda, str)
    assert f"Version: {result.cuda} " in table
    for device, names in zip(result.devices, capture.instances, strict=True):
        assert [part.name for part in device.slices] == names
        for part in device.slices:
            assert isinstance(part.memory_used, int)
            assert isinstance(part.memory_total, int)
            assert f" {part.memory_used // MIB}MiB / {part.memory_total // MIB}MiB |" in table
    shown = str(plain(result.devices)) + repr(result)
    assert "GPU-0" not in shown
    assert "MIG-0" not in shown


def test_captures_of_real_machines_are_replayed() -> None:
    if not FROM_MACHINES:
        pytest.skip("COLAB_MAGICS_TEST_NVIDIA_SMI does not name a folder of captures")
    assert {path.parent for path, _ in REPLAYS} > {OWN}


def test_a_gpu_that_shares_the_memory_of_its_machine(tmp_path: Path) -> None:
    result = read_nvidia_smi(environ(put(tmp_path / "bin", OWN / "unified_memory.txt", "load")), timeout=30)
    assert isinstance(result, Found)
    (gpu,) = result.devices
    assert (gpu.name, gpu.is_memory_shared) == ("NVIDIA GB10", sys.platform == "linux")
    if gpu.is_memory_shared:
        memory = psutil.virtual_memory()
        assert gpu.memory_total == memory.total
        assert isinstance(gpu.memory_used, int)
        assert 0 < gpu.memory_used < memory.total


def test_a_gpu_that_has_memory_and_does_not_tell_it(tmp_path: Path) -> None:
    row = f"0, 1, {FULL}\n".replace("NVIDIA L4, 23034, 512", "GRID T4-16Q, [N/A], [N/A]")
    (gpu,) = found(tmp_path, row).devices
    assert (gpu.name, gpu.is_memory_shared) == ("GRID T4-16Q", False)
    assert gpu.memory_total == gpu.memory_used == Missing("this GPU does not tell")


def test_one_gpu_in_full(tmp_path: Path) -> None:
    result = found(tmp_path, f"0, 1, {FULL}\n")
    (gpu,) = result.devices
    assert (gpu.index, gpu.vendor, gpu.name, gpu.uuid) == (0, "NVIDIA", "NVIDIA L4", "GPU-0")
    assert (gpu.memory_total, gpu.memory_used, gpu.is_memory_shared) == (23034 * MIB, 512 * MIB, False)
    assert (gpu.utilization, gpu.temperature) == (0.37, 41)
    assert (gpu.power, gpu.power_limit, gpu.clock, gpu.clock_limit) == (33.5, 72.0, 1200, 2040)
    assert gpu.mig == Missing("this GPU has no MIG")
    assert result.driver == "550.54.15"
    assert result.cuda == Missing("nvidia-smi tells no CUDA: the driver's libcuda may be missing")


def test_an_answer_before_a_hang_counts(tmp_path: Path) -> None:
    begun = time.monotonic()
    result = answer(tmp_path, says(f"0, 2, {FULL}\n", tmp_path, then="exec sleep 300"), timeout=0.5)
    assert time.monotonic() - begun < 60
    assert isinstance(result, Found)
    assert [isinstance(gpu.memory_total, Missing) for gpu in result.devices] == [False, True]
    assert result.cuda == Missing("there was no time left to ask nvidia-smi again")


def test_a_hang_at_the_second_question_loses_no_gpu(tmp_path: Path) -> None:
    begun = time.monotonic()
    result = answer(tmp_path, says(f"0, 1, {FULL}\n", tmp_path) + '; [ "$1" = --version ] && exec sleep 300', timeout=1)
    assert time.monotonic() - begun < 60
    assert isinstance(result, Found)
    assert result.devices[0].name == "NVIDIA L4"
    assert result.cuda == Missing("there was no time left to ask nvidia-smi again")


def test_a_hang_in_the_table(tmp_path: Path) -> None:
    script = says(f"0, 1, {FULL}\n", tmp_path) + '; [ $# = 0 ] && echo "| NVIDIA-SMI 550" && exec sleep 300'
    result = answer(tmp_path, script, timeout=1)
    assert isinstance(result, Found)
    assert result.cuda == Missing("nvidia-smi took too long to tell it")


def test_an_older_driver_is_asked_again_without_what_it_does_not_know(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = (
        f'echo "$1" >> {log}\n'
        'for unknown in mig.mode.current enforced.power.limit count uuid; do case "$1" in *"$unknown"*)'
        ' echo "Field \\"$unknown\\" is not a valid field to query."; echo; exit 2;; esac; done\n'
        'case "$1" in --query-gpu=*) echo "0, Tesla K80, 11441, 0, 0, 33, 26.96, 149.00, 324, 875, 418.67";; esac'
    )
    result = answer(tmp_path, script)
    assert isinstance(result, Found)
    (gpu,) = result.devices
    assert (gpu.name, gpu.memory_total, gpu.power_limit, gpu.clock_limit) == ("Tesla K80", 11441 * MIB, 149.0, 875)
    assert gpu.mig == gpu.uuid == Missing("this driver is too old to tell")
    assert len(log.read_text().splitlines()) == 5 + 3  # two more for CUDA, and one for the processes


@pytest.mark.parametrize("field", ["index", "name"])
def test_a_program_that_does_not_know_the_first_things_is_no_nvidia_smi(field: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    refuse = f'case "$1," in *[=,]{field},*) echo "Field \\"{field}\\" is not a valid field to query."; exit 2;; esac'
    result = answer(tmp_path, f'echo asked >> {log}; {refuse}; echo "0, 1, {FULL}"')
    assert f'nvidia-smi failed (exit code 2): "Field "{field}" is not a valid field' in reason(result)
    assert log.read_text() == "asked\n"


def test_our_fake_answers_as_the_program_does(tmp_path: Path) -> None:
    capture = Capture.read(OWN / "three_gpus.txt")
    ask = ["--query-gpu=clocks.gr,name,memory.used", "--format=csv"]
    text, code = capture.answer("idle", ask)
    assert (text.splitlines()[:2], code) == (
        ["clocks.current.graphics [MHz], name, memory.used [MiB]", "300 MHz, Quadro RTX 6000, passive, 3 MiB"],
        0,
    )
    assert capture.answer("load", [ask[0], "--format=csv,noheader,nounits"])[0].splitlines()[1] == (
        "1410, NVIDIA A100-SXM4-80GB, 9811"
    )
    assert capture.answer("idle", ["--query-gpu=index,nonsense", "--format=csv"]) == (
        'Field "nonsense" is not a valid field to query.\n\n',
        2,
    )
    assert capture.answer("idle", ["-L"])[0].startswith("GPU 0: Quadro")
    assert capture.answer("idle", ["--nonsense"])[1] == 2
    assert shutil.which("nvidia-smi", path=str(put(tmp_path / "bin", OWN / "three_gpus.txt", "idle")))
