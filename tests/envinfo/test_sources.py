"""Who is asked, in which order, and how long it may take."""

import os
import sys
from pathlib import Path

import pytest

from colab_magics.envinfo.gpu.sources import SOURCES, read_gpus
from colab_magics.envinfo.reading import Missing
from tests.envinfo.nvml_driver import askers, play

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are scripts of a POSIX shell")

# A machine whose PATH has one program. The parts of the answer that the tests look at, and the time of two readings.
AUTO = """
from pathlib import Path
from colab_magics.envinfo.gpu.sources import read_gpus
environ = os.environ | {"PATH": os.environ["FAKES"]}
answer = {"took": [], "refusals": []}
for _ in range(2):
    begin = time.monotonic()
    gpus = read_gpus(environ, root=Path(os.environ.get("ROOT", "/nonexistent")), source=os.environ.get("SOURCE", "auto"))
    answer["took"].append(time.monotonic() - begin)
    answer["refusals"].append(dict(gpus.refusals))
answer |= {"source": gpus.source.reason if isinstance(gpus.source, Missing) else gpus.source}
answer |= {"disagreements": gpus.disagreements, "imported": "pynvml" in sys.modules}
answer |= {"names": [] if isinstance(gpus.devices, Missing) else [gpu.name for gpu in gpus.devices]}
"""


@pytest.fixture
def fakes(tmp_path: Path) -> Path:
    """A folder for an nvidia-smi, which notes each of its calls in the file "calls"."""
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def put_nvidia_smi(folder: Path, then: str) -> None:
    script = folder / "nvidia-smi"
    script.write_text(f'#!/bin/sh\necho x >> "{folder}/calls"\n{then}\n')
    script.chmod(0o755)


def calls(folder: Path) -> int:
    return (folder / "calls").read_text().count("x") if (folder / "calls").exists() else 0


# Answers whatever fields it is asked for: the name, 16384 MiB where memory is meant, else nothing.
ANSWERS = r"""
case "$1" in
--query-gpu=*)
  fields=$(echo "${1#--query-gpu=}" | tr ',' ' '); line=""
  for field in $fields; do
    case $field in
      index) value=0 ;; name) value="NVIDIA T4, <b>|" ;; driver_version) value=590.48.01 ;; count) value=1 ;;
      memory.total) value=$TOTAL ;; memory.used) value=3 ;; *) value="[N/A]" ;;
    esac
    line="$line, $value"
  done
  echo "${line#, }" ;;
esac
"""


def test_nvml_first_and_then_nobody_else(fakes: Path) -> None:
    put_nvidia_smi(fakes, "exit 1")
    answer = play("ok", AUTO, FAKES=str(fakes))
    assert answer["source"] == "nvml"
    assert answer["refusals"] == [{}, {}]
    assert calls(fakes) == 0


def test_without_any_sign_nothing_is_started(fakes: Path, tmp_path: Path) -> None:
    answer = play("ok", AUTO, folder=tmp_path, FAKES=str(fakes))
    assert answer["source"] == "no NVIDIA driver is installed, and there is no AMD GPU"
    assert set(answer["refusals"][0]) == {"nvml", "nvidia-smi", "amd"} | (
        {"apple"} if sys.platform == "darwin" else set()
    )
    assert not answer["imported"]


def test_nvidia_smi_where_there_is_no_library(fakes: Path, tmp_path: Path) -> None:
    put_nvidia_smi(fakes, ANSWERS.replace("$TOTAL", "16384"))
    answer = play("ok", AUTO, folder=tmp_path, FAKES=f"{fakes}:/bin:/usr/bin")
    assert answer["source"] == "nvidia-smi"
    assert answer["names"] == ["NVIDIA T4, <b>|"]
    assert answer["refusals"][0] == {"nvml": "no NVIDIA driver is installed (libnvidia-ml is missing)"}


def test_nvidia_smi_after_a_crash_of_the_library(fakes: Path) -> None:
    put_nvidia_smi(fakes, ANSWERS.replace("$TOTAL", "16384"))
    answer = play("segfault", AUTO, FAKES=f"{fakes}:/bin:/usr/bin")
    assert answer["source"] == "nvidia-smi"
    assert "SIGSEGV" in answer["refusals"][1]["nvml"]


def test_a_driver_that_hangs_is_not_asked_by_another_way(fakes: Path, tmp_path: Path) -> None:
    put_nvidia_smi(fakes, "exec sleep 20")
    answer = play("hang", AUTO, FAKES=f"{fakes}:/bin:/usr/bin", NVML_STUB_LOG=str(tmp_path / "log"))
    assert answer["refusals"][0]["nvidia-smi"] == "it was not asked, for it waits for the same driver"
    assert "did not answer within 2 s" in answer["source"]
    assert (calls(fakes), len(askers(tmp_path / "log"))) == (0, 1)
    assert answer["took"][0] < 15
    assert answer["took"][1] < 1.5


