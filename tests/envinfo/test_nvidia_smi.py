"""Our reader of nvidia-smi: real captures replayed, and every way in which the program is known to fail."""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import psutil
import pytest

from colab_magics.envinfo.gpu.device import Found, Gpu
from colab_magics.envinfo.gpu.gpus import UNTOLD
from colab_magics.envinfo.gpu.nvidia_smi import find_nvidia_smi, read_nvidia_smi
from colab_magics.envinfo.gpu.program import _read_windows
from colab_magics.envinfo.gpu.rows import FIELDS, gpu, rows
from colab_magics.envinfo.reading import Missing, plain
from tests.envinfo.fake_nvidia_smi import OWN, Capture, captures, put, put_script

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are scripts of a POSIX shell")

MIB = 2**20
REPLAYS = [(path, state) for path in captures() for state in Capture.read(path).states]
FROM_MACHINES = bool(os.environ.get("COLAB_MAGICS_TEST_NVIDIA_SMI"))
FULL = "GPU-0, NVIDIA L4, 23034, 512, 37, 41, 33.50, 72.00, 72.00, 1200, 2040, 550.54.15, [N/A]"


def environ(folder: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def answer(tmp_path: Path, script: str, *, timeout: float = 10, interpreter: str = "/bin/sh") -> Found | Missing:
    return read_nvidia_smi(environ(put_script(tmp_path / "bin", script, interpreter=interpreter)), timeout=timeout)


def says(text: str | bytes, tmp_path: Path, then: str = "") -> str:
    """A script that says this to the query for GPUs, and nothing to anything else."""
    said = tmp_path / "said"
    said.write_bytes(text.encode() if isinstance(text, str) else text)
    return f'case "$1" in --query-gpu=*) cat "{said}"; {then or ":"};; esac'


def found(tmp_path: Path, text: str | bytes, then: str = "") -> Found:
    result = answer(tmp_path, says(text, tmp_path, then))
    assert isinstance(result, Found), result
    return result


def reason(result: object) -> str:
    assert isinstance(result, Missing), result
    return result.reason


def readings(gpu: Gpu) -> dict[str, object]:
    return {item.name: getattr(gpu, item.name) for item in fields(Gpu)}


# What a capture holds, turned into our units without our reader.


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


# What keeps it from telling of any GPU: what it says is what real ones said, with their exit codes.

_NO_DRIVER = (
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. "
    "Make sure that the latest NVIDIA driver is installed and running.\n\n"
)
FAILURES = {
    "no devices": ("No devices were found\n", 6, "the NVIDIA driver is there and sees no GPU"),
    "not loaded": (_NO_DRIVER, 9, "installed but not loaded"),
    "another apostrophe": (_NO_DRIVER.replace("'", "\u2019"), 9, "installed but not loaded"),
    "mismatch": (
        "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.54\n",
        18,
        "was updated since the machine started: restart it",
    ),
    "unknown error": ("Failed to initialize NVML: Unknown Error\n", 255, "a container may have lost its GPU"),
    "driver not loaded": ("Failed to initialize NVML: Driver Not Loaded\n", 9, "installed but not loaded"),
    "permissions": ("Failed to initialize NVML: Insufficient Permissions\n", 4, "this user may not ask"),
    "lost": (
        "Unable to determine the device handle for GPU 0000:0B:00.0: GPU is lost.  Reboot the system to recover this GPU\n",
        15,
        "fallen off the bus: restart the machine",
    ),
    "unreachable": (
        "Unable to determine the device handle for GPU0000:0B:00.0: Unknown Error\n",
        255,
        "gave an unknown error",
    ),
    "reset": ("Unable to determine the device handle for GPU0000:0B:00.0: GPU requires reset\n", 255, "must be reset"),
    "no library": (
        "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system. Please make sure that the NVIDIA Display Driver is properly installed and present in your system.\n",
        12,
        "libnvidia-ml is missing",
    ),
    "blocked": (
        "Failed to initialize NVML: GPU access blocked by the operating system\n",
        17,
        "update the NVIDIA driver of Windows",
    ),
    "wsl": ("Failed to initialize NVML: N/A\n", 255, "wsl --shutdown"),
    "nothing": ("", 0, "nvidia-smi told of no GPU and said nothing"),
    "blank lines": ("\n \n\n", 0, "nvidia-smi told of no GPU and said nothing"),
    "nothing, and fails": ("", 3, r"nvidia-smi failed \(exit code 3\) and said nothing"),
    "prose": ("Everything is fine, thank you.\n", 0, 'nvidia-smi told of no GPU: "Everything is fine, thank you."'),
    "a new error": (
        "\x1b[31mThe moon is too near\n",
        77,
        r'nvidia-smi failed \(exit code 77\): "The moon is too near"',
    ),
    "noise": (bytes(range(256)) * 40, 0, "nvidia-smi told of no GPU"),
    "no such field": ('Field "index" is not a valid field to query.\n\n', 2, 'Field "index" is not a valid field'),
}


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("stream", [1, 2])
def test_why_it_tells_of_no_gpu(name: str, stream: int, tmp_path: Path) -> None:
    text, code, words = FAILURES[name]
    said = tmp_path / "said"
    said.write_bytes(text.encode() if isinstance(text, str) else text)
    result = answer(tmp_path, f'cat "{said}" >&{stream}; exit {code}')
    assert_matches(words, reason(result))


def assert_matches(words: str, text: str) -> None:
    assert re.search(words, text), text
    assert "\x1b" not in text
    assert len(text) < 250


def test_what_it_says_is_quoted_without_serial_numbers_and_folders(tmp_path: Path) -> None:
    text = "/home/maria/bin/nvidia-smi: GPU-5f3a9c01-77aa-0000-1111-222233334444 at C:\\Users\\maria\\x is odd"
    result = answer(tmp_path, f"echo '{text}'; exit 5")
    assert reason(result) == 'nvidia-smi failed (exit code 5): "…/nvidia-smi: GPU-… at …/x is odd"'


def test_no_program(tmp_path: Path) -> None:
    assert "nvidia-smi is not here" in reason(read_nvidia_smi({"PATH": str(tmp_path)}))
    assert "nvidia-smi is not here" in reason(read_nvidia_smi({}))


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "nvidia-smi").mkdir()
    assert "nvidia-smi is not here" in reason(read_nvidia_smi({"PATH": str(tmp_path)}))


