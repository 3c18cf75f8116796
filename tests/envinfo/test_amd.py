"""AMD GPUs in trees of files, as the documentation of the kernel describes them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from colab_magics.envinfo.gpu.amd import read_amd
from colab_magics.envinfo.gpu.device import Found, Gpu
from colab_magics.envinfo.reading import Missing, plain

Grow = Callable[[Mapping[str, str]], Path]

GB = 2**30
NONE = Missing("no AMD GPU is in this machine")


def card(number: int, files: Mapping[str, str], vendor: str = "0x1002") -> dict[str, str]:
    folder = f"sys/class/drm/card{number}/device"
    return {f"{folder}/{name}": text for name, text in {"vendor": f"{vendor}\n", **files}.items()}


MI300X = {
    "device": "0x74a1\n",
    "product_name": "AMD Instinct MI300X OAM\n",
    "unique_id": "f00dcafe12345678\n",
    "gpu_busy_percent": "37\n",
    "mem_info_vram_total": f"{192 * GB}\n",
    "mem_info_vram_used": f"{5 * GB}\n",
    "mem_info_gtt_total": f"{512 * GB}\n",
    "mem_info_gtt_used": "123456\n",
    "pp_dpm_sclk": "0: 132Mhz \n1: 2100Mhz *\n",
    "hwmon/hwmon5/temp1_input": "47600\n",
    "hwmon/hwmon5/power1_input": "132000000\n",
    "hwmon/hwmon5/power1_cap": "750000000\n",
    "hwmon/hwmon5/freq1_input": "1834000000\n",
}
RADEON = {
    "device": "0x744c\n",
    "gpu_busy_percent": "0\n",
    "mem_info_vram_total": f"{24 * GB}\n",
    "mem_info_vram_used": "268435456\n",
    "mem_info_gtt_total": f"{32 * GB}\n",
    "mem_info_gtt_used": "33554432\n",
    "hwmon/hwmon2/temp1_input": "31000\n",
    "hwmon/hwmon2/power1_average": "9500000\n",
}
PROCESSOR = {
    "device": "0x1638\n",
    "gpu_busy_percent": "12\n",
    "mem_info_vram_total": f"{GB // 2}\n",
    "mem_info_vram_used": f"{GB // 4}\n",
    "mem_info_gtt_total": f"{8 * GB}\n",
    "mem_info_gtt_used": f"{GB}\n",
    "hwmon/hwmon1/temp1_input": "52000\n",
    "hwmon/hwmon1/in1_input": "800\n",
}


def only(root: Path) -> Gpu:
    result = read_amd(root)
    assert isinstance(result, Found), result
    (gpu,) = result.devices
    return gpu


def reason(reading: object) -> str:
    assert isinstance(reading, Missing), reading
    return reading.reason


def test_every_fact_of_a_gpu(grow: Grow) -> None:
    result = read_amd(grow(card(0, MI300X) | {"sys/module/amdgpu/version": "6.12.12\n"}))
    assert isinstance(result, Found)
    (gpu,) = result.devices
    assert (gpu.index, gpu.vendor, gpu.name, gpu.uuid) == (0, "AMD", "AMD Instinct MI300X OAM", "f00dcafe12345678")
    assert (gpu.memory_total, gpu.memory_used, gpu.is_memory_shared) == (192 * GB, 5 * GB, False)
    assert (gpu.utilization, gpu.temperature, gpu.power, gpu.power_limit) == (0.37, 48, 132.0, 750.0)
    assert (gpu.clock, gpu.clock_limit) == (1834, 2100)
    assert result.driver == "6.12.12"
    assert reason(result.cuda) == "AMD's GPUs run ROCm, not CUDA"
    assert "f00dcafe" not in str(plain(result)) + repr(result)


def test_a_gap_takes_no_other_fact_along(grow: Grow) -> None:
    gpu = only(grow(card(1, RADEON)))
    assert (gpu.name, gpu.memory_total, gpu.memory_used) == ("AMD GPU (device 0x744c)", 24 * GB, 2**28)
    assert (gpu.utilization, gpu.temperature, gpu.power, gpu.is_memory_shared) == (0.0, 31, 9.5, False)
    assert reason(gpu.power_limit) == "power1_cap cannot be read (No such file or directory)"
    assert "freq1_input cannot be read" in reason(gpu.clock)
    assert "pp_dpm_sclk cannot be read" in reason(gpu.clock_limit)
    assert "unique_id cannot be read" in reason(gpu.uuid)


def test_the_driver_of_the_kernel_has_no_version(grow: Grow) -> None:
    result = read_amd(grow(card(0, RADEON)))
    assert isinstance(result, Found)
    assert "part of the Linux kernel" in reason(result.driver)


@pytest.mark.parametrize("missing", [(), ("hwmon/hwmon1/in1_input",)])
def test_a_gpu_of_a_processor_shares_the_memory(missing: tuple[str, ...], grow: Grow) -> None:
    gpu = only(grow(card(0, {name: text for name, text in PROCESSOR.items() if name not in missing})))
    assert gpu.is_memory_shared
    assert (gpu.memory_total, gpu.memory_used) == (8 * GB + GB // 2, GB + GB // 4)


def test_a_processor_that_keeps_much_for_its_gpu(grow: Grow) -> None:
    gpu = only(grow(card(0, PROCESSOR | {"mem_info_vram_total": f"{96 * GB}"})))
    assert (gpu.is_memory_shared, gpu.memory_total) == (True, 104 * GB)


def test_shared_memory_of_which_the_use_is_not_told(grow: Grow) -> None:
    gpu = only(grow(card(0, {name: text for name, text in PROCESSOR.items() if name != "mem_info_gtt_used"})))
    assert gpu.memory_total == 8 * GB + GB // 2
    assert "mem_info_gtt_used cannot be read" in reason(gpu.memory_used)


def test_the_order_is_that_of_the_cards(grow: Grow) -> None:
    connectors = {"sys/class/drm/card10-DP-1/status": "connected", "sys/class/drm/renderD128/dev": "226:128"}
    root = grow(card(10, MI300X) | card(2, RADEON) | card(0, {"device": "0x1\n"}, vendor="0x10de") | connectors)
    result = read_amd(root)
    assert isinstance(result, Found)
    assert [(gpu.index, gpu.name) for gpu in result.devices] == [
        (0, "AMD GPU (device 0x744c)"),
        (1, "AMD Instinct MI300X OAM"),
    ]


def test_a_driver_that_tells_nothing(grow: Grow) -> None:
    gpu = only(grow(card(0, {})))
    for reading in (
        gpu.name,
        gpu.memory_total,
        gpu.memory_used,
        gpu.utilization,
        gpu.temperature,
        gpu.power,
        gpu.clock,
    ):
        assert "cannot be read" in reason(reading)


@pytest.mark.parametrize("text", ["", "-3\n", "fast\n", "\x00\xff", "1e9"])
def test_files_that_hold_no_number(text: str, grow: Grow) -> None:
    files = dict.fromkeys((name for name in MI300X if name not in ("device", "product_name")), text)
    gpu = only(grow(card(0, MI300X | files)))
    assert gpu.name == "AMD Instinct MI300X OAM"
    for reading in (gpu.memory_total, gpu.memory_used, gpu.utilization, gpu.temperature, gpu.power, gpu.clock):
        assert "holds no number" in reason(reading)
    assert "holds no clock" in reason(gpu.clock_limit)


def test_a_file_that_the_gpu_does_not_answer(grow: Grow) -> None:
    root = grow(card(0, {name: text for name, text in RADEON.items() if name != "gpu_busy_percent"}))
    (root / "sys/class/drm/card0/device/gpu_busy_percent").mkdir()  # reading a folder fails as a sleeping GPU does
    assert reason(only(root).utilization) == "gpu_busy_percent cannot be read (Is a directory)"


def test_a_name_is_text(grow: Grow) -> None:
    assert only(grow(card(0, RADEON | {"product_name": "\x1b[2J<b>Radeon</b>\n"}))).name == "<b>Radeon</b>"


@pytest.mark.parametrize(
    "files",
    [{"sys/class/drm": "a file"}, card(0, {}, vendor="0x10de"), {"sys/class/drm/cardX/device/vendor": "0x1002"}],
)
def test_no_amd_gpu(files: Mapping[str, str], grow: Grow) -> None:
    assert read_amd(grow(files)) == NONE


def test_no_sysfs(tmp_path: Path) -> None:
    assert read_amd(tmp_path) == NONE
