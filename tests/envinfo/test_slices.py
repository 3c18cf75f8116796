"""The instances of MIG that nvidia-smi lists."""

import sys
from pathlib import Path

import pytest

from colab_magics.envinfo.gpu.device import Found
from colab_magics.envinfo.reading import Missing
from tests.envinfo.asking import FULL, answer, says

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are scripts of a POSIX shell")


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