def test_a_file_that_may_not_be_run(tmp_path: Path) -> None:
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\n")
    assert reason(read_nvidia_smi({"PATH": str(tmp_path)})) == "there is an nvidia-smi, but this user may not run it"


@pytest.mark.parametrize("content", [b"\x7fELF and no more", b"#!/nowhere/at/all\n", b""])
def test_a_file_that_is_no_program(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "nvidia-smi").write_bytes(content)
    (tmp_path / "nvidia-smi").chmod(0o755)
    assert "nvidia-smi is here, but it cannot be started (" in reason(read_nvidia_smi({"PATH": str(tmp_path)}))


def test_the_folder_of_the_notebook_is_never_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(put_script(tmp_path / "bin", "echo 0, 1; exit 0"))
    for path in ("", ".", os.pathsep, f"..{os.sep}bin"):
        assert "nvidia-smi is not here" in reason(find_nvidia_smi({"PATH": path}))


def test_a_crash(tmp_path: Path) -> None:
    assert reason(answer(tmp_path, "kill -SEGV $$")) == "nvidia-smi crashed (signal 11) and said nothing"


@pytest.mark.parametrize(
    "script",
    [
        "echo $$ >> {pids}; exec sleep 300",
        "trap '' TERM INT HUP; echo $$ >> {pids}; while :; do sleep 300; done",
        "sleep 300 & echo $! >> {pids}; echo $$ >> {pids}; wait",
        "exec >&- 2>&-; echo $$ >> {pids}; sleep 300",
    ],
    ids=["sleeps", "ignores signals", "waits for a child", "closes its output"],
)
def test_a_hang_costs_the_time_given_and_leaves_nothing_behind(script: str, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    begun = time.monotonic()
    result = answer(tmp_path, script.format(pids=pids), timeout=0.5)
    assert time.monotonic() - begun < 1.5
    assert "nvidia-smi gave no answer in 0.5 s" in reason(result)
    assert_gone(pids)


def assert_gone(pids: Path) -> None:
    left = [psutil.Process(int(pid)) for pid in pids.read_text().split() if psutil.pid_exists(int(pid))]
    _, alive = psutil.wait_procs([process for process in left if process.status() != psutil.STATUS_ZOMBIE], timeout=5)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.parametrize("stream", [1, 2])
def test_a_flood_is_cut_off(stream: int, tmp_path: Path) -> None:
    begun, before = time.monotonic(), psutil.Process().memory_info().rss
    result = answer(tmp_path, f"exec yes 'no GPU here' >&{stream}", timeout=20)
    assert time.monotonic() - begun < 5
    assert "it said more than 1.0 MB and was stopped" in reason(result)
    assert psutil.Process().memory_info().rss - before < 64 * MIB


def test_a_line_of_a_million_commas(tmp_path: Path) -> None:
    begun = time.monotonic()
    reason(answer(tmp_path, says("0, 1" + ", 7" * 300_000, tmp_path)))
    assert time.monotonic() - begun < 5


# What it tells of some GPUs, and yet not all in order.


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


ODD = {
    "carriage returns": f"0, 1, {FULL}\r\n",
    "a byte order mark": f"\ufeff0, 1, {FULL}\n",
    "no last line end": f"0, 1, {FULL}",
    "warnings": f"WARNING: infoROM is corrupted at gpu 0000:00:1E.0\n2024 was fine, yes\n\n0, 1, {FULL}\n",
    "a header": f"index, count, uuid, name, memory.total [MiB]\n0, 1, {FULL}\n",
    "columns too many": f"0, 1, {FULL}, more, and, more\n",
    "no spaces": f"0,1,{FULL.replace(', ', ',')}\n",
    "units": "0, 1, GPU-0, NVIDIA L4, 23034 MiB, 512 MiB, 37 %, 41, 33.50 W, 72.00 W, 72.00 W, 1200 MHz, 2040 MHz, 550.54.15, [N/A]\n",
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_table_is_read_alike(name: str, tmp_path: Path) -> None:
    result = found(tmp_path, ODD[name])
    assert result.devices == found(tmp_path, f"0, 1, {FULL}\n").devices
    assert result.driver == "550.54.15"


@pytest.mark.parametrize("name", ["A, B", "A, 24 GB, 2024", "1, 2, 3, 4, 5", "A,B", "A,"])
def test_a_name_with_commas(name: str, tmp_path: Path) -> None:
    (gpu,) = found(tmp_path, f"0, 1, {FULL}\n".replace("NVIDIA L4", name)).devices
    assert gpu.name == name
    assert (gpu.memory_total, gpu.utilization, gpu.clock_limit) == (23034 * MIB, 0.37, 2040)


def test_a_name_in_no_encoding(tmp_path: Path) -> None:
    (gpu,) = found(tmp_path, f"0, 1, {FULL}\n".encode().replace(b"L4", b"\xff\xfe\x1b[2J")).devices
    assert gpu.name == "NVIDIA \ufffd\ufffd"
    assert gpu.memory_total == 23034 * MIB


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("[N/A]", "this GPU does not tell"),
        ("N/A", "this GPU does not tell"),
        ("[Not Supported]", "this GPU does not tell"),
        ("[Unknown Error]", "the NVIDIA driver gave an unknown error"),
        ("[GPU requires reset]", "the GPU must be reset"),
        ("[GPU is lost]", "fallen off the bus"),
        ("[Insufficient Permissions]", "this user may not ask"),
        ("[Requested functionality has been deprecated]", "this driver no longer tells"),
        ("[Function Not Found]", "this driver is too old"),
        ("ERR!", "answered with an error"),
        ("", "left it empty"),
        ("-5", 'told "-5", which cannot be'),
        ("nan", 'told "nan", which cannot be'),
        ("1e3", 'told "1e3", which cannot be'),
        ("7" * 400, "which cannot be"),
        ("<b>hot</b>", "which cannot be"),
    ],
)
def test_what_stands_in_place_of_a_value(cell: str, words: str, tmp_path: Path) -> None:
    (gpu,) = found(tmp_path, f"0, 1, {FULL}\n".replace("33.50", cell)).devices
    assert words in reason(gpu.power)
    assert (gpu.name, gpu.temperature, gpu.power_limit) == ("NVIDIA L4", 41, 72.0)