def test_a_program_that_hangs_is_left_alone_afterwards(fakes: Path, tmp_path: Path) -> None:
    put_nvidia_smi(fakes, "exec sleep 20")
    answer = play("ok", AUTO, folder=tmp_path, FAKES=f"{fakes}:/bin:/usr/bin")
    assert answer["refusals"][0]["nvidia-smi"] == "nvidia-smi did not answer within 2 s; it can be asked again in 60 s"
    assert calls(fakes) == 1
    assert answer["took"][0] < 15
    assert answer["took"][1] < 1.5


def test_all_are_asked_at_once(fakes: Path, tmp_path: Path) -> None:
    put_nvidia_smi(fakes, "exec sleep 20")
    (tmp_path / "GPUtil.py").write_text("import time\ndef getGPUs(): time.sleep(20)\n")
    path = f"{fakes}:/bin:/usr/bin"
    answer = play("hang", AUTO, FAKES=path, SOURCE="all", PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]))
    assert {*answer["refusals"][0]} == {"nvml", "nvidia-smi", "gputil", "amd"}
    assert answer["took"][0] < 15
    assert answer["took"][1] < 1.5


def test_all_are_asked_where_the_gpu_is_of_amd(fakes: Path, tmp_path: Path) -> None:
    card = tmp_path / "sys/class/drm/card0/device"
    card.mkdir(parents=True)
    (card / "vendor").write_text("0x1002\n")
    (card / "product_name").write_text("AMD Instinct MI300X\n")
    answer = play("ok", AUTO, folder=tmp_path, FAKES=str(fakes), SOURCE="all", ROOT=str(tmp_path))
    assert (answer["source"], answer["names"]) == ("amd", ["AMD Instinct MI300X"])


def test_only_the_one_that_was_named(fakes: Path) -> None:
    put_nvidia_smi(fakes, ANSWERS.replace("$TOTAL", "16384"))
    path = f"{fakes}:/bin:/usr/bin"
    assert play("ok", AUTO, FAKES=path, SOURCE="nvidia-smi")["source"] == "nvidia-smi"
    assert "not loaded" in play("driver", AUTO, FAKES=path, SOURCE="nvml")["source"]
    count = calls(fakes)
    assert play("ok", AUTO, FAKES=path, SOURCE="nvml")["source"] == "nvml"
    assert calls(fakes) == count


@pytest.mark.parametrize(
    ("total", "disagreements"),
    [
        ("16384", []),
        ("15360", ["GPU 0 has 16,384 MB of memory for nvml and 15,360 MB for nvidia-smi."]),
    ],
)
def test_all_are_compared(fakes: Path, total: str, disagreements: list[str]) -> None:
    put_nvidia_smi(fakes, ANSWERS.replace("$TOTAL", total))
    answer = play("ok", AUTO, FAKES=f"{fakes}:/bin:/usr/bin", SOURCE="all")
    assert answer["source"] == "nvml"
    assert [sentence for sentence in answer["disagreements"] if "gputil" not in sentence] == disagreements


def test_amd_where_nvidia_is_not(fakes: Path, tmp_path: Path) -> None:
    device = tmp_path / "root/sys/class/drm/card0/device"
    device.mkdir(parents=True)
    for name, content in {
        "vendor": "0x1002",
        "device": "0x74a1",
        "class": "0x030000",
        "uevent": "DRIVER=amdgpu\nPCI_ID=1002:74A1",
        "mem_info_vram_total": str(2**34),
        "mem_info_vram_used": str(2**30),
    }.items():
        (device / name).write_text(content)
    answer = play("ok", AUTO, folder=tmp_path, FAKES=str(fakes), ROOT=str(tmp_path / "root"))
    assert answer["source"] == "amd"
    assert len(answer["names"]) == 1


def test_a_source_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="no source of GPUs named 'cuda': choose auto, nvml, nvidia-smi, gputil, all"):
        read_gpus({}, source="cuda")


@pytest.mark.parametrize("source", SOURCES)
def test_a_machine_without_anything_has_a_reason_everywhere(source: str, tmp_path: Path) -> None:
    if os.path.exists("/usr/lib/wsl/lib/nvidia-smi"):  # noqa: PTH110
        pytest.skip("this machine has an nvidia-smi outside its PATH")
    gpus = read_gpus({"PATH": str(tmp_path)}, root=tmp_path, source=source)
    for reading in (gpus.devices, gpus.driver, gpus.cuda, gpus.visible, gpus.source, gpus.visible_count):
        assert isinstance(reading, Missing)
        assert reading.reason
    assert all(reason for _, reason in gpus.refusals)
    assert gpus.refusals
