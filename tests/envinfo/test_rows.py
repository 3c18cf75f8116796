"""The table of nvidia-smi, cell by cell: whole, odd and cut off."""

import sys
import time
from pathlib import Path

import pytest

from colab_magics.envinfo.gpu.gpus import UNTOLD
from colab_magics.envinfo.gpu.rows import FIELDS, gpu, rows
from colab_magics.envinfo.reading import Missing
from tests.envinfo.asking import FULL, MIB, answer, found, readings, reason, says

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are scripts of a POSIX shell")


def test_a_line_of_a_million_commas(tmp_path: Path) -> None:
    begun = time.monotonic()
    reason(answer(tmp_path, says("0, 1" + ", 7" * 300_000, tmp_path)))
    assert time.monotonic() - begun < 60


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
        ("4294967.29", 'told "4294967.29", which cannot be'),
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
    whole = readings(gpu(rows(line, FIELDS)[0], 1, FIELDS))
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


def test_a_gpu_whose_index_is_lost_takes_no_other_ones(tmp_path: Path) -> None:
    lost = ", ".join(["[GPU is lost]"] * 15)
    result = found(tmp_path, f"1, 4, {FULL}\n{lost}\n{lost}\n2, 4, {FULL}\n")
    assert [gpu.index for gpu in result.devices] == [1, 0, 3, 2]


@pytest.mark.parametrize("counted", [1, 2])
def test_a_lost_gpu_beside_one_that_is_well(counted: int, tmp_path: Path) -> None:
    lost = "Unable to determine the device handle for GPU 0000:0B:00.0: GPU is lost.  Reboot the system to recover this GPU"
    result = found(tmp_path, f"{lost}\n1, {counted}, {FULL}\n", then="exit 15")
    well, silent = result.devices
    assert (well.index, well.temperature, silent.index) == (1, 41, 0)
    silent_facts = {value for value in readings(silent).values() if isinstance(value, Missing)}
    assert silent_facts == {Missing("the GPU has fallen off the bus: restart the machine"), UNTOLD}
    assert silent.is_visible == UNTOLD