@pytest.mark.parametrize(("field", "cell"), [("memory_total", "23034"), ("utilization", "37")])
def test_what_cannot_be(field: str, cell: str, tmp_path: Path) -> None:
    (gpu,) = found(tmp_path, f"0, 1, {FULL}\n".replace(f" {cell},", {"23034": " 0,", "37": " 255,"}[cell])).devices
    assert "which cannot be" in reason(getattr(gpu, field))
    assert gpu.memory_used == 512 * MIB


@pytest.mark.parametrize("length", range(len(f"1, 2, {FULL}")))
def test_a_last_line_that_broke_off_tells_nothing_wrong(length: int, tmp_path: Path) -> None:
    line = f"1, 2, {FULL}"
    whole = readings(gpu(rows(line, FIELDS)[0], 0, FIELDS))
    for row in rows(line[:length], FIELDS):
        for name, value in readings(gpu(row, 1, FIELDS)).items():
            assert value == whole[name] or isinstance(value, Missing), name


def test_a_broken_line_takes_no_other_gpu_along(tmp_path: Path) -> None:
    result = found(tmp_path, f"0, 3, {FULL}\n\x00\x01 garbage\n2, 3, {FULL}\n")
    first, third, second = result.devices
    assert (first.memory_total, third.memory_total, third.index) == (23034 * MIB, 23034 * MIB, 2)
    assert second.index == 1
    assert "nvidia-smi counts this GPU and tells nothing of it" in reason(second.memory_total)


def test_a_gpu_whose_index_is_lost(tmp_path: Path) -> None:
    lost = ", ".join(["[GPU is lost]"] * 15)
    first, second = found(tmp_path, f"0, 2, {FULL}\n{lost}\n").devices
    assert (first.index, second.index) == (0, 1)
    told = {name: value for name, value in readings(second).items() if isinstance(value, Missing)}
    assert {name for name, value in told.items() if "fallen off the bus" in value.reason} >= {
        "name",
        "memory_total",
        "mig",
    }


@pytest.mark.parametrize("counted", [1, 2])
def test_a_lost_gpu_beside_one_that_is_well(counted: int, tmp_path: Path) -> None:
    lost = "Unable to determine the device handle for GPU 0000:0B:00.0: GPU is lost.  Reboot the system to recover this GPU"
    result = found(tmp_path, f"{lost}\n1, {counted}, {FULL}\n", then="exit 15")
    well, silent = result.devices
    assert (well.index, well.temperature, silent.index) == (1, 41, 0)
    silent_facts = {value for value in readings(silent).values() if isinstance(value, Missing)}
    assert silent_facts == {Missing("the GPU has fallen off the bus: restart the machine"), UNTOLD}
    assert silent.is_visible == UNTOLD


def test_an_answer_before_a_hang_counts(tmp_path: Path) -> None:
    begun = time.monotonic()
    result = answer(tmp_path, says(f"0, 2, {FULL}\n", tmp_path, then="exec sleep 300"), timeout=0.5)
    assert time.monotonic() - begun < 1.5
    assert isinstance(result, Found)
    assert [isinstance(gpu.memory_total, Missing) for gpu in result.devices] == [False, True]
    assert result.cuda == Missing("there was no time left to ask nvidia-smi again")


def test_a_hang_at_the_second_question_loses_no_gpu(tmp_path: Path) -> None:
    begun = time.monotonic()
    result = answer(tmp_path, says(f"0, 1, {FULL}\n", tmp_path) + '; [ "$1" = --version ] && exec sleep 300', timeout=1)
    assert time.monotonic() - begun < 2
    assert isinstance(result, Found)
    assert result.devices[0].name == "NVIDIA L4"
    assert result.cuda == Missing("there was no time left to ask nvidia-smi again")


def test_a_hang_in_the_table(tmp_path: Path) -> None:
    script = says(f"0, 1, {FULL}\n", tmp_path) + '; [ $# = 0 ] && echo "| NVIDIA-SMI 550" && exec sleep 300'
    result = answer(tmp_path, script, timeout=1)
    assert isinstance(result, Found)
    assert result.cuda == Missing("nvidia-smi took too long to tell it")


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ("", [Missing("nvidia-smi did not list the instances of this GPU")]),
        ("echo 'Failed to initialize NVML'", [Missing("nvidia-smi did not list the instances of this GPU")]),
        ("echo 'GPU 0: NVIDIA L4 (UUID: GPU-0)'", []),
        ("printf 'GPU 0: NVIDIA L4\\n  MIG 1g.5gb  Device 0: (UUID: MIG-7)\\n'", ["MIG 1g.5gb"]),
    ],
)
def test_instances_that_are_not_told(listed: str, names: list[object], tmp_path: Path) -> None:
    split = FULL.replace("[N/A]", "Enabled").replace("37", "[N/A]")
    result = answer(tmp_path, f'{says(f"0, 1, {split}", tmp_path)}; [ "$1" = -L ] || exit 0; {listed}')
    assert isinstance(result, Found)
    (device,) = result.devices
    assert [part.name for part in device.slices] == names
    assert all(isinstance(part.memory_total, Missing) for part in device.slices)
    assert device.utilization == Missing("a GPU in MIG mode does not tell")


def test_the_way_of_windows_ends_in_time_too() -> None:
    for code, stopped in [("print('x' * 9)", ""), ("import time; print('x' * 9, flush=True); time.sleep(300)", "time")]:
        command = [sys.executable, "-c", code]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            begun = time.monotonic()
            said, why = _read_windows(process, begun + 2)
            assert time.monotonic() - begun < 4
            process.kill()
        assert bytes(said[0]).strip() == b"x" * 9
        assert stopped in why


def test_a_child_that_keeps_the_output_open_is_not_waited_for(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    begun = time.monotonic()
    result = answer(tmp_path, says(f"0, 1, {FULL}\n", tmp_path, then=f"sleep 300 & echo $! >> {pids}"))
    assert time.monotonic() - begun < 5
    assert isinstance(result, Found)
    assert result.devices[0].name == "NVIDIA L4"
    assert_gone(pids)


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
    assert len(log.read_text().splitlines()) == 5 + 2  # two more for CUDA


@pytest.mark.parametrize("field", ["index", "name"])
def test_a_program_that_does_not_know_the_first_things_is_no_nvidia_smi(field: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    refuse = f'case "$1," in *[=,]{field},*) echo "Field \\"{field}\\" is not a valid field to query."; exit 2;; esac'
    result = answer(tmp_path, f'echo asked >> {log}; {refuse}; echo "0, 1, {FULL}"')
    assert f'nvidia-smi failed (exit code 2): "Field "{field}" is not a valid field' in reason(result)
    assert log.read_text() == "asked\n"


def test_it_gets_no_input_and_the_locale_c(tmp_path: Path) -> None:
    script = f'read line; test "$LC_ALL$line" = C && case "$1" in --query-gpu=*) echo "0, 1, {FULL}";; esac'
    put_script(tmp_path / "bin", script)
    result = read_nvidia_smi({**environ(tmp_path / "bin"), "LC_ALL": "de_DE.UTF-8"}, timeout=10)
    assert isinstance(result, Found)


def test_nothing_is_left_open(tmp_path: Path) -> None:
    process, folder = psutil.Process(), put_script(tmp_path / "bin", f'echo "0, 1, {FULL}"')
    hangs = put_script(tmp_path / "hangs", "exec sleep 300")
    before = process.num_fds()
    for _ in range(20):
        read_nvidia_smi(environ(folder), timeout=10)
    read_nvidia_smi(environ(hangs), timeout=0.1)
    assert process.num_fds() == before


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
